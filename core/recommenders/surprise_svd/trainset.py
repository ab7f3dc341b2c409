"""A training set for Surprise that reads arrays.

Surprise's own keeps every rating in two dictionaries of lists of tuples, 350 to 425 bytes each: 32 million ratings
need 11 to 13 GB. Its SVD asks for no more than the counts, the mean and an iteration over the ratings, which this
class makes from arrays in blocks: 4 bytes for each rating beyond the data set's memory map.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from surprise import Trainset

from core.data.dataset import Dataset

__all__ = ["LightTrainset"]

BLOCK = 65_536


class LightTrainset(Trainset):  # type: ignore[misc]
    """Ratings of a data set, users and movies under their dense indices, in the order of `Dataset.user_items`.

    Parameters
    ----------
    dataset : Dataset
    values : ndarray of float32, shape (n_ratings,)
        What is to be learned, in place of the stars.
    mean : float
        The mean of `values`, which Surprise starts from.
    report : callable
        Called with the number of the block before each one; an exception that it raises ends the training.
    """

    def __init__(
        self, dataset: Dataset, values: NDArray[np.float32], mean: float, report: Callable[[int], None]
    ) -> None:
        super().__init__({}, {}, dataset.n_users, dataset.n_movies, dataset.n_ratings, (0.5, 5), {}, {})
        self._dataset = dataset
        self._values = values
        self._global_mean = mean
        self._report = report
        self._blocks = 0

    def all_ratings(self) -> Iterator[tuple[int, int, float]]:
        """Yield user, movie and value of every rating; one pass is one epoch."""
        dataset = self._dataset
        for start in range(0, dataset.n_ratings, BLOCK):
            self._report(self._blocks)
            self._blocks += 1
            end = min(start + BLOCK, dataset.n_ratings)
            users = np.searchsorted(dataset.user_indptr, np.arange(start, end), side="right") - 1
            yield from zip(
                users.tolist(),
                dataset.user_items[start:end].tolist(),
                self._values[start:end].tolist(),
                strict=True,
            )

    def knows_user(self, uid: int) -> bool:
        """Whether the user has ratings."""
        return bool(0 <= uid < self.n_users and self._dataset.user_indptr[uid + 1] > self._dataset.user_indptr[uid])

    def knows_item(self, iid: int) -> bool:
        """Whether the movie has ratings."""
        return bool(0 <= iid < self.n_items and self._dataset.movie_counts[iid] > 0)
