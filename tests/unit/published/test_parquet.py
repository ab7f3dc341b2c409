"""A data set as Parquet at any kind of place: written, replaced, and read as executors of Spark read it."""

import numpy as np
import pyarrow as pa
import pytest

from core.data.parquet import export_parquet, filesystem
from core.errors import StoreUnavailableError
from core.spark.reading import _Reading
from core.testing.toy import toy_dataset
from tests.s3 import BUCKET


def test_an_export_replaces_one_and_is_read_file_by_file(url):
    export_parquet(toy_dataset(), url, ratings_per_file=100)
    data = toy_dataset(n_users=20)
    export_parquet(data, url, ratings_per_file=100)
    files, root = filesystem(url)
    names = sorted(files.ls(f"{root}/ratings", detail=False))
    assert len(names) > 2
    assert len(files.find(root)) == len(names) + 2
    batch = pa.RecordBatch.from_arrays([pa.array(names)], names=["name"])
    read = pa.Table.from_batches(list(_Reading(url)(iter([batch]))))
    assert read.column_names == ["user_index", "user_id", "movie_index", "rating", "timestamp"]
    assert np.array_equal(read["user_index"], data.rating_users())
    assert np.array_equal(read["movie_index"], data.user_items)
    assert np.array_equal(read["rating"], data.stars())
    assert np.array_equal(read["user_id"], data.user_ids[data.rating_users()])
    assert np.array_equal(read["timestamp"], data.user_times)


def test_a_bucket_that_is_not_there_is_not_made(s3, monkeypatch):
    for name, value in s3.env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StoreUnavailableError, match="s3://misspelt/toy does not answer"):
        export_parquet(toy_dataset(), "s3://misspelt/toy")
    assert [name.rstrip("/") for name in filesystem("s3://")[0].ls("")] == [BUCKET]
