"""Who is served badly: people by what they have in common, and how each metric is for them."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.evaluation.people import People
from core.evaluation.significance import bootstrap_intervals
from core.evaluation.statistic import UserStatistic
from core.views import Cohort, CohortKind, CohortTable, Spread

__all__ = ["LEAST_PEOPLE", "cohort_table", "cohorts_of"]

LEAST_PEOPLE = 8
"""Fewer people make no cohort: their interval would span everything."""
_RESAMPLES = 1000
_QUARTERS = (25, 50, 75)
_LEAST_SHARE = 0.1
"""Of a profile, for a genre to be what it is about."""


def cohort_table(
    people: People, dataset: Dataset, metric: str, kind: CohortKind, algorithms: Sequence[str], seed: int = 42
) -> CohortTable:
    """Return a metric by cohort, with percentile bootstrap intervals over the people of each.

    Parameters
    ----------
    people : People
        Of a run on `dataset`.
    metric : str
        One that averages over people.
    algorithms : sequence of str

    Raises
    ------
    InvalidInputError
        For a metric that was not measured person by person.
    """
    if any(metric not in people.values.get(key, {}) for key in algorithms):
        raise InvalidInputError(f"{metric} was not measured person by person in this run.")
    groups = cohorts_of(dataset, people.users, kind)
    known = {name: among for name, among in groups.items() if among.sum() >= LEAST_PEOPLE}
    everybody = np.ones(len(people.users), dtype=bool)
    return CohortTable(
        kind=kind,
        metric=metric,
        cohorts=[_cohort(name, people, among, metric, algorithms, seed) for name, among in known.items()],
        everybody=_cohort("everybody", people, everybody, metric, algorithms, seed),
        distribution={key: np.sort(_known(people.values[key][metric])).tolist() for key in algorithms},
    )


def cohorts_of(dataset: Dataset, users: NDArray[np.int32], kind: CohortKind) -> dict[str, NDArray[np.bool_]]:
    """Return who is in which cohort, in an order that makes sense to read.

    Parameters
    ----------
    users : ndarray of int32, shape (n,)
        Dense indices.
    kind : str
        ``length``: quarters by the number of ratings. ``rarity``: quarters by how little known the rated films are
        (mean of ``log2(users / raters)``, in bits). ``era``: the decade of the median year of release. ``genre``:
        the genre that a profile holds most beyond its share of all ratings, among those of a tenth of the profile.

    Returns
    -------
    dict of ndarray of bool, shape (n,)

    Raises
    ------
    InvalidInputError
        For another kind.
    """
    if kind not in get_args(CohortKind):
        raise InvalidInputError(f"Cohorts are by {', '.join(get_args(CohortKind))}, not {kind!r}.")
    if kind == "length":
        lengths = np.diff(dataset.user_indptr)[users]
        return _quarters(lengths.astype(np.float64), "{low:,.0f} to {high:,.0f} ratings")
    rows = [dataset.user_items[dataset.user_indptr[user] : dataset.user_indptr[user + 1]] for user in users.tolist()]
    if kind == "rarity":
        bits = np.log2(dataset.n_users / np.maximum(dataset.movie_counts, 1))
        rarity = np.array([bits[items].mean() if len(items) else np.nan for items in rows])
        names = ("the best known films", "known films", "less known films", "rare films")
        return dict(zip(names, _quarters(rarity, "{low:.4f} {high:.4f}").values(), strict=False))
    if kind == "era":
        return _decades([dataset.movies.years[items] for items in rows])
    return _genres(dataset, rows)


def _quarters(values: NDArray[np.float64], name: str) -> dict[str, NDArray[np.bool_]]:
    known = values[np.isfinite(values)]
    if not len(known):
        return {}
    edges = np.unique(np.percentile(known, _QUARTERS, method="inverted_cdf"))
    groups = np.searchsorted(edges, values, side="left")
    found = {}
    for number in range(len(edges) + 1):
        among = (groups == number) & np.isfinite(values)
        if among.any():
            found[name.format(low=values[among].min(), high=values[among].max())] = among
    return found


def _decades(years: Sequence[NDArray[np.int16]]) -> dict[str, NDArray[np.bool_]]:
    medians = np.array([np.median(one[one > 0]) if (one > 0).any() else 0 for one in years])
    decades = (medians // 10 * 10).astype(np.int64)
    return {f"films of the {decade}s": decades == decade for decade in np.unique(decades[decades > 0]).tolist()}


def _genres(dataset: Dataset, rows: Sequence[NDArray[np.int32]]) -> dict[str, NDArray[np.bool_]]:
    membership = dataset.movies.genre_matrix().astype(np.float64)
    names = dataset.movies.genre_names
    everywhere = np.maximum(dataset.aggregate("genre_rating_counts") / max(dataset.n_ratings, 1), 1e-9)
    chosen = np.full(len(rows), -1)
    for at, items in enumerate(rows):
        shares = membership[items].mean(axis=0) if len(items) else np.zeros(len(names))
        lifts = np.where(shares >= _LEAST_SHARE, shares / everywhere, 0.0)
        if lifts.any():
            chosen[at] = int(lifts.argmax())
    counts = np.bincount(chosen[chosen >= 0], minlength=len(names))
    return {names[bit]: chosen == bit for bit in np.argsort(-counts, kind="stable").tolist() if counts[bit]}


def _cohort(
    name: str,
    people: People,
    among: NDArray[np.bool_],
    metric: str,
    algorithms: Sequence[str],
    seed: int,
) -> Cohort:
    statistics: dict[str, UserStatistic] = {key: people.statistic(key, metric, among) for key in algorithms}
    chosen = np.flatnonzero(among)
    small = {
        key: UserStatistic(one.numerators[chosen], one.denominators[chosen], one.root)
        for key, one in statistics.items()
    }
    intervals = bootstrap_intervals(small, seed=seed, resamples=_RESAMPLES)
    values = {}
    for key, one in small.items():
        low, high = intervals[key]
        if np.isfinite(one.value):
            values[key] = Spread(one.value, low, high) if np.isfinite(low) else Spread(one.value)
    return Cohort(name, int(among.sum()), values)


def _known(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return values[~np.isnan(values)]
