"""Algorithms of other packages join by an entry point, and a broken one harms nobody."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CO_WATCHED = Path(__file__).parent / "elsewhere" / "co_watched.py"

_USE = """
import json, sys
from core.data.profile import Profile
from core.recommenders.registry import algorithm_keys, loadable_keys
from core.store.cache import ModelCache
from core.store.training import train
from core.testing.toy import toy_dataset

data = toy_dataset()
train(data, ["popularity", "co_watched"], sys.argv[1])
cache = ModelCache(data, sys.argv[1], budget_mb=100)
states = {status.key: [status.name, status.state, status.reason] for status in cache.load_all()}
listed = cache.get("co_watched").recommend(Profile.of([0], [5.0]), 5).items.tolist()
print(json.dumps({"keys": algorithm_keys(), "loadable": loadable_keys(), "states": states, "listed": listed}))
"""
_CONTRACT = """
from core.testing import RecommenderContract
from co_watched import CoWatched


class TestCoWatched(RecommenderContract):
    algorithm = CoWatched
"""
_DECLARED = """
    expected_failures = {"test_taste_changes_the_list": "It is said to be impersonal, and it is not."}
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A directory with installed packages, of which three bring an algorithm that cannot be used."""
    shutil.copy(CO_WATCHED, tmp_path)
    (tmp_path / "explosive.py").write_text("raise RuntimeError('no licence')")
    points = {
        "good": "co_watched = co_watched:CoWatched",
        "explosive": "explosive = explosive:Boom",
        "renamed": "renamed = co_watched:CoWatched",
        "greedy": "popularity = co_watched:CoWatched",
        "no-class": "function = json:dumps",
    }
    for name, line in points.items():
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[cinematch.algorithms]\n{line}\n")
    return tmp_path


def _python(elsewhere: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": f"{elsewhere}{os.pathsep}{ROOT}"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=elsewhere, env=env, capture_output=True, text=True, timeout=250, check=False
    )


def test_an_algorithm_of_another_package_is_trained_and_served_and_broken_ones_are_reported(elsewhere):
    done = _python(elsewhere, "-c", _USE, str(elsewhere / "models"))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found["keys"]) - set(found["loadable"]) == {"explosive", "renamed", "function"}
    assert found["keys"][0] == "hybrid"
    assert "co_watched" in found["loadable"]
    assert len(found["listed"]) == 5
    states = found["states"]
    assert states["co_watched"] == ["Watched together", "loaded", None]
    assert states["popularity"] == ["Popularity", "loaded", None]
    for key, why in {
        "explosive": "'explosive' brings (explosive:Boom) cannot be loaded: RuntimeError: no licence.",
        "renamed": "has the key 'co_watched'; entry point and key must agree.",
        "function": "is no complete subclass of core.recommenders.base.Recommender.",
    }.items():
        assert states[key][1] == "failed"
        assert why in states[key][2]
        assert states[key][2].endswith("Mend that package or uninstall it.")
    assert "'greedy' brings an algorithm 'popularity', and there is one of that key already" in done.stderr
    assert done.stderr.count("no licence") >= 1


@pytest.mark.parametrize(
    ("more", "code", "told"), [("", 0, " passed"), (_DECLARED, 1, "[XPASS(strict)] It is said to be impersonal")]
)
def test_an_algorithm_of_another_package_passes_the_shipped_contract(elsewhere, more, code, told):
    (elsewhere / "test_it.py").write_text(_CONTRACT + more)
    chosen = ["-k", "taste"] if more else []
    done = _python(elsewhere, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:dash", *chosen, "test_it.py")
    assert done.returncode == code, done.stdout
    assert told in done.stdout


def test_a_declared_failure_must_name_a_test():
    from core.testing import RecommenderContract

    with pytest.raises(TypeError, match="no such test"):
        type("TestIt", (RecommenderContract,), {"expected_failures": {"test_nothing": "why"}})
