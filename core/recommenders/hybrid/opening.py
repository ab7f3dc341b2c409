"""The list for somebody of whom nothing is known: films that many people liked, of different kinds."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.recommenders.parts.diversity import diversify, genre_flags
from core.recommenders.results import Contribution

__all__ = ["Opening", "opening_list"]

_DIVERSITY = 0.2
_DIVERSE = 200
"""So many films are ordered with an eye on those above them; the rest follow by how many liked them."""
_BLOCK = 4_000_000


class Opening(NamedTuple):
    """What makes up the opening order; a film's score is the sum of the two.

    Attributes
    ----------
    liked : ndarray of float32, shape (n_movies,)
        Share of all people who rated the film above their own average, scaled so that the best film has 1, times
        one minus the weight of diversity. NaN for films that nobody rated.
    likeness : ndarray of float32, shape (n_movies,)
        Minus the weight of diversity times the cosine of genres with the most similar film further up.
    """

    liked: NDArray[np.float32]
    likeness: NDArray[np.float32]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild it from arrays of the names ``opening_liked`` and ``opening_likeness``."""
        return cls(arrays["opening_liked"], arrays["opening_likeness"])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays under which a recommender stores it."""
        return {"opening_liked": self.liked, "opening_likeness": self.likeness}

    def scores(self) -> NDArray[np.float32]:
        """Return the score of every movie."""
        return self.liked + self.likeness

    def explain(self, item: int) -> list[Contribution]:
        """Return the two summands of a movie's score."""
        liked, likeness = float(self.liked[item]), float(self.likeness[item])
        parts = [Contribution("bias", item, "How many people liked it more than most of their films", liked)]
        if likeness:
            parts.append(Contribution("bias", -1, "How much it is like a film above it", likeness))
        return parts


def opening_list(dataset: Dataset) -> Opening:
    """Return the opening order: maximal marginal relevance (`diversify`) over how many people liked a film.

    Scores fall along that order. The marginal relevance of what is chosen can only fall, and films that take no part
    in the choice are counted as if they equalled one further up.
    """
    liked = _liked(dataset)
    liked[dataset.movie_counts == 0] = np.nan
    best = np.argsort(-np.nan_to_num(liked, nan=-1.0), kind="stable")[:_DIVERSE].astype(np.int32)
    best = best[dataset.movie_counts[best] > 0]
    likeness = np.ones(dataset.n_movies)
    order = best[diversify(liked[best].astype(np.float64), genre_flags(dataset, best), len(best), _DIVERSITY)]
    kinds = genre_flags(dataset, order)
    lengths = np.linalg.norm(kinds, axis=1, keepdims=True)
    unit = np.divide(kinds, lengths, out=np.zeros(kinds.shape), where=lengths > 0)
    above = np.tril(unit @ unit.T, -1)
    likeness[order] = above.max(axis=1, initial=0.0)
    return Opening((liked * (1 - _DIVERSITY)).astype(np.float32), (-_DIVERSITY * likeness).astype(np.float32))


def _liked(dataset: Dataset) -> NDArray[np.float64]:
    """Return how many people rated each film above their own average, as a share of the most such people."""
    counts = np.zeros(dataset.n_movies)
    lengths = np.diff(dataset.user_indptr)
    doubled = 2 * dataset.user_means
    # A block of users at a time: what is unpacked stays small where the ratings are many.
    starts = np.searchsorted(dataset.user_indptr[:-1], np.arange(0, dataset.n_ratings, _BLOCK))
    for first, last in pairwise([*starts.tolist(), dataset.n_users]):
        part = slice(int(dataset.user_indptr[first]), int(dataset.user_indptr[last]))
        above = dataset.user_ratings[part] > np.repeat(doubled[first:last], lengths[first:last])
        counts += np.bincount(dataset.user_items[part][above], minlength=dataset.n_movies)
    return counts / max(float(counts.max()), 1.0)
