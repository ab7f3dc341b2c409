"""Memory: limits of containers, the budget rule, and loading under it."""

import gc
import logging
import mmap
from pathlib import Path

import numpy as np
import pytest

from core import memory
from core.data.arraydir import write_array_dir
from core.data.dataset import Dataset
from core.errors import ArtifactError
from core.memory_limit import container_limit, model_budget_mb, peak_rss_mb, reset_peak_rss
from core.recommenders.popularity import Popularity
from core.settings import Settings
from core.store.artifact import save_model_standard
from core.testing.toy import toy_dataset

GIB = 1 << 30
UNLIMITED_V1 = "9223372036854771712"


def _system(root: Path, groups: str, limits: dict[str, str], host_kib: int = 16 << 20) -> Path:
    for name, text in {
        "proc/meminfo": f"MemTotal: {host_kib} kB\n",
        "proc/self/cgroup": groups,
        **{f"sys/fs/cgroup/{name}": value for name, value in limits.items()},
    }.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@pytest.mark.parametrize(
    ("groups", "limits", "gib", "where"),
    [
        ("0::/\n", {"memory.max": f"{2 * GIB}\n"}, 2, "cgroup v2"),
        ("0::/\n", {"memory.max": "max\n"}, 16, "host"),
        ("0::/a/b\n", {"a/memory.max": f"{GIB}\n", "a/b/memory.max": "max\n"}, 1, "cgroup v2"),
        ("0::/a/b\n", {"a/memory.max": f"{4 * GIB}\n", "a/b/memory.max": f"{3 * GIB}\n"}, 3, "cgroup v2"),
        ("0::/../../outside\n", {"memory.max": f"{2 * GIB}\n"}, 2, "cgroup v2"),
        ("5:cpu,memory:/x\n", {"memory/x/memory.limit_in_bytes": f"{GIB}\n"}, 1, "cgroup v1"),
        ("5:memory:/docker/abc\n", {"memory/memory.limit_in_bytes": f"{2 * GIB}\n"}, 2, "cgroup v1"),
        ("5:memory:/\n", {"memory/memory.limit_in_bytes": UNLIMITED_V1}, 16, "host"),
        ("5:memory:/\n0::/\n", {"memory/memory.limit_in_bytes": f"{2 * GIB}", "memory.max": "max"}, 2, "cgroup v1"),
        ("0::/\n", {"memory.max": f"{64 * GIB}\n"}, 16, "host"),
        ("0::/\n", {}, 16, "host"),
        ("nonsense\n", {"memory.max": "nonsense"}, 16, "host"),
    ],
)
def test_the_least_limit_on_the_way_up_counts(tmp_path, groups, limits, gib, where):
    assert container_limit(_system(tmp_path, groups, limits)) == (gib * 1024, where)


def test_without_proc_the_host_is_asked(tmp_path):
    limit, where = container_limit(tmp_path)
    assert where == "host"
    assert limit > 100


def test_budget_of_a_container_leaves_room_for_its_processes(tmp_path):
    root = _system(tmp_path, "0::/\n", {"memory.max": f"{2 * GIB}"})
    assert model_budget_mb(None, 2, root) == pytest.approx((2048 - 200 - 2 * 80) * 0.8)
    assert model_budget_mb(None, 8, root) < model_budget_mb(None, 2, root)
    assert model_budget_mb(77, 2, root) == 77


def test_budget_of_a_tiny_container_is_a_tenth_and_of_a_host_half(tmp_path):
    tiny = _system(tmp_path / "tiny", "0::/\n", {"memory.max": f"{GIB // 4}"})
    host = _system(tmp_path / "host", "0::/\n", {})
    assert model_budget_mb(None, 2, tiny) == pytest.approx(25.6)
    assert model_budget_mb(None, 2, host) == pytest.approx(8 * 1024)


def test_the_setting_wins():
    assert memory.default_budget_mb(Settings(memory_budget_mb=123)) == 123


def test_resident_memory_is_seen_to_grow_and_to_be_given_back():
    before = memory.get_memory_usage_mb()
    # Mapped anew: an array could be given memory that the process holds already.
    block = mmap.mmap(-1, 64 << 20)
    block.write(b"\1" * len(block))
    during = memory.get_memory_usage_mb()
    assert during > before + 40
    assert memory.get_memory_usage_mb(unique=True) <= memory.process_memory()["rss"] + 1
    block.close()
    assert memory.aggressive_gc() >= 0
    assert memory.get_memory_usage_mb() < during - 40


def test_aggressive_gc_collects_cycles():
    class Node:
        pass

    first, second = Node(), Node()
    first.other, second.other = second, first
    gc.disable()
    try:
        del first, second
        memory.aggressive_gc()
        assert not [entry for entry in gc.get_objects() if type(entry).__qualname__.endswith("<locals>.Node")]
    finally:
        gc.enable()


def test_peak_is_at_least_what_is_resident():
    reset_peak_rss()
    assert peak_rss_mb() >= memory.get_memory_usage_mb() - 30


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


