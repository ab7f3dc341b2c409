"""Real limits of the kernel: what does not fit is left out with a reason, and nothing is ever killed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from benchmarks.cgroup import MemoryGroup, NoCgroupError, forget
from core.data.dataset import Dataset
from core.testing.toy import toy_dataset
from tests.conftest import Installation
from tests.integration.memory_child import CLASSES, write_models
from tests.servers import ROOT, GunicornProcess

pytestmark = pytest.mark.integration

_SIZES = {found.key: found.megabytes for found in CLASSES}


class _Unlimited:
    """Stands in where this user may not make a cgroup: the budget is then given, and the account kept by hand."""

    kills = 0

    def command(self, command: list[str]) -> list[str]:
        return command


@contextmanager
def _container(limit_mb: int) -> Iterator[tuple[MemoryGroup | _Unlimited, dict[str, str]]]:
    try:
        with MemoryGroup(limit_mb) as group:
            yield group, {}
    except NoCgroupError:
        assert os.geteuid() != 0 or not os.access("/sys/fs/cgroup", os.W_OK), "root must be able to make a cgroup"
        yield _Unlimited(), {"CINEMATCH_MEMORY_BUDGET_MB": str(int(_budget_mb(limit_mb)))}


def _budget_mb(limit_mb: int) -> float:
    """The rule of `core.memory_limit.model_budget_mb` for two workers, written down once more."""
    return max((limit_mb - 360) * 0.8, limit_mb * 0.1)


def _serve(
    group: MemoryGroup | _Unlimited, weighty: tuple[Path, Path], environment: dict[str, str]
) -> dict[str, Any]:
    forget(file for folder in weighty for file in folder.rglob("*.npy"))
    arguments = [str(folder) for folder in weighty]
    ended = subprocess.run(
        group.command([sys.executable, "-m", "tests.integration.memory_child", *arguments]),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **environment},
        check=False,
    )
    assert (ended.returncode, group.kills) == (0, 0), ended.stderr[-2000:]
    found: dict[str, Any] = json.loads(ended.stdout)
    assert found["codes"] == [0, 0]
    if isinstance(group, MemoryGroup):
        # The models' pages were truly this group's to pay for.
        loaded = sum(_SIZES[key] for key, (state, _) in found["states"].items() if state == "loaded")
        assert group.peak_mb > min(loaded, 0.9 * (group.limit_mb or 0))
    return found


@pytest.fixture(scope="module")
def weighty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("weighty")
    dataset = toy_dataset()
    dataset.save(root / "data")
    write_models(Dataset.open(root / "data"), root / "models")
    return root / "data", root / "models"


@pytest.mark.parametrize(
    ("limit_mb", "expected"),
    [
        (256, {"small"}),
        (420, {"small"}),
        (512, {"small", "good"}),
        (640, {"small", "good", "poor"}),
        (1024, {"small", "good", "poor", "broad"}),
    ],
)
def test_the_best_per_megabyte_stay_and_nothing_is_killed(weighty, limit_mb, expected):
    with _container(limit_mb) as (group, environment):
        found = _serve(group, weighty, environment)
    assert found["budget"] == pytest.approx(_budget_mb(limit_mb), abs=1)
    assert {key for key, (state, _) in found["states"].items() if state == "loaded"} == expected
    for state, reason in found["states"].values():
        assert state == "loaded" or (state == "skipped" and "MB of the budget of" in reason)
    assert found["own"] + sum(_SIZES[key] for key in expected) < limit_mb
    if isinstance(group, MemoryGroup):
        assert found["where"].startswith("cgroup")
        assert found["limit"] == pytest.approx(limit_mb)


def test_a_budget_set_too_high_makes_a_slow_server_not_a_dead_one(weighty):
    """410 MB of models in 256 MB: mapped pages are taken back and read again."""
    with _container(256) as (group, _):
        found = _serve(group, weighty, {"CINEMATCH_MEMORY_BUDGET_MB": "2000"})
    assert {state for state, _ in found["states"].values()} == {"loaded"}


def test_gunicorn_serves_inside_a_small_container(toy_installation: Installation, tmp_path: Path):
    installation = toy_installation.with_cache(tmp_path / "cache")
    with _container(320) as (group, environment):
        server = _LimitedGunicorn(group, tmp_path, {**installation.env, **environment})
        with server.start("/readyz", timeout=60):
            states = requests.get(f"{server.url}/readyz", timeout=10).json()["models"]
            assert {state["state"] for state in states.values()} == {"loaded"}
            for user in range(1, 21):
                for key in states:
                    url = f"{server.url}/api/v1/users/{user}/recommendations?algorithm={key}&n=5"
                    assert len(requests.get(url, timeout=30).json()["items"]) == 5
            assert len(server.worker_pids()) == 2
        assert group.kills == 0


class _LimitedGunicorn(GunicornProcess):
    def __init__(self, group: MemoryGroup | _Unlimited, work_dir: Path, env: dict[str, str | None]) -> None:
        super().__init__("dashboard.wsgi:server", work_dir, config=ROOT / "gunicorn.conf.py", env=env)
        self._command = group.command(self._command)
