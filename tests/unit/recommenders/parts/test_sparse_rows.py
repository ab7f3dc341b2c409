"""Sums of rows of sparse matrices without copies."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.recommenders.parts.sparse_rows import SparseRows, add_rows, add_rows_of_ones


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 9))
def test_rows_times_factors_are_added_to_what_is_there(seed, n_rows, n_columns):
    rng = np.random.default_rng(seed)
    matrix = sparse.random_array((n_rows, n_columns), density=0.4, rng=rng, format="csr", dtype=np.float32)
    rows = rng.permutation(n_rows)[: rng.integers(0, n_rows + 1)]
    factors = rng.normal(size=len(rows)).astype(np.float32)
    indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32)
    total = np.ones(n_columns, dtype=np.float32)
    order = np.argsort(rows)
    add_rows(indptr, indices, matrix.data, rows[order], factors[order], total)
    np.testing.assert_allclose(total, 1 + factors @ matrix.toarray()[rows], rtol=1e-4, atol=1e-5)
    counted = np.zeros(n_columns, dtype=np.float32)
    ones = np.ones(max(int(np.diff(indptr).max()), 1), dtype=np.float32)
    add_rows_of_ones(indptr, indices, ones, rows, factors, counted)
    np.testing.assert_allclose(counted, factors @ (matrix.toarray()[rows] != 0), rtol=1e-4, atol=1e-5)


def test_weighted_sum_reads_nothing_but_the_rows_of_the_profile():
    rng = np.random.default_rng(5)
    dense = rng.normal(size=(40, 40)).astype(np.float32) * (rng.random((40, 40)) < 0.2)
    dense[11] = 0
    matrix = sparse.csr_array(dense)
    rows = SparseRows(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data)
    for chosen in ([], [11], [0, 39], list(range(40)), [3, 4, 11, 12, 38]):
        weights = rng.normal(size=len(chosen)).astype(np.float32)
        found = rows.weighted_sum(np.array(chosen, dtype=np.int32), weights)
        np.testing.assert_allclose(found, weights @ dense[np.array(chosen, dtype=int)], rtol=1e-4, atol=1e-5)
