"""Compiled loops are made once, whoever asks and however the arrays lie, and kept where the settings say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOOP = """
import sys
import numpy as np
from numba import types
from core.recommenders.kernels.compiling import compiled, read

@compiled(read(types.float32))
def total(values):
    found = 0.0
    for position in range(len(values)):
        found += values[position]
    return found

if __name__ == "__main__":
    values = np.ones(3, dtype=np.float32)
    assert total(values) == 3
    values.setflags(write=False)
    assert total(values) == 3
    assert len(total.signatures) == 1
    try:
        total(np.ones(3))
    except TypeError:
        print(sum(total.stats.cache_misses.values()), sum(total.stats.cache_hits.values()))
"""


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    file = tmp_path / "loop.py"
    file.write_text(LOOP, encoding="utf-8")
    return file


def start(loop: Path, cache_dir: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"PYTHONPATH": str(ROOT), "CINEMATCH_CACHE_DIR": str(cache_dir)}
    return subprocess.Popen(
        [sys.executable, loop], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_of_two_processes_one_compiles_and_read_only_arrays_make_no_other_version(loop: Path, tmp_path: Path) -> None:
    both = [start(loop, tmp_path / "cache") for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert sorted(out.strip() for out, _ in said) == ["0 1", "1 0"], said
    assert list((tmp_path / "cache" / "numba").rglob("*.nbc"))
    assert not list(tmp_path.glob("__pycache__/*.nbc"))


def test_where_nothing_can_be_kept_it_compiles_and_says_what_to_do(loop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    out, errors = start(loop, tmp_path / "file" / "cache").communicate(timeout=120)
    assert out.strip() == "1 0", errors
    assert "Set CINEMATCH_CACHE_DIR or NUMBA_CACHE_DIR" in errors
