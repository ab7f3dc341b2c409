"""Which ratings shape a list, in words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.display.titles import short_title
from core.lists.requests import ListRequest
from core.lists.reranking import best_wished
from core.lists.shaping import Shape, shapes, weightiest_ratings
from core.recommenders.base import Recommender
from core.views import Shaping, ShapingMove, ShapingRating

__all__ = ["LONGEST", "shaping_view", "without_it"]

LONGEST = 20
"""Movies of a list that are looked at."""
_NAMED = 2


def shaping_view(
    model: Recommender, profile: Profile, request: ListRequest, mask: NDArray[np.bool_] | None
) -> Shaping:
    """Return what the ratings of a profile do to its list, each left out alone, with filters and wishes as they are.

    Parameters
    ----------
    profile : Profile
        With all ratings.
    mask : ndarray of bool, shape (n_movies,), or None
        What passes the request's filters; None when all do.
    """
    n = min(request.n, LONGEST)
    open_to = np.ones(model.dataset.n_movies, dtype=bool) if mask is None else mask.copy()
    if request.exclude_rated:
        open_to[profile.items] = False

    def listing(part: Profile, length: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        return best_wished(model, part, length, request.wish, request.exclude_rated, open_to, request.near)

    mean = model.dataset.global_mean
    now = listing(profile, 2 * n)
    tried = weightiest_ratings(model, profile, now[0][:n].tolist(), mean) if len(profile) else []
    found = shapes(listing, profile, now, n, tried)
    return Shaping([_rating(model, one) for one in found], len(tried), len(profile), n)


def _rating(model: Recommender, one: Shape) -> ShapingRating:
    movies = model.dataset.movies
    lifts, holds_down = (
        [
            ShapingMove(int(movies.ids[move.item]), movies.title(move.item), move.rank, move.rank_without)
            for move in moves
        ]
        for moves in (one.lifts, one.holds_down)
    )
    return ShapingRating(
        movie_id=int(movies.ids[one.film]),
        title=movies.title(one.film),
        rating=one.rating,
        lifts=lifts,
        holds_down=holds_down,
        effect=one.effect,
        text=without_it(lifts, holds_down),
    )


def without_it(lifts: Sequence[ShapingMove], holds_down: Sequence[ShapingMove]) -> str:
    """Return what a rating does to a list, by the films that it moves most."""
    told = [f"{verb} {_named(moves)}" for verb, moves in (("lifts", lifts), ("holds down", holds_down)) if moves]
    if not told:
        return "Without it the list would be the same."
    sentence = f"{'; '.join(told)}."
    return sentence[0].upper() + sentence[1:]


def _named(moves: Sequence[ShapingMove]) -> str:
    return " and ".join(f"{short_title(move.title, include_year=False)} ({_places(move)})" for move in moves[:_NAMED])


def _places(move: ShapingMove) -> str:
    now = "not listed" if move.rank is None else f"rank {move.rank}"
    return f"{now}, without it {'gone' if move.rank_without is None else move.rank_without}"
