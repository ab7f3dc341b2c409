"""A data set as Parquet: every rating once, nothing of others overwritten."""

import json

import fsspec
import numpy as np
import polars as pl
import pytest

from core.data import parquet
from core.data.dataset import Dataset
from core.data.movies import StringColumn
from core.data.parquet import export_parquet, local_path
from core.errors import InvalidInputError, StoreUnavailableError
from core.testing.toy import toy_dataset


def _read(folder):
    return pl.read_parquet(folder / "ratings" / "*.parquet").sort("user_index", "movie_index")


def test_every_rating_is_written_once_over_several_files(tmp_path):
    data = toy_dataset()
    manifest = export_parquet(data, str(tmp_path / "out"), ratings_per_file=200)
    assert manifest["files"] == len(list((tmp_path / "out" / "ratings").iterdir())) > 3
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["fingerprint"] == data.fingerprint
    table = _read(tmp_path / "out")
    assert np.array_equal(table["user_index"], data.rating_users())
    assert np.array_equal(table["movie_index"], data.user_items)
    assert np.array_equal(table["rating"], data.stars())
    assert np.array_equal(table["user_id"], data.user_ids[data.rating_users()])
    assert np.array_equal(table["timestamp"], data.user_times)
    movies = pl.read_parquet(tmp_path / "out" / "movies.parquet")
    assert movies["movie_id"].to_list() == data.movies.ids.tolist()
    assert movies["genres"].to_list()[2] == ["Comedy", "Romance"]


def test_ids_that_are_text_are_told_beside_the_numbers_that_stand_for_them(tmp_path):
    data = toy_dataset(n_users=20)
    names = {
        "user": [f"user {index}" for index in range(20)],
        "movie": [f"tt{index}" for index in range(data.n_movies)],
    }
    columns = {f"{kind}_source_id": StringColumn.from_strings(found) for kind, found in names.items()}
    arrays = {name: array for kind, column in columns.items() for name, array in column.arrays(kind).items()}
    textual = Dataset({**data._arrays, **arrays}, name="text", source="", genre_names=data.movies.genre_names)
    export_parquet(textual, str(tmp_path / "out"))
    users = pl.read_parquet(tmp_path / "out" / "users.parquet")
    assert dict(users.iter_rows()) == dict(zip(data.user_ids.tolist(), names["user"], strict=True))
    movies = pl.read_parquet(tmp_path / "out" / "movies.parquet")
    assert movies["source_id"].to_list() == names["movie"]
    export_parquet(data, str(tmp_path / "out"))
    assert not (tmp_path / "out" / "users.parquet").exists()


def test_a_url_of_a_file_is_a_path_and_an_export_replaces_one(tmp_path):
    place = (tmp_path / "a place").as_uri()
    export_parquet(toy_dataset(), place, ratings_per_file=100)
    export_parquet(toy_dataset(n_users=20), place)
    assert len(_read(tmp_path / "a place")) == toy_dataset(n_users=20).n_ratings


def test_a_url_of_another_scheme_goes_through_fsspec():
    data = toy_dataset(n_users=20)
    export_parquet(data, "memory://exports/toy")
    export_parquet(data, "memory://exports/toy", ratings_per_file=100)
    files = fsspec.filesystem("memory")
    with files.open("/exports/toy/ratings/part-00001.parquet") as file:
        assert pl.read_parquet(file)["user_index"].min() > 0
    files.rm("/exports", recursive=True)


def test_an_interrupted_export_is_incomplete_and_replaced_by_the_next(monkeypatch):
    files = fsspec.filesystem("memory")
    export_parquet(toy_dataset(), "memory://exports/toy", ratings_per_file=100)
    files.pipe_file("/exports/toys/letter.txt", b"dear")

    def interrupted(done: float, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_parquet(toy_dataset(), "memory://exports/toy", interrupted)
    assert not files.exists("/exports/toy/manifest.json")
    assert [path.rpartition("/")[2] for path in files.ls("/exports/toy/ratings", detail=False)] == [
        "part-00000.parquet"
    ]
    assert export_parquet(toy_dataset(n_users=20), "memory://exports/toy")["files"] == 1
    assert json.loads(files.cat_file("/exports/toy/manifest.json"))["counts"]["users"] == 20
    assert files.cat_file("/exports/toys/letter.txt") == b"dear"
    files.rm("/exports", recursive=True)


def test_what_is_no_export_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    files = fsspec.filesystem("memory")
    files.pipe_file("/mine/letter.txt", b"dear")
    for place in (str(tmp_path / "mine"), str(tmp_path / "mine" / "letter.txt"), "memory://mine"):
        with pytest.raises(InvalidInputError, match="something else"):
            export_parquet(toy_dataset(), place)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
    assert files.cat_file("/mine/letter.txt") == b"dear"
    files.rm("/mine", recursive=True)


def test_an_export_never_takes_the_place_of_an_installed_data_set_or_of_what_was_put_beside_one(tmp_path):
    data = toy_dataset()
    data.save(tmp_path / "installed")
    with pytest.raises(InvalidInputError, match="would be lost"):
        export_parquet(data, str(tmp_path / "installed"))
    assert type(data).open(tmp_path / "installed").verify() == []
    export_parquet(data, str(tmp_path / "out"))
    (tmp_path / "out" / "notes.txt").write_text("dear")
    with pytest.raises(InvalidInputError, match=r"notes\.txt"):
        export_parquet(data, str(tmp_path / "out"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "manifest.json").write_text('{"kind": "model"}')
    with pytest.raises(InvalidInputError, match=r"manifest\.json"):
        export_parquet(data, str(tmp_path / "other"))


def test_the_directory_one_stands_in_and_the_target_of_a_link_are_written_to(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    export_parquet(toy_dataset(), ".")
    export_parquet(toy_dataset(n_users=20), str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert len(_read(tmp_path / "here")) == toy_dataset(n_users=20).n_ratings


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("some where", "some where"),
        ("file:///a%20b/c%23", "/a b/c#"),
        ("file:/tmp", "/tmp"),
        ("file://localhost/tmp", "/tmp"),
        ("s3://bucket/path", None),
    ],
)
def test_places_on_this_machine_are_told_from_urls(place, path):
    found = local_path(place)
    assert (None if found is None else str(found)) == path


@pytest.mark.parametrize("place", ["file://exports/toy", "file:toy"])
def test_a_url_that_names_a_machine_is_refused(place):
    with pytest.raises(InvalidInputError, match="names no directory of this machine"):
        export_parquet(toy_dataset(), place)


def test_what_a_place_answers_is_told_in_a_sentence(monkeypatch):
    class NoCredentialsError(Exception):
        pass

    class Unreachable:
        def walk(self, _root):
            raise NoCredentialsError("Unable to locate credentials")

    monkeypatch.setattr(parquet, "filesystem", lambda _place: (Unreachable(), "bucket"))
    with pytest.raises(StoreUnavailableError, match=r"s3://bucket does not answer.*Unable to locate credentials"):
        export_parquet(toy_dataset(), "s3://bucket")
