"""Leading directions of a matrix in parts, against scikit-learn's of the whole."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from core.recommenders.parts.leading_directions import leading_directions as of_the_whole
from core.spark.directions import leading_directions


class _Parts:
    """What a cluster does, in this process: sums over two blocks of rows."""

    def __init__(self, matrix, n_users):
        half = n_users // 2
        self.dataset = SimpleNamespace(n_users=n_users, n_movies=matrix.shape[1])
        self._blocks = [
            SimpleNamespace(first_user=first, n_users=last - first, rows=matrix[first:last])
            for first, last in ((0, half), (half, n_users))
        ]

    def sums(self, ask, *shared):
        return tuple(np.sum(found, axis=0) for found in zip(*(ask(b, *shared) for b in self._blocks), strict=True))


def _rows(block):
    return block.rows


@pytest.mark.parametrize(("n_rows", "n_columns", "rank"), [(60, 25, 25), (30, 70, 30), (60, 25, 8)])
def test_they_are_those_of_scikit_learn(n_rows, n_columns, rank):
    rng = np.random.default_rng(3)
    dense = rng.normal(size=(n_rows, rank)) * 0.7 ** np.arange(rank) @ rng.normal(size=(rank, n_columns))
    matrix = sparse.csr_array(dense)
    here, values_here = of_the_whole(matrix, 12, 5, 0)
    parts, more = _Parts(matrix, n_rows - 5), matrix[n_rows - 5 :]
    there, values_there = leading_directions(parts, _rows, (), more, 12, 5, 0)
    known = min(rank, 12)
    assert there.shape == here.shape
    np.testing.assert_allclose(values_there, values_here, atol=1e-6 * values_here[0])
    np.testing.assert_allclose(there[:known], here[:known], atol=1e-5)
