"""Which ratings a list hangs on: exact, by asking the same model for the list without each of them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.recommenders.base import Recommender
from core.recommenders.parts.rating_weights import own_mean

__all__ = ["MOST_RATINGS", "Move", "Shape", "shapes", "weightiest_ratings"]

MOST_RATINGS = 24
"""Ratings that are tried, one at a time: each costs one more list."""
_DISLIKED = MOST_RATINGS // 3

Listing = Callable[[Profile, int], tuple[NDArray[np.int32], NDArray[np.float32]]]
"""The best n movies for a profile with their scores, best first."""


@dataclass(frozen=True)
class Move:
    """Where a movie stands with and without a rating, from 1; None behind twice the list's length."""

    item: int
    rank: int | None
    rank_without: int | None


@dataclass(frozen=True)
class Shape:
    """What one rating does to a list.

    Attributes
    ----------
    film : int
        Dense index of the movie whose rating is left out.
    rating : float
        The stars that it has.
    lifts : tuple of Move
        Movies of the list that would stand further down without it, what moves most first.
    holds_down : tuple of Move
        Movies that would stand in the list without it, further up, what moves most first.
    effect : float
        How much the list would change: the sum of all changes of ``1 / log2(1 + rank)``, the discount of NDCG.
    """

    film: int
    rating: float
    lifts: tuple[Move, ...]
    holds_down: tuple[Move, ...]
    effect: float


def shapes(
    listing: Listing,
    profile: Profile,
    now: tuple[NDArray[np.int32], NDArray[np.float32]],
    n: int,
    films: Sequence[int],
) -> list[Shape]:
    """Return what each of some ratings does to the best `n` movies, what does most first.

    Where one movie falls the next ones rise without any doing of the rating. What it does itself is told by scores: a
    movie is lifted when its score has more of the rating than the median score has, and held down when it has less.

    Parameters
    ----------
    listing : callable
        Must not list the movies of the whole profile, whatever profile it is asked for.
    now : tuple of ndarray
        What it lists for the whole profile, up to `2 n` movies, so that it is seen where some of the `n` go.
    films : sequence of int
        Dense indices of movies of the profile.
    """
    stars = dict(zip(profile.items.tolist(), profile.ratings.tolist(), strict=True))
    whole = _Ranked.of(*now)
    found = [
        _shape(film, stars[film], whole, _Ranked.of(*listing(profile.without(film), 2 * n)), n) for film in films
    ]
    return sorted(found, key=lambda one: one.effect, reverse=True)


@dataclass(frozen=True)
class _Ranked:
    ranks: dict[int, int]
    scores: dict[int, float]

    @classmethod
    def of(cls, items: NDArray[np.int32], scores: NDArray[np.float32]) -> "_Ranked":
        listed = items.tolist()
        return cls(
            dict(zip(listed, range(1, len(listed) + 1), strict=True)), dict(zip(listed, scores.tolist(), strict=True))
        )


def _shape(film: int, rating: float, now: _Ranked, without: _Ranked, n: int) -> Shape:
    both = now.scores.keys() & without.scores.keys()
    gained = {item: now.scores[item] - without.scores[item] for item in both}
    usual = median(gained.values()) if gained else 0.0
    moves = [Move(item, now.ranks.get(item), without.ranks.get(item)) for item in {**now.ranks, **without.ranks}]
    moves = [move for move in moves if min(move.rank or n + 1, move.rank_without or n + 1) <= n]
    lifts = [
        move
        for move in moves
        if _size(move) > 0 and (move.rank or n + 1) <= n and gained.get(move.item, np.inf) > usual
    ]
    holds_down = [
        move
        for move in moves
        if _size(move) < 0 and (move.rank_without or n + 1) <= n and gained.get(move.item, -np.inf) < usual
    ]
    return Shape(
        film,
        rating,
        tuple(sorted(lifts, key=_size, reverse=True)),
        tuple(sorted(holds_down, key=_size)),
        sum(abs(_size(move)) for move in moves),
    )


def _size(move: Move) -> float:
    return _discount(move.rank) - _discount(move.rank_without)


def _discount(rank: int | None) -> float:
    return 0.0 if rank is None else 1 / math.log2(1 + rank)


def weightiest_ratings(model: Recommender, profile: Profile, listed: Sequence[int], mean: float) -> list[int]:
    """Return the movies of a profile whose ratings may shape a list most: all where they are few.

    Of more than `MOST_RATINGS` they are those with the largest shares in the explanations of what is listed, and a
    third is kept for the films that are furthest below the person's own mean: what these keep away is not listed.

    Parameters
    ----------
    listed : sequence of int
        Dense indices of the list's movies.
    mean : float
        Mean of all ratings of the data set, in stars.
    """
    if len(profile) <= MOST_RATINGS:
        return [int(item) for item in profile.items]
    below = profile.ratings - own_mean(profile, mean)
    worst = [int(profile.items[place]) for place in np.argsort(below, kind="stable")[:_DISLIKED] if below[place] < 0]
    shares = dict.fromkeys(profile.items.tolist(), 0.0)
    scoring = model.scoring(profile)
    for item in listed:
        explanation = model.explain(scoring, item)
        parts = [part for part in explanation.films or explanation.contributions if part.kind == "movie"]
        total = sum(abs(part.value) for part in parts)
        for part in parts:
            if part.id in shares and total:
                shares[part.id] += abs(part.value) / total
    heaviest = sorted(shares, key=shares.__getitem__, reverse=True)
    return [*worst, *(film for film in heaviest if film not in worst)][:MOST_RATINGS]
