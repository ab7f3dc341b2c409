"""docs/notebook.ipynb runs from first to last without the network, and what it shows is small and ours."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers import ROOT

pytestmark = pytest.mark.integration

NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
PLOT = "application/vnd.plotly.v1+json"
_RUN = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
place = {"metadata": {"path": sys.argv[2]}}
nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3", resources=place).execute()
nbformat.write(notebook, sys.argv[3])
"""


def _cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == "code"]


def _kinds(cell: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(output["output_type"], sorted(output.get("data", {}))) for output in cell["outputs"]]


def test_it_runs_and_shows_what_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "executed.ipynb"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PLOTLY_RENDERER": "plotly_mimetype"}
    for name in [name for name in env if name.startswith("CINEMATCH_")]:
        del env[name]
    command = [sys.executable, "-c", _RUN, str(NOTEBOOK), str(tmp_path), str(target)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    executed, kept = _cells(target), _cells(NOTEBOOK)
    assert [_kinds(cell) for cell in executed] == [_kinds(cell) for cell in kept], "run `make notebook`"
    (bars,) = (
        output["data"][PLOT] for cell in executed for output in cell["outputs"] if PLOT in output.get("data", {})
    )
    assert bars["data"][0]["type"] == "bar"
    assert set(bars["data"][0]["error_x"]) >= {"array", "arrayminus"}


def test_what_is_kept_is_small_and_names_no_machine() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text.encode()) < 200_000
    assert not re.search(r"/(?:tmp|home|root|Users|work|var)/", text)
    assert '"execution":' not in text, "times of execution change with every run: `make notebook` leaves them out"
    assert [cell["execution_count"] for cell in _cells(NOTEBOOK)] == list(range(1, len(_cells(NOTEBOOK)) + 1))
