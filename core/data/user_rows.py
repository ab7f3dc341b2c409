"""Ratings of some users in compressed rows: what is read of a data set where not all of it is in one place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset

__all__ = ["RatingRows", "UserRows", "spans_of_users", "user_rows"]


class RatingRows(Protocol):
    """Ratings grouped by user, movies ascending within a user: a `Dataset`, or `UserRows` of some of its users."""

    user_indptr: NDArray[np.int64]
    user_items: NDArray[np.int32]
    user_ratings: NDArray[np.uint8]
    user_times: NDArray[np.uint32]

    @property
    def n_users(self) -> int:
        """Number of users."""

    @property
    def n_ratings(self) -> int:
        """Number of ratings."""


@dataclass(slots=True)
class UserRows:
    """Ratings of consecutive users.

    Attributes
    ----------
    first_user : int
        Dense index of the first one.
    user_ids : ndarray of int64, shape (n_users,)
        Raw ids.
    user_indptr : ndarray of int64, shape (n_users + 1,)
        From 0 on.
    user_items : ndarray of int32; user_ratings : ndarray of uint8; user_times : ndarray of uint32
        As those of `Dataset`.
    """

    first_user: int
    user_ids: NDArray[np.int64]
    user_indptr: NDArray[np.int64]
    user_items: NDArray[np.int32]
    user_ratings: NDArray[np.uint8]
    user_times: NDArray[np.uint32]

    @property
    def n_users(self) -> int:
        """Number of users."""
        return len(self.user_indptr) - 1

    @property
    def n_ratings(self) -> int:
        """Number of ratings."""
        return len(self.user_items)


def spans_of_users(indptr: NDArray[np.int64], ratings: int) -> Iterator[tuple[int, int]]:
    """Yield spans of users who have at most so many ratings together, or one user who has more.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_users + 1,)
    """
    first = 0
    while first < len(indptr) - 1:
        last = int(np.searchsorted(indptr, indptr[first] + ratings, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


def user_rows(dataset: Dataset, first: int, last: int) -> UserRows:
    """Return the ratings of users `first` to `last` of a data set, read into memory."""
    bounds = dataset.user_indptr[first : last + 1]
    span = slice(int(bounds[0]), int(bounds[-1]))
    return UserRows(
        first,
        np.array(dataset.user_ids[first:last]),
        np.asarray(bounds - bounds[0]),
        np.array(dataset.user_items[span]),
        np.array(dataset.user_ratings[span]),
        np.array(dataset.user_times[span]),
    )
