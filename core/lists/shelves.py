"""Which shelves a person's first page has, and the movies on them: no movie on two, none that is rated or unwanted.

A shelf is a list that could be asked for by itself, with its reason: filters and a wish over one of few orders, each
scored once. One more is one more function that returns plans.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import LIKED
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.display.titles import short_title
from core.lists.closeness import nearness
from core.lists.reranking import NOTHING, reorder
from core.recommenders.parts.top_n import top_n
from core.views import Filters, Near, Reranking

__all__ = ["ShelfOrder", "ShelfPlan", "fill_shelves", "plan_shelves"]

ShelfOrder = Literal["own", "next", "friend"]
"""By the person's own scores, by what comes next after the last films, or by a friend's as much as by one's own."""

_FEWEST = 4
"""A shelf with fewer movies is left out."""
_FEWEST_KEPT = 2
"""Of a watchlist: one movie has no order."""
_ABOUT = 2
"""Shelves that each resemble a movie."""
_ALIKE = 0.35
"""From this likeness on, as `core.lists.similar` measures it, two movies would have the same shelf."""
_CLOSENESS = 0.8
_DECADE_FILMS = 3
"""Movies of a decade from which on something is said of it."""
_DECADE_ABOVE = 0.1
"""Stars above the person's own mean from which on a decade is told."""
_DECADE_PRIOR = 5.0
"""Movies at the person's own mean that are added to each decade's."""


@dataclass(frozen=True, slots=True)
class ShelfPlan:
    """What is to stand on a shelf, and why."""

    key: str
    title: str
    reason: str
    filters: Filters = field(default_factory=Filters)
    wish: Reranking = field(default_factory=Reranking)
    about: int | None = None
    """Dense index of the movie that those on the shelf resemble."""
    fewest: int = _FEWEST
    first: bool = False
    """Whether it takes its movies before the shelves above it."""
    order: ShelfOrder = "own"


def plan_shelves(
    dataset: Dataset,
    profile: Profile,
    watchlist: Sequence[int | str] = (),
    standing: Sequence[int] = (),
    friend: str | None = None,
) -> list[ShelfPlan]:
    """Return the shelves that somebody could have, from the top of the page down.

    Parameters
    ----------
    dataset : Dataset
    profile : Profile
        Its order says which movies were rated last.
    watchlist : sequence of int or str
        Raw ids of what the person keeps for later.
    standing : sequence of int
        Dense indices of movies whose shelves are there already: they stay while the movies are liked.
    friend : str, optional
        The name of somebody to watch with.
    """
    about = list(_about(dataset, profile, standing))
    return [
        ShelfPlan("for-you", "For you", f"The best for your {_counted(len(profile), 'rating')}"),
        *about[:1],
        *_watchlist(watchlist),
        *_next(dataset, profile),
        *_friend(friend),
        *_decade(dataset, profile),
        *about[1:],
        _little_known(dataset),
    ]


def fill_shelves(
    dataset: Dataset,
    scores: Mapping[ShelfOrder, NDArray[np.float32]],
    plans: Sequence[ShelfPlan],
    n: int,
    mask: Callable[[Filters], NDArray[np.bool_] | None],
) -> list[tuple[ShelfPlan, NDArray[np.int32]]]:
    """Return the plans that enough movies are left for, in their order, with these movies, best first.

    Parameters
    ----------
    dataset : Dataset
    scores : mapping of str to ndarray of float32, shape (n_movies,)
        Of one algorithm by order; NaN for what is to stand nowhere. Plans of an order that is not there are left out.
    plans : sequence of ShelfPlan
    n : int
        Movies on a shelf at most.
    mask : callable
        Which movies pass filters, bool of shape (n_movies,), None for all.
    """
    left = np.ones(dataset.n_movies, dtype=bool)
    filled: dict[str, NDArray[np.int32]] = {}
    for plan in sorted((plan for plan in plans if plan.order in scores), key=lambda plan: not plan.first):
        admitted = mask(plan.filters)
        here = np.where(left if admitted is None else left & admitted, scores[plan.order], np.float32(np.nan))
        best = top_n(here, plan.wish.depth(n))
        near = NOTHING if plan.about is None else Near(movie_ids=(int(dataset.movies.ids[plan.about]),))
        items = best[reorder(dataset, best, here[best], n, plan.wish, near)]
        if len(items) >= min(plan.fewest, n):
            filled[plan.key] = items
            left[items] = False
    return [(plan, filled[plan.key]) for plan in plans if plan.key in filled]


