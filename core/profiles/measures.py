"""What became of lists: how often films were kept and liked, by algorithm, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import case, func, select

from core.profiles.clock import DAY_MS, now_ms
from core.profiles.database import Database
from core.profiles.rates import rate_of
from core.profiles.tables import feedback, lists
from core.views import OnlineView

__all__ = ["online_measures"]

LIKED_HALVES = 8
"""Half stars from which on a film counts as liked: 4 stars."""


class _Counted(NamedTuple):
    """What one person's lists of one kind came to."""

    lists: int
    shown: int
    opened: int
    kept: int
    dismissed: int
    rated: int
    liked: int


def online_measures(database: Database, dataset: str, days: int | None = None) -> list[OnlineView]:
    """Return what became of lists, by algorithm and variant, the most shown first.

    Parameters
    ----------
    database : Database
    dataset : str
    days : int, optional
        Only lists of so many last days; by default all.
    """
    # A film that was opened, kept or rated was shown, whether or not the page said so.
    per_film = (
        select(
            feedback.c.list_id,
            feedback.c.movie_id,
            *(
                func.max(case((feedback.c.kind == kind, 1), else_=0)).label(kind)
                for kind in ("opened", "kept", "dismissed", "rated")
            ),
            func.max(case((feedback.c.value >= LIKED_HALVES, 1), else_=0)).label("liked"),
        )
        .group_by(feedback.c.list_id, feedback.c.movie_id)
        .subquery()
    )
    sums = [func.sum(per_film.c[name]) for name in ("opened", "kept", "dismissed", "rated", "liked")]
    groups = (lists.c.algorithm, lists.c.variant, lists.c.person_id)
    chosen = (
        select(*groups, func.count(lists.c.id.distinct()), func.count(), *sums)
        .join(per_film, per_film.c.list_id == lists.c.id)
        .where(lists.c.dataset == dataset)
        .group_by(*groups)
    )
    if days is not None:
        chosen = chosen.where(lists.c.created >= now_ms() - days * DAY_MS)
    found: dict[tuple[str, str], list[_Counted]] = {}
    with database.read() as connection:
        for algorithm, variant, _, *counts in connection.execute(chosen):
            found.setdefault((algorithm, variant), []).append(_Counted(*map(int, counts)))
    measures = [_measure(algorithm, variant, counted) for (algorithm, variant), counted in found.items()]
    return sorted(measures, key=lambda one: (-one.kept.of, one.algorithm, one.variant))


def _measure(algorithm: str, variant: str, counted: Sequence[_Counted]) -> OnlineView:
    def total(name: str) -> int:
        return sum(getattr(one, name) for one in counted)

    return OnlineView(
        algorithm,
        variant,
        len(counted),
        total("lists"),
        total("opened"),
        total("dismissed"),
        total("rated"),
        rate_of([one.kept for one in counted], [one.shown for one in counted]),
        rate_of([one.liked for one in counted], [one.shown for one in counted]),
    )
