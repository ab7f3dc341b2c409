"""Short weighted lists, one per movie, and sums over the lists of a profile's movies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import _sparsetools

__all__ = ["SparseRows", "add_rows", "add_rows_of_ones"]


def add_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    values: NDArray[np.float32],
    rows: NDArray[Any],
    factors: NDArray[np.float32],
    total: NDArray[np.float32],
) -> None:
    """Add some rows of a sparse matrix, each times its factor, to a dense vector, in place.

    Parameters
    ----------
    indptr, indices, values
        The matrix by row, of fewer than 2**31 entries.
    rows : ndarray of int
        Ascending.
    factors : ndarray of float32, as long as `rows`
    total : ndarray of float32
        C-contiguous.

    Notes
    -----
    SciPy's own compiled loop over columns from one start to the next: unlike a product with a selected submatrix it
    copies nothing, and unlike ``total[indices] += ...`` it makes no temporary arrays. The rows are handed over in
    descending order, each with its start and its end. What would lie between the end of one and the start of the
    next then has a negative length, so the loop passes over it, and one call adds all of them.
    """
    if len(rows) == 0:
        return
    descending = rows[::-1]
    bounds = np.empty((len(rows), 2), dtype=np.int32)
    bounds[:, 0] = indptr[descending]
    bounds[:, 1] = indptr[descending + 1]
    weights = np.zeros((len(rows), 2), dtype=np.float32)
    weights[:, 0] = factors[::-1]
    _sparsetools.csc_matvec(len(total), 2 * len(rows) - 1, bounds.ravel(), indices, values, weights.ravel(), total)


def add_rows_of_ones(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    ones: NDArray[np.float32],
    rows: NDArray[Any],
    factors: NDArray[np.float32],
    total: NDArray[np.float32],
) -> None:
    """Do the same, rows in any order, for a matrix whose entries are all 1 and not stored.

    Parameters
    ----------
    ones : ndarray of float32
        As many ones as the longest row has entries. They are why each row takes a call of its own.
    """
    starts, stops = indptr[rows], indptr[rows + 1]
    # One column each, from 0 to its length.
    spans = np.zeros((len(rows), 2), dtype=np.int32)
    spans[:, 1] = stops - starts
    for start, stop, span, factor in zip(
        starts.tolist(), stops.tolist(), spans, factors.astype(np.float32, copy=False).reshape(-1, 1), strict=True
    ):
        _sparsetools.csc_matvec(len(total), 1, span, indices[start:stop], ones[: stop - start], factor, total)


@dataclass(frozen=True)
class SparseRows:
    """A sparse square matrix of movies by movies, whose row i holds what movie i says about others.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n_movies + 1,)
    indices : ndarray of int32
    values : ndarray of float32
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]

    def row(self, item: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the indices and values of one row, as views."""
        span = slice(int(self.indptr[item]), int(self.indptr[item + 1]))
        return self.indices[span], self.values[span]

    def dense_row(self, item: int) -> NDArray[np.float32]:
        """Return one row, float32 of shape (n_movies,), NaN where nothing is stored."""
        dense = np.full(len(self.indptr) - 1, np.nan, dtype=np.float32)
        indices, values = self.row(item)
        dense[indices] = values
        return dense

    def weighted_sum(self, rows: NDArray[np.int32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the sum of rows times weights, float32 of shape (n_movies,)."""
        total = np.zeros(len(self.indptr) - 1, dtype=np.float32)
        add_rows(self.indptr, self.indices, self.values, rows, weights, total)
        return total

    def column(self, rows: NDArray[np.int32], item: int) -> NDArray[np.float32]:
        """Return the value of `item` in each of some rows, 0 where it is not stored."""
        found = np.zeros(len(rows), dtype=np.float32)
        for position, row in enumerate(rows.tolist()):
            indices, values = self.row(row)
            at = int(np.searchsorted(indices, item))
            if at < len(indices) and indices[at] == item:
                found[position] = values[at]
        return found

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return the arrays under which a model stores the rows."""
        return {f"{prefix}_indptr": self.indptr, f"{prefix}_indices": self.indices, f"{prefix}_values": self.values}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Self:
        """Rebuild the rows from what `arrays` returned."""
        # Plain views: each slice of a memmap object would build another memmap object.
        indptr, indices, values = (
            arrays[f"{prefix}_{name}"].view(np.ndarray) for name in ("indptr", "indices", "values")
        )
        return cls(indptr, indices, values)

    @classmethod
    def from_lists(
        cls, owners: NDArray[np.int32], indices: NDArray[np.int32], values: NDArray[np.float32], n_rows: int
    ) -> Self:
        """Build rows from entries in any order; within a row they end up ascending by index."""
        order = np.lexsort((indices, owners))
        indptr = np.zeros(n_rows + 1, dtype=np.int64)
        np.cumsum(np.bincount(owners, minlength=n_rows), out=indptr[1:])
        return cls(indptr, indices[order], values[order])