def _about(dataset: Dataset, profile: Profile, standing: Sequence[int]) -> Iterator[ShelfPlan]:
    """Yield shelves that resemble what was liked, the latest first, no two of which would be the same."""
    liked = set(profile.items[profile.ratings >= LIKED].tolist())
    chosen: list[int] = []
    for item in (*standing, *_latest_first(profile)):
        if len(chosen) == _ABOUT:
            return
        if item not in liked or item in chosen or any(_alike(dataset, item, other) for other in chosen):
            continue
        chosen.append(item)
        movie = int(dataset.movies.ids[item])
        stars = float(profile.ratings[profile.items == item][0])
        yield ShelfPlan(
            f"like-{movie}",
            f"Because you liked {short_title(dataset.movies.title(item), include_year=False)}",
            f"You gave it {stars:g} stars: near to it in who likes it, kind and time",
            wish=Reranking(closeness=_CLOSENESS),
            about=item,
        )


def _latest_first(profile: Profile) -> list[int]:
    """Return the movies of a profile, those rated last first where that is known."""
    rated = profile.items if profile.order is None else profile.items[np.argsort(profile.order, kind="stable")]
    found: list[int] = rated[::-1].tolist()
    return found


def _alike(dataset: Dataset, item: int, other: int) -> bool:
    near = nearness(dataset, Near(movie_ids=(int(dataset.movies.ids[other]),)))
    return near is not None and float(near[item]) >= _ALIKE


def _watchlist(kept: Sequence[int | str]) -> Iterator[ShelfPlan]:
    if kept:
        yield ShelfPlan(
            "watchlist",
            "Your watchlist tonight",
            "What you kept for later, the best for you first",
            Filters(movie_ids=tuple(kept)),
            fewest=_FEWEST_KEPT,
            first=True,
        )


def _next(dataset: Dataset, profile: Profile) -> Iterator[ShelfPlan]:
    """Yield the shelf of what comes next, where some films are known to be the last."""
    if profile.order is None or not len(profile):
        return
    last = profile.items[profile.order == profile.order.max()]
    title = short_title(dataset.movies.title(int(last[0])), include_year=False)
    after = f"After {title} and what you rated before it" if len(last) == 1 else "After what you rated last"
    if len(last) == 1 or len(last) < len(profile):
        yield ShelfPlan(
            "next",
            "What next",
            f"{after}, by the order in which people rate",
            wish=Reranking(lately=1.0),
            order="next",
        )


def _friend(name: str | None) -> Iterator[ShelfPlan]:
    if name:
        reason = "For both of you alike; neither has rated them"
        yield ShelfPlan("friend", f"With {name}", reason, order="friend")


def _little_known(dataset: Dataset) -> ShelfPlan:
    """Return the shelf of the long tail: all movies but the most rated ones that have half of the ratings."""
    counts = np.sort(dataset.movie_counts)[::-1].astype(np.int64)
    head = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))
    most = max(int(counts[min(head, len(counts) - 1)]) - 1, 1)
    reason = f"High on your list, and rated by {_counted(most, 'person', 'people')} at most"
    return ShelfPlan("little-known", "Loved but little known", reason, Filters(max_ratings=most))


def _decade(dataset: Dataset, profile: Profile) -> Iterator[ShelfPlan]:
    """Yield the shelf of the decade whose films are rated furthest above the person's own mean, if there is one."""
    years = dataset.movies.years[profile.items].astype(np.int64)
    decades, place = np.unique(years[years > 0] // 10 * 10, return_inverse=True)
    if not len(decades):
        return
    mean = float(profile.ratings.mean())
    stars = profile.ratings[years > 0].astype(np.float64)
    films = np.bincount(place)
    above = np.bincount(place, weights=stars - mean)
    told = (films >= _DECADE_FILMS) & (above >= _DECADE_ABOVE * films)
    if not told.any():
        return
    best = int(np.argmax(np.where(told, above / (films + _DECADE_PRIOR), -np.inf)))
    first = int(decades[best])
    own = float(stars[place == best].mean())
    yield ShelfPlan(
        f"decade-{first}",
        f"From the {first}s",
        f"You gave {_counted(int(films[best]), 'film')} of that time {own:.1f} stars on average, "
        f"{own - mean:.1f} more than you give otherwise",
        Filters(year_min=first, year_max=first + 9),
    )


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
