"""Array files are looked at once, and again whenever they may be others."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.data import arraydir, checked
from core.data.arraydir import give_back, open_arrays, read_manifest, verify_arrays, write_array_dir
from core.errors import ArtifactError


@pytest.fixture(params=["hashed", "ranges"])
def stored(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory of one small and one mapped array, old enough to be told from its next version."""
    monkeypatch.setattr(checked, "_SETTLED_NS", 0)
    if request.param == "ranges":
        monkeypatch.setattr(arraydir, "_HASHED_UP_TO", -1)
    indices = np.arange(40_000, dtype=np.int32)
    write_array_dir(tmp_path / "stored", {"indices": indices, "few": indices[:3]}, {})
    time.sleep(0.02)
    return tmp_path / "stored"


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that were looked at so far."""
    seen: list[str] = []

    def told(look: Callable[..., str | None]) -> Callable[..., str | None]:
        def noted(file: Path, *rest: object) -> str | None:
            seen.append(file.stem)
            return look(file, *rest)

        return noted

    for name in ("_fault", "_out_of_range"):
        monkeypatch.setattr(arraydir, name, told(getattr(arraydir, name)))
    return seen


def opened(directory: Path) -> dict[str, np.ndarray]:
    manifest = read_manifest(directory, what="array", remedy="")
    return open_arrays(directory, manifest, remedy="Make it again.")


def damage(file: Path) -> None:
    """Write a number out of range into a file, whose length and time of writing stay."""
    before = file.stat()
    with file.open("r+b") as stream:
        stream.seek(-4, os.SEEK_END)
        stream.write(np.int32(1 << 30).tobytes())
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_files_are_looked_at_once(stored: Path, looks: list[str]) -> None:
    first = opened(stored)
    assert sorted(looks) == ["few", "indices"]
    again = opened(stored)
    assert sorted(looks) == ["few", "indices"]
    np.testing.assert_array_equal(again["indices"], first["indices"])
    assert not again["indices"].flags.writeable


@pytest.mark.parametrize("name", ["indices", "few"])
def test_a_file_that_was_written_to_is_looked_at_again_though_its_size_and_time_stay(stored: Path, name: str) -> None:
    opened(stored)
    damage(stored / f"{name}.npy")
    for _ in range(2):
        with pytest.raises(ArtifactError, match=r"outside of|SHA-256"):
            opened(stored)


def test_a_copy_and_a_changed_manifest_are_looked_at(stored: Path, tmp_path: Path, looks: list[str]) -> None:
    opened(stored)
    shutil.copytree(stored, tmp_path / "copy")
    opened(tmp_path / "copy")
    assert len(looks) == 4
    manifest = read_manifest(stored, what="array", remedy="")
    manifest["arrays"]["indices"]["high"] -= 1
    manifest["arrays"]["indices"]["sha256"] = "0"
    with pytest.raises(ArtifactError, match=r"outside of|SHA-256"):
        open_arrays(stored, manifest, remedy="")


def test_where_nothing_can_be_noted_files_are_looked_at_each_time(stored: Path, looks: list[str]) -> None:
    (stored / checked.NOTE).mkdir()
    opened(stored)
    opened(stored)
    assert len(looks) == 4


def test_a_file_too_young_to_be_told_from_its_next_version_is_not_noted(
    stored: Path, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checked, "_SETTLED_NS", 60_000_000_000)
    opened(stored)
    opened(stored)
    assert len(looks) == 4


def test_a_fault_found_by_hashes_is_looked_for_at_the_next_opening(stored: Path, looks: list[str]) -> None:
    opened(stored)
    manifest = read_manifest(stored, what="array", remedy="")
    manifest["arrays"]["few"]["sha256"] = "0"
    assert "SHA-256" in verify_arrays(stored, manifest)[0]
    looks.clear()
    opened(stored)
    assert sorted(looks) == ["few", "indices"]


def test_looking_leaves_no_page_of_a_large_file_in_this_process(stored: Path) -> None:
    found = opened(stored)["indices"]
    assert _resident_kb(stored / "indices.npy") == 0
    assert int(found[-1]) == 39_999
    assert _resident_kb(stored / "indices.npy") > 0


def _resident_kb(file: Path) -> int:
    lines = Path("/proc/self/smaps").read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if line.endswith(str(file)))
    return int(next(line for line in lines[place:] if line.startswith("Rss:")).split()[1])


def test_what_is_given_back_is_read_again_when_it_is_asked_for(stored: Path) -> None:
    found = opened(stored)
    assert int(found["indices"].sum()) == 40_000 * 39_999 // 2
    assert _resident_kb(stored / "indices.npy") > 0
    give_back(found["indices"], found["few"], np.arange(3))
    assert _resident_kb(stored / "indices.npy") == 0
    assert int(found["indices"].sum()) == 40_000 * 39_999 // 2
