"""Sums of rows of sparse matrices without copies."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.recommenders import sparse_rows as sparse_rows_module
from core.recommenders.sparse_rows import SparseRows, add_rows


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 9))
def test_rows_times_factors_are_added_to_what_is_there(seed, n_rows, n_columns):
    rng = np.random.default_rng(seed)
    matrix = sparse.random_array((n_rows, n_columns), density=0.4, rng=rng, format="csr", dtype=np.float32)
    rows = rng.permutation(n_rows)[: rng.integers(0, n_rows + 1)]
    factors = rng.normal(size=len(rows)).astype(np.float32)
    indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32)
    total = np.ones(n_columns, dtype=np.float32)
    add_rows(indptr, indices, matrix.data, rows, factors, total)
    np.testing.assert_allclose(total, 1 + factors @ matrix.toarray()[rows], rtol=1e-4, atol=1e-5)
    counted = np.zeros(n_columns, dtype=np.float32)
    ones = np.ones(max(int(np.diff(indptr).max()), 1), dtype=np.float32)
    add_rows(indptr, indices, ones, rows, factors, counted)
    np.testing.assert_allclose(counted, factors @ (matrix.toarray()[rows] != 0), rtol=1e-4, atol=1e-5)


def test_very_long_profiles_take_one_product_with_the_same_result(monkeypatch):
    rng = np.random.default_rng(5)
    matrix = sparse.random_array((40, 40), density=0.2, rng=rng, format="csr", dtype=np.float32)
    rows = SparseRows(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data)
    chosen, weights = np.arange(3, 39, 2).astype(np.int32), rng.normal(size=18).astype(np.float32)
    expected = rows.weighted_sum(chosen, weights)
    monkeypatch.setattr(sparse_rows_module, "_MANY_ROWS", 10)
    np.testing.assert_allclose(rows.weighted_sum(chosen, weights), expected, rtol=1e-5, atol=1e-6)
