"""Tiles of sums over pairs of movies, as tasks make them, without a cluster."""

import numpy as np
import pytest

from core.data.user_rows import user_rows
from core.errors import ConfigurationError
from core.recommenders.item_knn import ItemKNN
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.parts.residuals import quantised
from core.spark.neighbours import _compared, _squares
from core.spark.tiles import Rows, _made, _pieces, rows_per_tile
from core.testing.toy import toy_dataset


def test_rows_of_some_users_are_taken_whole():
    rows = Rows(0, np.array([0, 2, 2, 5]), np.array([1, 4, 0, 1, 3], dtype=np.int32), np.arange(5), np.arange(3))
    part = rows.part(np.array([1, 2]))
    assert part.indptr.tolist() == [0, 0, 3]
    assert part.columns.tolist() == [0, 1, 3]
    assert part.values is not None
    assert part.shares is not None
    assert (part.values.tolist(), part.shares.tolist()) == ([2, 3, 4], [1, 2])


def test_each_tile_gets_whoever_has_an_entry_in_it():
    rows = Rows(7, np.array([0, 2, 2, 5]), np.array([1, 4, 0, 1, 3], dtype=np.int32))
    sent = {key: part.columns.tolist() for key, part in _pieces(rows, height=2, n_tiles=4)}
    assert sent == {(0, 7): [1, 4, 0, 1, 3], (1, 7): [0, 1, 3], (2, 7): [1, 4]}


class _Context:
    """What a tile's size is read from."""

    def __init__(self, **settings):
        self._settings = {name.replace("_", "."): value for name, value in settings.items()}

    def getConf(self):  # noqa: N802
        return self._settings


def test_tiles_are_as_large_as_is_set_and_have_a_row_at_least():
    assert rows_per_tile(_Context(), 100, 8) == 100
    assert rows_per_tile(_Context(), 87_585, 8) == 95
    assert rows_per_tile(_Context(), 100_000_000, 8) == 1
    assert rows_per_tile(_Context(spark_cinematch_tileMB="1024"), 87_585, 8) == 1532
    for wrong in ("0", "-3", "1g"):
        with pytest.raises(ConfigurationError, match="whole number of megabytes"):
            rows_per_tile(_Context(spark_cinematch_tileMB=wrong), 100, 8)


@pytest.mark.parametrize("height", [7, 60])
def test_neighbours_by_tile_are_those_of_all_pairs_at_once(height):
    data, model = toy_dataset(), ItemKNN({"neighbours": 5, "rating_neighbours": 6})
    fitted = fit_baseline(data)
    residuals = quantised(fitted.bias_residuals(data))
    pieces, squares = [], np.zeros(data.n_movies, dtype=np.int64)
    for first in range(0, data.n_users, 30):
        block = user_rows(data, first, min(first + 30, data.n_users))
        begin = int(data.user_indptr[first])
        values = residuals[begin : begin + block.n_ratings]
        rows = Rows(first, block.user_indptr, block.user_items, values)
        squares += _squares(rows, data.n_movies)
        pieces += _pieces(rows, height, -(-data.n_movies // height))
    pieces.sort(key=lambda piece: piece[0])
    shared = model.config, data.n_movies, model.measures(data.movie_counts, squares)
    watched, rated = (nearest.found() for nearest in model.no_neighbours(data.n_movies, data.n_movies))
    for tile, *found in _made(pieces, data.n_movies, height, _compared, shared):
        for whole, part in zip((*watched, *rated), (*found[0], *found[1]), strict=True):
            whole[tile.first : tile.last] = part
    here = ItemKNN(model.config).fit(data).arrays
    for name, array in model.kept(data.movie_counts, watched, rated).items():
        assert np.array_equal(array, here[name]), name
