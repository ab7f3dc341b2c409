"""What a list would be without one rating: exact, by asking the same model again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.recommenders.base import Recommender
from core.recommenders.results import Explanation, Scoring

__all__ = ["MOST_FILMS", "Counterfactual", "counterfactuals", "rank_of", "weightiest_films"]

MOST_FILMS = 3
"""Films of a profile that are left out, one at a time: each costs one more scoring."""


@dataclass(frozen=True)
class Counterfactual:
    """Where a movie stands with and without one rating of the profile.

    Attributes
    ----------
    film : int
        Dense index of the movie whose rating is left out.
    rating : float
        The stars that it has.
    rank, rank_without : int or None
        From 1, among the movies that the whole profile does not hold, so that both count the same movies: the film
        left out is not among them. None where the algorithm has no score.
    """

    film: int
    rating: float
    rank: int | None
    rank_without: int | None


def weightiest_films(explanation: Explanation, n: int = MOST_FILMS) -> list[int]:
    """Return the films of the profile that carry the most weight in an explanation, the heaviest first."""
    parts = explanation.films or explanation.contributions
    return [part.id for part in parts if part.kind == "movie" and part.id >= 0 and part.value != 0][:n]


def counterfactuals(model: Recommender, scoring: Scoring, item: int, films: Sequence[int]) -> list[Counterfactual]:
    """Return what becomes of a movie's rank when each of some ratings is left out, one at a time.

    The model stays as it is, as for a visitor who takes a rating back: of a stored user, other people's neighbours
    and factors were learned with the rating.

    Parameters
    ----------
    scoring : Scoring
        What `model` says with all ratings of the profile; it is asked again for each film alone.
    item : int
        Dense movie index.
    films : sequence of int
        Dense indices of movies of the profile.
    """
    profile = scoring.profile
    stars = dict(zip(profile.items.tolist(), profile.ratings.tolist(), strict=True))
    others = profile.items[profile.items != item]
    rank = rank_of(scoring.scores, item, others)
    return [
        Counterfactual(film, stars[film], rank, rank_of(model.score(profile.without(film)), item, others))
        for film in films
    ]


def rank_of(scores: NDArray[np.float32], item: int, left_out: NDArray[np.int32]) -> int | None:
    """Return the rank of a movie from 1, ties by index as in a list; None without a finite score.

    Parameters
    ----------
    scores : ndarray of float32, shape (n_movies,)
    left_out : ndarray of int32
        Movies that do not count.
    """
    own = scores[item]
    if not np.isfinite(own):
        return None
    before = scores > own
    before[:item] |= scores[:item] == own
    before[left_out] = False
    return 1 + int(np.count_nonzero(before))
