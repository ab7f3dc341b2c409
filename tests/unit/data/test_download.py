import hashlib
import threading

import pytest

from core.data import download as download_module
from core.data.download import UnreachableError, download
from core.errors import DataError
from tests.unit.data.sources import closed_port, serving

CONTENT = bytes(range(256)) * 4000
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


def test_a_file_is_fetched_checked_and_then_reused(tmp_path):
    seen = []
    with serving({"/ml.zip": CONTENT}) as server:
        path = download(f"{server.url}/ml.zip", tmp_path, MD5, lambda done, text: seen.append((done, text)))
        assert path == tmp_path / "ml.zip"
        assert path.read_bytes() == CONTENT
        assert download(f"{server.url}/ml.zip", tmp_path, MD5) == path
        assert len(server.requests) == 1
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (1.0, "Fetching ml.zip: 1.0 of 1.0 MB")
    assert [file.name for file in tmp_path.iterdir()] == ["ml.zip"]


def test_a_broken_download_is_continued_where_it_stopped(tmp_path):
    with serving({"/ml.zip": CONTENT}) as server:
        server.break_after = 300_000
        with pytest.raises(UnreachableError, match="partial download is continued"):
            download(f"{server.url}/ml.zip", tmp_path, MD5)
        have = (tmp_path / "ml.zip.part").stat().st_size
        assert 0 < have <= 300_000
        server.break_after = None
        assert download(f"{server.url}/ml.zip", tmp_path, MD5).read_bytes() == CONTENT
        assert [asked for _, asked in server.requests] == [None, f"bytes={have}-"]


def test_an_interrupted_download_is_continued(tmp_path):
    def interrupt(done: float, text: str) -> None:
        raise KeyboardInterrupt

    with serving({"/ml.zip": CONTENT}) as server:
        with pytest.raises(KeyboardInterrupt):
            download(f"{server.url}/ml.zip", tmp_path, MD5, interrupt)
        assert not (tmp_path / "ml.zip").exists()
        assert download(f"{server.url}/ml.zip", tmp_path, MD5).read_bytes() == CONTENT
        assert server.requests[1][1] is not None


def test_a_server_without_ranges_starts_afresh(tmp_path):
    (tmp_path / "ml.zip.part").write_bytes(b"half of something else")
    with serving({"/ml.zip": CONTENT}) as server:
        server.ranges = False
        assert download(f"{server.url}/ml.zip", tmp_path, MD5).read_bytes() == CONTENT


def test_a_partial_file_longer_than_the_source_is_dropped(tmp_path):
    (tmp_path / "ml.zip.part").write_bytes(CONTENT + b"more")
    with serving({"/ml.zip": CONTENT}) as server:
        with pytest.raises(UnreachableError):
            download(f"{server.url}/ml.zip", tmp_path, MD5)
        assert download(f"{server.url}/ml.zip", tmp_path, MD5).read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_nothing_behind(tmp_path):
    with (
        serving({"/ml.zip": CONTENT + b"!"}) as server,
        pytest.raises(DataError, match=rf"does not have the published checksum {MD5}.*import"),
    ):
        download(f"{server.url}/ml.zip", tmp_path, MD5)
    assert list(tmp_path.iterdir()) == []


def test_a_resolver_that_never_answers_does_not_hold_us(tmp_path, monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(download_module, "_CONNECT_SECONDS", 0.05)
    monkeypatch.setattr(download_module.socket, "getaddrinfo", lambda *given: released.wait(30) and [])
    with pytest.raises(UnreachableError, match=r"cannot be fetched \(ConnectTimeout\)"):
        download("http://grouplens.test/ml.zip", tmp_path)
    released.set()


@pytest.mark.parametrize("missing", ["port", "file"])
def test_what_cannot_be_reached_is_said_so(tmp_path, missing):
    with serving({}) as server:
        url = server.url if missing == "file" else f"http://127.0.0.1:{closed_port()}"
        with pytest.raises(UnreachableError, match=r"cannot be fetched .*cinematch data import PATH"):
            download(f"{url}/ml.zip", tmp_path)
