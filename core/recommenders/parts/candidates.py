"""Candidates for a list of a very large catalogue: films whose vectors have large products with a person's.

What scores well is looked for in cells of neighbouring vectors, by faiss's inverted file, instead of in all films;
what is found is then scored exactly. A film can be missed: `recall` says how often, as measured when it was built.
"""

import math
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ArtifactError

__all__ = ["CandidateSearch", "can_search"]

_CELLS = 4.0
"""Times the root of the number of films."""
_MOST_CELLS = 4096
_PER_CELL = 39
"""Films that k-means wants for each cell; of more than twice as many it takes so many."""
_VISITED = 1 / 16
"""Share of the cells that are looked into."""
_ROUNDS = 8


def can_search() -> bool:
    """Return whether faiss is installed, which the extra `large` brings."""
    return find_spec("faiss") is not None


class CandidateSearch:
    """An index of films by their vectors.

    Parameters
    ----------
    index : ndarray of uint8
        What `built` returned, in memory or mapped: it is read where it lies, by all processes that map it.

    Raises
    ------
    ArtifactError
        Where that is not what it holds.
    """

    def __init__(self, index: NDArray[np.uint8]) -> None:
        faiss: Any = import_module("faiss")
        # One thread answers a request, and a pool of them would not survive gunicorn's fork.
        faiss.omp_set_num_threads(1)
        try:
            loaded = faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(index), index.size))
        except RuntimeError as error:
            raise ArtifactError("The index of candidates is damaged. Train the model again.") from error
        loaded.nprobe = max(math.ceil(loaded.nlist * _VISITED), 1)
        # The cells point into the array.
        self._index, self._cells = loaded, index

    @staticmethod
    def built(items: NDArray[np.int32], vectors: NDArray[np.float32], seed: int) -> NDArray[np.uint8]:
        """Return an index of films.

        Parameters
        ----------
        items : ndarray of int32, shape (m,)
            Dense movie indices, by which films are told.
        vectors : ndarray of float32, shape (m, d)
            Changed in nothing.
        seed : int

        Returns
        -------
        ndarray of uint8
            To be stored; about two bytes for each number of the vectors and eight for each film.

        Notes
        -----
        The largest products are the nearest of vectors that are made equally long by one number more (Bachrach et al.
        2014, "Speeding up the Xbox recommender system using a Euclidean transformation for inner-product spaces").
        """
        import faiss

        faiss.omp_set_num_threads(1)
        lengths = np.einsum("ij,ij->i", vectors, vectors)
        lifted = np.column_stack([vectors, np.sqrt(np.maximum(lengths.max(initial=0) - lengths, 0))])
        lifted = np.ascontiguousarray(lifted, dtype=np.float32)
        cells = max(min(round(_CELLS * math.sqrt(len(items))), _MOST_CELLS, len(items) // _PER_CELL), 1)
        width = lifted.shape[1]
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatL2(width), width, cells, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_L2
        )
        index.cp.niter, index.cp.seed, index.cp.max_points_per_centroid = _ROUNDS, seed, 2 * _PER_CELL
        index.train(lifted)
        index.add_with_ids(lifted, items.astype(np.int64))
        found: NDArray[np.uint8] = faiss.serialize_index(index)
        return found

    def nearest(self, vector: NDArray[np.float32], k: int) -> NDArray[np.int32]:
        """Return films that probably have the largest products with a vector, int32 of shape (at most k,)."""
        lifted = np.append(vector, np.float32(0)).astype(np.float32)
        _, found = self._index.search(lifted[None], k)
        kept: NDArray[np.int32] = found[0][found[0] >= 0].astype(np.int32)
        return kept
