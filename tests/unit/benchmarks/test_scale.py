"""The benchmark of scale: its report, its account of processes, and its peers' bounds."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.scale import SIZES, Run, peers
from benchmarks.scale_curves import draw_curves, exponent
from benchmarks.scale_process import mapped_mb, run
from benchmarks.scale_report import write_report
from benchmarks.scale_targets import targets


def _steps(factor: float) -> dict[str, Any]:
    fitted = {"fit_cpu_s": 10 * factor, "peak_mb": 500.0, "disk_mb": 20 * factor}
    asked = {"cpu_p50": 1.0, "cpu_p99": 4.0, "wall_p50": 1.0, "wall_p99": 5.0}
    size = {"rss": 1.0, "pss": 1.0, "uss": 1.0}
    return {
        "machine": {"cpu": "Example", "libraries": {"numpy": "2"}},
        "read": {"cpu_s": 4.0, "wall_s": 4.0, "peak_mb": 800.0, "load": 1.0},
        "train": {"svd": fitted, "ease": {"stopped": "stopped after 5 s"}},
        "measure": {
            "sample": {"users": 30, "ratings": 900, "seed": 42},
            "ndcg": {"svd": 0.2, "ease": 0.3},
            "measured_cpu_s": 5.0,
            "peak_mb": 400.0,
        },
        "ingest": {"cpu_s": 9.0, "wall_s": 10.0, "peak_mb": 900.0},
        "together": {"wall_s": 300.0, "jobs": 2},
        "open": {"models_mb": 20.0, "warm_ms": 3.0, "warm_cpu_ms": 3.0, "cold_ms": 9.0},
        "requests": {
            "algorithms": {"svd": asked, "ease": {"stopped": "missing"}},
            "plain": {**asked, "cpu_p50": 2.9},
        },
        "workers": {
            "4": {
                "ready_s": 1.0,
                "pss_mb": 300.0,
                "worker_uss_mb": 70.0,
                "worker": size,
                "requests": 8,
                "failed": 0,
            }
        },
        "containers": {
            "2048": {
                "loaded": ["svd"],
                "left_out": {},
                "kills": 0,
                "anonymous_mb": 90.0,
                "requests": 4,
                "failed": 0,
                "ms": {"svd": {"wall_p99": 7.0}},
            },
            "512": {"stopped": "gunicorn did not start", "kills": 1},
        },
        "peers": {"implicit_als": {**fitted, "cpu_p50": 0.2, "cpu_p99": 0.5}, "surprise_svd": {"stopped": "killed"}},
    }


def test_exponents_are_the_slopes_of_power_laws():
    assert exponent([(1e6, 3.0), (1e7, 300.0), (3e7, 2700.0)]) == pytest.approx(2.0)
    assert exponent([(1e6, 3.0)]) is None


def test_curves_are_well_formed_and_name_every_line(tmp_path: Path):
    lines = {"svd": [(1e6, 1.0), (1e7, 12.0)], "a & b": [(1e6, 0.5)], "empty": [(1e6, 0.0)]}
    file = draw_curves(tmp_path / "curves.svg", "Training", "s", lines, {"peer": [(1e6, 2.0)]})
    assert file is not None
    root = ElementTree.fromstring(file.read_text())  # noqa: S314  (written above)
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"svd", "a & b", "peer"} <= texts
    assert "empty" not in texts
    assert draw_curves(tmp_path / "none.svg", "Training", "s", {}, {}) is None


def test_the_report_replaces_what_was_measured_and_nothing_else(tmp_path: Path):
    state = {"sizes": {"1m": _steps(1), "32m": _steps(32)}}
    (tmp_path / "PERFORMANCE.md").write_text(
        "# Performance\n\nBefore.\n\n<!-- measured by benchmarks/scale.py: begin -->\nold figures\n"
        "<!-- measured by benchmarks/scale.py: end -->\n\nAfter.\n"
    )
    write_report(state, tmp_path, SIZES)
    once = (tmp_path / "PERFORMANCE.md").read_text()
    write_report(state, tmp_path, SIZES)
    assert (tmp_path / "PERFORMANCE.md").read_text() == once
    assert once.startswith("# Performance\n\nBefore.")
    assert once.endswith("After.\n")
    assert "old figures" not in once
    assert "| `svd` | 10.0 / 500 / 20.0 | 320.0 / 500 / 640.0 | 1.00 |" in once
    assert "gunicorn did not start" in once
    assert "| a plain product, all movies x 100 factors | 2.90 / 4.00 | 2.90 / 4.00 |" in once
    assert (tmp_path / "images" / "scale-training.svg").exists()


def test_targets_say_what_was_met_and_leave_out_what_was_not_measured():
    rows = {row[0]: row for row in targets(_steps(2))}
    assert rows["train `svd`"][2:] == ["30 / 1,024", "20 / 500", "met"]
    assert rows["one request, `svd`"][3:] == ["1 / 4", "met"]
    assert rows["4 workers after load"][4] == "missed"
    assert rows["container of 2 GiB"][4] == "met"
    assert "one request, `hybrid`" not in rows
    assert rows["CSV to all models, side by side"][3:] == ["310", "met"]


def test_a_process_is_accounted_for_and_stopped_at_its_limits():
    used = run([sys.executable, "-c", "x = b'1' * (80 << 20); print(len(x))"])
    assert used["code"] == 0
    assert used["output"].strip() == str(80 << 20)
    assert run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.3)["stopped"] == "stopped after 0 s"
    killed = run([sys.executable, "-c", "import time; x = b'1' * (300 << 20); time.sleep(60)"], limit_mb=100)
    assert "100 MB" in killed["stopped"]


def test_what_was_left_out_for_time_is_measured_by_the_next_run_and_what_cannot_fit_is_not(tmp_path, capsys):
    options = argparse.Namespace(
        work=str(tmp_path), minutes=-1.0, peer_mb=1000.0, peers=["surprise_svd", "sklearn_svd"], peers_python=None
    )
    first = Run(options)
    first.state["machine"] = {}
    peers(first, "10m")
    noted = first.state["sizes"]["10m"]["peers"]
    assert noted["sklearn_svd"]["stopped"].startswith("left out")
    assert "would take about" in noted["surprise_svd"]["stopped"]
    again = Run(options)
    assert again.done("10m", "peers", "sklearn_svd") is None
    assert again.done("10m", "peers", "surprise_svd") is not None
    report = write_report(again.state, tmp_path / "docs", SIZES)
    assert "left out: -1 minutes were up |" in report


def test_the_report_names_the_sample_on_which_quality_was_measured(tmp_path):
    report = write_report({"sizes": {"32m": _steps(1.0)}}, tmp_path, SIZES)
    assert "| 32m | 30 | 900 | 42 | 5.0 | 400 | `ease` 0.300, `svd` 0.200 |" in report


def test_pages_of_files_are_counted_by_their_folder(tmp_path):
    (tmp_path / "mine").mkdir()
    array = np.memmap(tmp_path / "mine" / "pages.bin", np.uint8, "w+", shape=3 << 20)
    array[:] = 1
    assert mapped_mb(os.getpid(), tmp_path / "mine") == 3.0
    assert mapped_mb(os.getpid(), tmp_path / "min") == 0.0
