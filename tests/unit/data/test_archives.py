import io
import zipfile

import pytest

from core.data import archives
from core.data.archives import extract_zip, read_zip
from core.errors import DataError
from tests.unit.data.sources import csv_folder, zip_of

WANTED = ("ratings.csv", "movies.csv")


def archive(path, members: dict[str, bytes]):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return path


def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_only_wanted_files_are_written_with_one_level_of_folders(tmp_path):
    path = archive(
        tmp_path / "a.zip",
        {"ml/ratings.csv": b"1", "ml/README.txt": b"2", "movies.csv": b"3", "__MACOSX/ml/ratings.csv": b"4"},
    )
    target = out(tmp_path)
    written = extract_zip(path, target, WANTED)
    assert sorted(file.relative_to(target).as_posix() for file in written) == ["ml/ratings.csv", "movies.csv"]
    assert sorted(file.name for file in target.rglob("*") if file.is_file()) == ["movies.csv", "ratings.csv"]


@pytest.mark.parametrize(
    "name", ["../ratings.csv", "a/../../ratings.csv", "/etc/ratings.csv", "..\\ratings.csv", "C:/x"]
)
def test_paths_that_climb_out_are_refused_and_nothing_is_written(tmp_path, name):
    target = out(tmp_path)
    with pytest.raises(DataError, match="leads out of it"):
        extract_zip(archive(tmp_path / "a.zip", {"movies.csv": b"1", name: b"1"}), target, WANTED)
    assert list(target.iterdir()) == []


def test_a_bomb_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", {"ratings.csv": b"0" * (20 << 20)})
    with pytest.raises(DataError, match="would unpack to"):
        extract_zip(path, out(tmp_path), WANTED)


def test_a_bomb_that_lies_about_its_size_is_cut_off(tmp_path):
    content = bytearray(archive(tmp_path / "a.zip", {"ratings.csv": b"0" * (1 << 20)}).read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.index(signature) + offset
        content[at : at + 4] = (1000).to_bytes(4, "little")
    path = tmp_path / "liar.zip"
    path.write_bytes(content)
    target = out(tmp_path)
    with pytest.raises(DataError, match=r"liar.zip is no complete zip archive"):
        extract_zip(path, target, WANTED)
    assert sum(file.stat().st_size for file in target.rglob("*") if file.is_file()) <= 1000


def test_more_than_the_disk_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 3})())
    with pytest.raises(DataError, match="Free space or set CINEMATCH_DATA_DIR"):
        extract_zip(archive(tmp_path / "a.zip", {"ratings.csv": b"12345"}), out(tmp_path), WANTED)


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.995])
def test_a_truncated_archive(tmp_path, keep):
    whole = zip_of(csv_folder(tmp_path / "ml"), tmp_path / "ml.zip").read_bytes()
    path = tmp_path / "short.zip"
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(DataError, match=r"short.zip is no complete zip archive.*fetch it again"):
        extract_zip(path, out(tmp_path), WANTED)


def test_a_damaged_member(tmp_path):
    content = bytearray(archive(tmp_path / "a.zip", {"ratings.csv": b"userId,movieId\n" * 50}).read_bytes())
    start = content.index(b"ratings.csv") + len("ratings.csv")
    content[start + 4] ^= 0xFF
    path = tmp_path / "damaged.zip"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"damaged.zip is no complete zip archive"):
        extract_zip(path, out(tmp_path), WANTED)


def test_no_archive_and_nothing_wanted(tmp_path):
    path = tmp_path / "page.zip"
    path.write_bytes(b"<html>not here</html>")
    with pytest.raises(DataError, match="no complete zip archive"):
        extract_zip(path, out(tmp_path), WANTED)
    with pytest.raises(DataError, match="holds none of"):
        extract_zip(archive(tmp_path / "b.zip", {"x.txt": b""}), tmp_path / "out", WANTED)


def test_an_encrypted_archive(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("ratings.csv", b"1")
    content = bytearray(buffer.getvalue())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.index(signature) + offset] |= 1
    path = tmp_path / "locked.zip"
    path.write_bytes(content)
    with pytest.raises(DataError, match="Unpack it yourself"):
        extract_zip(path, out(tmp_path), WANTED)


@pytest.mark.parametrize("read", ["memory", "folder"])
def test_a_way_of_packing_that_nobody_reads_is_told_from_damage(tmp_path, read):
    content = bytearray(archive(tmp_path / "a.zip", {"ratings.csv": b"userId,movieId,rating\n" * 9}).read_bytes())
    for signature, offset in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        at = content.index(signature) + offset
        content[at : at + 2] = (9).to_bytes(2, "little")  # Deflate64
    path = tmp_path / "deflate64.zip"
    path.write_bytes(content)
    readers = {
        "memory": lambda: read_zip(bytes(content), "deflate64.zip", WANTED, 1 << 20, 9),
        "folder": lambda: extract_zip(path, out(tmp_path), WANTED),
    }
    with pytest.raises(DataError, match=r"cannot be unpacked \(.*compression.*\)\. Unpack it yourself"):
        readers[read]()
