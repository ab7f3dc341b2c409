"""What training and measuring an algorithm are expected to take: for the order, for what fits, for how long yet.

Seconds are of one processor, and relative: `core.tasks` learns how quick a machine is as it goes. `cinematch -v train
--jobs 1` tells those of every step, here at 100,836 ratings of 610 people; a fit's are those of the model that is
measured, so that nothing is imported or compiled any more, and what is loaded is what the first of a process takes
longer. They are the geometric means of two machines: where memory is quick, questions take a third of the seconds
that they take where it is slow, and fits and compiling three fifths. Exponents lead from
there to what fits take at 32 million ratings in docs/PERFORMANCE.md, whose peaks memory follows.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "COMPILING",
    "FIRST",
    "MEASURED_FIRST",
    "SERVED_FIRST",
    "Cost",
    "asking",
    "fitting",
    "kernels_of",
    "loads_of",
    "rank_of",
]

SERVED_FIRST = ("popularity", "user_knn", "svd")
"""What a first start serves with, while it learns the rest of these:"""
FIRST = (*SERVED_FIRST, "item_knn", "ease", "content")
"""What is learned in seconds, and makes lists until the rest is."""
MEASURED_FIRST = "svd"
"""What is measured next: it shows how long questions take here, as what takes most of the time consists of them."""

_RATINGS, _USERS, _MOVIES = 100_836, 610, 9_724
_MOST_ASKED = 10_000
_MAPPED_MB = 45.0
"""Of each million ratings, for a process that draws people from among all."""


@dataclass(frozen=True)
class Cost:
    """What is expected of one task."""

    seconds: float
    memory_mb: float


@dataclass(frozen=True)
class _Row:
    fit: float
    """CPU seconds."""
    ask: float
    """CPU seconds to ask everybody."""
    exponent: float
    """Of the seconds of fitting in the number of ratings."""
    memory: float
    """MB, and for each million ratings."""
    memory_of_million: float


_TABLE = {
    "popularity": _Row(0.03, 1.09, 0.5, 100, 1),
    "user_knn": _Row(0.04, 3.88, 0.95, 200, 28),
    "item_knn": _Row(0.61, 1.69, 0.8, 220, 33),
    "svd": _Row(0.21, 1.65, 0.75, 320, 24),
    "ease": _Row(1.01, 1.46, 0.65, 840, 19),
    "content": _Row(0.14, 1.76, 0.4, 300, 10),
    "als": _Row(0.85, 1.65, 0.65, 320, 32),
    "slist": _Row(1.83, 1.5, 0.65, 1290, 12),
    "surprise_svd": _Row(1.84, 2.32, 0.8, 335, 22),
    "bayesian_mf": _Row(2.64, 3.87, 0.4, 470, 33),
    "hybrid": _Row(19.75, 19.05, 0.15, 920, 11),
}
_OTHER = _Row(2.0, 2.5, 1.0, 400, 33)
"""What another package brings."""

COMPILING = {"gram": 0.35, "neighbours": 0.85, "gibbs": 1.7, "transitions": 0.3}
"""Seconds to compile the modules of `core.recommenders.kernels`."""
_KERNELS = {
    "item_knn": ("neighbours",),
    "ease": ("gram",),
    "slist": ("gram", "transitions"),
    "bayesian_mf": ("gibbs",),
}
"""What algorithms need. Above two million ratings `als` compiles another one itself, while it is fitted."""
_LIBRARIES, _NUMBA, _SCIKIT = 0.9, 0.5, 1.0
_SCIKIT_LEARN = frozenset(("svd", "surprise_svd", "als", "content"))


def rank_of(key: str) -> int:
    """Return how early an algorithm is learned: 0 is what a first start serves with, 3 what takes long."""
    return 0 if key in SERVED_FIRST else 1 if key in FIRST else 3


def fitting(key: str, n_ratings: int, *, drawn_from: int = 0) -> Cost:
    """Return what fitting an algorithm to so many ratings is expected to take.

    Parameters
    ----------
    drawn_from : int
        Ratings among which those of some people were drawn.
    """
    row = _TABLE.get(key, _OTHER)
    seconds = row.fit * (max(n_ratings, 1) / _RATINGS) ** row.exponent
    return Cost(seconds, row.memory + row.memory_of_million * n_ratings / 1e6 + _MAPPED_MB * drawn_from / 1e6)


def asking(key: str, n_users: int, n_movies: int) -> float:
    """Return the seconds that asking so many people's lists and stars of a fitted algorithm is expected to take."""
    row = _TABLE.get(key, _OTHER)
    return row.ask * min(n_users, _MOST_ASKED) / _USERS * math.sqrt(max(n_movies, 1) / _MOVIES)


def kernels_of(keys: Iterable[str]) -> dict[str, None]:
    """Return the names of the modules of compiled loops that algorithms need, each once, in the order of need."""
    return {kernel: None for key in keys for kernel in _KERNELS.get(key, ())}


def loads_of(keys: Iterable[str]) -> dict[str, float]:
    """Return what a process loads once for fitting algorithms, and how long each takes."""
    known = set(keys)
    return {
        "libraries": _LIBRARIES,
        **({"numba": _NUMBA} if kernels_of(known) else {}),
        **({"scikit-learn": _SCIKIT} if known & _SCIKIT_LEARN else {}),
    }
