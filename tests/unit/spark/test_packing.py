"""Blocks of users as executors make them of rows in any order, without a cluster."""

import dataclasses
import functools
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from core.data.user_rows import user_rows
from core.errors import DataError
from core.spark.ratings import SparkRatings, _check_arrived, _Packing, _told, _unpacked
from core.testing.toy import toy_dataset

_TYPES = (pa.int32(), pa.int64(), pa.int32(), pa.float32(), pa.int64())
_NAMES = ["user_index", "user_id", "movie_index", "rating", "timestamp"]


def _batch(*rows: tuple[int, int, int, float, int]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ((),) * len(_NAMES)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, kind) for column, kind in zip(columns, _TYPES, strict=True)], names=_NAMES
    )


def _blocks(*batches: pa.RecordBatch):
    """Return what is made of a partition of a data set of 7 people, 4 in a block, and 5 films."""
    made = pa.Table.from_batches(list(_Packing(4, 7, 5)(iter(batches))), _schema()).to_pylist()
    return [_unpacked(tuple(row.values())) for row in made]


def _schema() -> pa.Schema:
    names = ("ids", "indptr", "items", "half_stars", "times")
    return pa.schema([("first_user", pa.int32()), *((name, pa.binary()) for name in names)])


def test_rows_in_any_order_become_rows_of_consecutive_people_with_room_for_those_without_ratings():
    [block] = _blocks(_batch((6, 600, 3, 4.5, 30)), _batch(), _batch((4, 7, 4, 0.5, 10), (6, 600, 0, 5.0, 20)))
    assert block.first_user == 4
    assert block.user_ids.tolist() == [7, -1, 600]
    assert block.user_indptr.tolist() == [0, 1, 1, 3]
    assert block.user_items.tolist() == [4, 0, 3]
    assert block.user_ratings.tolist() == [1, 10, 9]
    assert block.user_times.tolist() == [10, 20, 30]
    assert _told(block, 5).tolist() == [1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]


@pytest.mark.parametrize("batches", [(), (_batch(),)])
def test_a_partition_without_ratings_makes_no_block(batches):
    assert _blocks(*batches) == []


@pytest.mark.parametrize("strange", [(7, 8, 0, 3.0, 1), (3, 4, 0, 3.0, 1), (4, 7, 5, 3.0, 1), (4, 7, -1, 3.0, 1)])
def test_whom_and_what_the_data_set_does_not_have_is_refused(strange):
    with pytest.raises(DataError, match="does not have"):
        _blocks(_batch((5, 9, 1, 3.0, 1), strange))


def test_a_rating_that_is_there_twice_is_refused():
    with pytest.raises(DataError, match="ratings twice"):
        _blocks(_batch((5, 9, 1, 3.0, 1), (4, 7, 1, 3.0, 1)), _batch((5, 9, 1, 4.0, 2)))


def test_numbers_of_ratings_are_told_by_film_and_by_stars_of_a_block_of_nobody():
    [block] = _blocks(_batch((0, 1, 0, 3.0, 1)))
    assert np.array_equal(np.flatnonzero(_told(block, 5)), [0, 5 + 5])


class _Arrived(list):
    """Blocks as a cluster has them, in this process."""

    def map(self, ask):
        return _Arrived(map(ask, self))

    def treeAggregate(self, none, add, _combine, _depth):  # noqa: N802
        return functools.reduce(add, self, none)

    def broadcast(self, value):
        return SimpleNamespace(value=value)


def _arrived(data, *blocks):
    found = _Arrived(blocks)
    return SparkRatings(SimpleNamespace(sparkContext=found), data, found)


def test_what_arrived_is_compared_with_the_ratings_of_each_film_and_star():
    data = toy_dataset()
    first, second = user_rows(data, 0, 40), user_rows(data, 40, 80)
    _check_arrived(_arrived(data, first, second), "here")
    with pytest.raises(DataError, match=r"here holds \d{3} ratings and should hold 1,\d+\."):
        _check_arrived(_arrived(data, second), "here")
    with pytest.raises(DataError, match="holds 0 ratings"):
        _check_arrived(_arrived(data), "here")
    for other in (
        dataclasses.replace(second, user_ratings=np.roll(11 - second.user_ratings, 1)),
        dataclasses.replace(second, user_items=(second.user_items + 1) % data.n_movies),
    ):
        with pytest.raises(DataError, match="files of two exports"):
            _check_arrived(_arrived(data, first, other), "here")
