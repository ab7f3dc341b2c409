"""What is wrong with a data set, or odd: each finding with its share."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.display.titles import short_title
from core.views import Finding

__all__ = ["data_quality"]

_CONSTANT_FROM = 5
"""Ratings from which on it is odd that all are the same."""
_BURST_FROM = 20
"""Ratings from which on it is asked how fast they were given."""
_BURST_SECONDS = 60
_EXAMPLES = 5


@lru_cache(maxsize=2)
def data_quality(dataset: Dataset) -> tuple[Finding, ...]:
    """Return every finding, those of ratings first, then of people, then of films; computed once per process."""
    return (*_of_ratings(dataset), *_of_people(dataset), *_of_films(dataset))


def _of_ratings(dataset: Dataset) -> list[Finding]:
    dropped = int(dataset.manifest().get("details", {}).get("duplicates_dropped", 0))
    undated = int((dataset.user_times == 0).sum())
    in_bursts, of_bursts = _bursts(dataset)
    return [
        Finding(
            "Duplicate ratings",
            "A person rated a film more than once; the latest was kept when the data set was installed.",
            dropped,
            dropped + dataset.n_ratings,
            "ratings",
        ),
        Finding(
            "Ratings without a time", "Nothing says when they were given.", undated, dataset.n_ratings, "ratings"
        ),
        Finding(
            "Ratings in bursts",
            f"Given by people who rated half of {_BURST_FROM} films or more within one minute: read from a list "
            "rather than given film by film, so their order in time says little.",
            in_bursts,
            dataset.n_ratings,
            "ratings",
            of_bursts,
        ),
    ]


def _bursts(dataset: Dataset) -> tuple[int, list[str]]:
    """Return how many ratings are of people with a burst, and a few of these people."""
    total, people = 0, []
    for user in np.flatnonzero(np.diff(dataset.user_indptr) >= _BURST_FROM).tolist():
        times = np.sort(
            dataset.user_times[dataset.user_indptr[user] : dataset.user_indptr[user + 1]].astype(np.int64)
        )
        times = times[times > 0]
        if len(times) < _BURST_FROM:
            continue
        within = np.searchsorted(times, times + _BURST_SECONDS, side="right") - np.arange(len(times))
        if 2 * within.max() >= len(times):
            total += len(times)
            people.append(user)
    return total, [f"user {dataset.user_label(user)}" for user in people[:_EXAMPLES]]


def _of_people(dataset: Dataset) -> list[Finding]:
    counts = np.diff(dataset.user_indptr)
    rated = np.flatnonzero(counts > 0)
    constant = np.zeros(dataset.n_users, dtype=bool)
    if len(rated):
        starts = dataset.user_indptr[:-1][rated]
        same = np.maximum.reduceat(dataset.user_ratings, starts) == np.minimum.reduceat(dataset.user_ratings, starts)
        constant[rated] = same & (counts[rated] >= _CONSTANT_FROM)
    single = counts == 1

    def person(user: int) -> str:
        return f"user {dataset.user_label(user)}"

    return [
        _finding(
            "People with a single rating", "Nothing is known of their taste but that.", single, person, "people"
        ),
        _finding(
            "People who give one number of stars",
            f"At least {_CONSTANT_FROM} ratings, all the same: they tell what was watched, not what was liked.",
            constant,
            person,
            "people",
        ),
    ]


def _of_films(dataset: Dataset) -> list[Finding]:
    movies = dataset.movies
    years = np.asarray(movies.years)
    titles = [movies.title(item).casefold() for item in range(dataset.n_movies)]
    seen: dict[tuple[str, int], int] = {}
    for title, year in zip(titles, years.tolist(), strict=True):
        seen[title, year] = seen.get((title, year), 0) + 1
    twice = np.array([seen[title, year] > 1 for title, year in zip(titles, years.tolist(), strict=True)], dtype=bool)

    def film(item: int) -> str:
        return short_title(movies.title(item))

    return [
        _finding("Films listed twice", "Title and year are those of another film.", twice, film, "films"),
        _finding("Films without a year", "Filters by year leave them out.", years <= 0, film, "films"),
        _finding("Films without genres", "Nothing tells what kind they are.", movies.genre_bits == 0, film, "films"),
        _finding(
            "Films without a rating",
            "Only their genres and tags tell of them.",
            dataset.movie_counts == 0,
            film,
            "films",
        ),
        _finding(
            "Films with a single rating", "One person's opinion is all.", dataset.movie_counts == 1, film, "films"
        ),
    ]


def _finding(title: str, meaning: str, among: NDArray[np.bool_], name: Callable[[int], str], unit: str) -> Finding:
    found = np.flatnonzero(among)
    return Finding(title, meaning, len(found), len(among), unit, [name(int(one)) for one in found[:_EXAMPLES]])
