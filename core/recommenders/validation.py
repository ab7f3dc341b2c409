"""What callers pass to a recommender, checked: movie indices and candidates."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InvalidInputError

__all__ = ["candidate_mask", "checked_items"]


def checked_items(items: ArrayLike, n_movies: int) -> NDArray[np.int32]:
    """Return dense movie indices as int32 of shape (n_items,).

    Raises
    ------
    InvalidInputError
        For anything but whole numbers from 0 to `n_movies` - 1.
    """
    array = np.asarray(items)
    if array.dtype.kind not in "iu" and array.size:
        raise InvalidInputError(f"Movie indices must be integers, not {array.dtype}.")
    if array.size and (int(array.min()) < 0 or int(array.max()) >= n_movies):
        raise InvalidInputError(f"Movie indices must be between 0 and {n_movies - 1}.")
    return array.astype(np.int32, copy=False).ravel()


def candidate_mask(candidates: NDArray[np.bool_] | ArrayLike, n_movies: int) -> NDArray[np.bool_]:
    """Return which movies may be listed, bool of shape (n_movies,), from such a mask or from dense indices.

    Raises
    ------
    InvalidInputError
        For a mask of another length or indices outside the data set.
    """
    array = np.asarray(candidates)
    if array.dtype == np.bool_:
        if array.shape != (n_movies,):
            raise InvalidInputError(f"A mask of candidates needs {n_movies} values, not {array.shape}.")
        return array
    mask = np.zeros(n_movies, dtype=bool)
    mask[checked_items(array, n_movies)] = True
    return mask