@pytest.fixture
def saved(dataset, tmp_path) -> dict[str, Path]:
    model = Popularity().fit(dataset)
    return {name: save_model_standard(model, tmp_path / name) for name in ("one", "two")}


def test_requirement_comes_from_the_manifest(saved, dataset):
    required = memory.estimate_model_memory_requirement(saved["one"])
    assert required["resident_mb"] * 2**20 == pytest.approx(2 * 4 * dataset.n_movies, abs=2)
    assert required["mapped_mb"] == 0
    assert required["total_mb"] == required["resident_mb"] + required["mapped_mb"]


def test_requirement_tells_mapped_from_resident(tmp_path, dataset):
    model = Popularity().fit(dataset)
    model._arrays = {**model.arrays, "large": np.zeros(1 << 18, dtype=np.uint8)}
    required = memory.estimate_model_memory_requirement(save_model_standard(model, tmp_path / "large"))
    assert required["mapped_mb"] == 0.25


def test_requirement_of_nothing_is_an_error(tmp_path):
    with pytest.raises(ArtifactError, match="no model"):
        memory.estimate_model_memory_requirement(tmp_path / "none")


def test_load_with_gc_logs_size_time_and_memory(saved, dataset, caplog):
    with caplog.at_level(logging.INFO, "cinematch.memory"):
        model = memory.load_model_with_gc(saved["one"], dataset)
    assert model.fitted
    assert "MB on disk" in caplog.text
    assert "RSS" in caplog.text


def test_sequential_loading_goes_on_after_a_broken_model(saved, dataset, tmp_path):
    (tmp_path / "two" / "mean.npy").unlink()
    models, left_out = memory.load_models_sequential(
        {**saved, "three": tmp_path / "three"}, budget_mb=10, dataset=dataset
    )
    assert set(models) == {"one"}
    assert "mean.npy" in left_out["two"]
    assert "no model" in left_out["three"]


def test_sequential_loading_stops_at_the_budget_with_the_smallest_first(saved, dataset, tmp_path):
    model = Popularity().fit(dataset)
    model._arrays = {**model.arrays, "large": np.zeros(1 << 21, dtype=np.uint8)}
    large = save_model_standard(model, tmp_path / "a_large")
    models, left_out = memory.load_models_sequential([large, *saved.values()], budget_mb=1, dataset=dataset)
    assert list(models) == [saved["one"], saved["two"]]
    assert "2.0 MB" in left_out[large]


def test_sequential_loading_finds_the_data_set_by_its_name(dataset, tmp_path, monkeypatch):
    from core.settings import default_settings

    monkeypatch.setenv("CINEMATCH_DATA_DIR", str(tmp_path / "data"))
    default_settings.cache_clear()
    dataset.save(tmp_path / "data" / "toy")
    path = save_model_standard(Popularity().fit(dataset), tmp_path / "model")
    models, left_out = memory.load_models_sequential([path], budget_mb=10)
    assert left_out == {}
    assert models[path].dataset.fingerprint == dataset.fingerprint
    monkeypatch.setenv("CINEMATCH_DATA_DIR", str(tmp_path / "elsewhere"))
    default_settings.cache_clear()
    assert "cannot be opened" in memory.load_models_sequential([path], budget_mb=10).left_out[path]
    default_settings.cache_clear()


def test_the_report_shows_every_model_the_limit_and_what_fits(saved, tmp_path, capsys):
    memory.print_memory_report([*saved.values(), tmp_path / "three"])
    out = capsys.readouterr().out
    assert "one" in out
    assert "budget" in out
    report = memory.memory_report(saved, budget_mb=0.0005)
    assert [row["fits"] for row in report["models"]] == [True, False]
    assert memory.memory_report([tmp_path / "three"])["models"][0]["problem"]


def test_the_report_fills_the_budget_by_quality_and_with_whole_ensembles(tmp_path: Path) -> None:
    def stored(key: str, megabytes: float, quality: float, members: list[str]) -> Path:
        manifest = {
            "kind": "model",
            "algorithm": key,
            "members": members,
            "metrics": {"values": {"liked_ndcg@10": quality}},
        }
        return write_array_dir(
            tmp_path / key, {"weights": np.zeros(int(megabytes * 1024 * 1024 / 4), dtype=np.float32)}, manifest
        )

    paths = [
        stored("poor", 1.0, 0.05, []),
        stored("good", 2.0, 0.4, []),
        stored("large", 8.0, 0.5, []),
        stored("whole", 0.1, 0.6, ["good", "large"]),
    ]
    fits = {row["name"]: row["fits"] for row in memory.memory_report(paths, 4.0)["models"]}
    assert fits == {"poor": True, "good": True, "large": False, "whole": False}
    assert {row["name"] for row in memory.memory_report(paths, 2.5)["models"] if row["fits"]} == {"good"}
    assert all(row["fits"] for row in memory.memory_report(paths, 20.0)["models"])
