"""Blocks of users as executors make them of rows in any order, without a cluster."""

import numpy as np
import pyarrow as pa
import pytest

from core.errors import DataError
from core.spark.ratings import _Packing, _told, _unpacked

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
