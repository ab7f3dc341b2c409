"""A data set as Parquet: every rating once, nothing of others overwritten."""

import json

import fsspec
import numpy as np
import polars as pl
import pytest

from core.data.parquet import export_parquet
from core.errors import InvalidInputError
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


def test_what_is_no_export_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InvalidInputError, match="holds something else"):
        export_parquet(toy_dataset(), str(tmp_path / "mine"))
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
