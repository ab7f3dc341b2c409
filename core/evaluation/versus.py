"""Two measurements against each other, person by person."""

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.display.metrics import smaller_is_better
from core.errors import InvalidInputError
from core.evaluation.people import People
from core.evaluation.significance import bootstrap_changes
from core.evaluation.statistic import UserStatistic
from core.views import PersonDifference, Spread, Versus

__all__ = ["POINTS", "versus"]

POINTS = 2000
"""So many people are drawn at most: more would be one cloud."""
_MOST = 10


def versus(
    dataset: Dataset, first: tuple[People, str], second: tuple[People, str], metric: str, seed: int = 42
) -> Versus:
    """Compare two algorithms on the people whom both measurements know, each person's value with itself.

    Parameters
    ----------
    dataset : Dataset
        The one on which both were measured.
    first, second : tuple of People and str
        A run's people and one of its algorithms; it may be the same run twice.

    Raises
    ------
    InvalidInputError
        When one of them was not measured on this metric, or they have nobody in common.
    """
    (left, left_key), (right, right_key) = first, second
    if metric not in left.values.get(left_key, {}) or metric not in right.values.get(right_key, {}):
        raise InvalidInputError(f"{metric} was not measured person by person in both.")
    users, at_left, at_right = np.intersect1d(left.users, right.users, return_indices=True)
    before = left.values[left_key][metric][at_left].astype(np.float64)
    after = right.values[right_key][metric][at_right].astype(np.float64)
    both = ~np.isnan(before) & ~np.isnan(after)
    users, before, after = users[both], before[both], after[both]
    if not len(users):
        raise InvalidInputError("These two measurements have no people in common.")
    of_left, of_right = (
        _some(people.statistic(key, metric), at[both])
        for people, key, at in ((left, left_key, at_left), (right, right_key, at_right))
    )
    ((low, high),) = bootstrap_changes(of_left, [of_right], seed=seed)
    change = after - before
    gain = -change if smaller_is_better(metric) else change
    order = np.argsort(-np.abs(change), kind="stable")
    drawn = np.arange(len(users))
    if len(users) > POINTS:
        drawn = np.sort(np.random.default_rng(seed).choice(len(users), POINTS, replace=False))
    lengths = np.diff(dataset.user_indptr)[users]

    def person(at: int) -> PersonDifference:
        return PersonDifference(
            int(dataset.user_ids[users[at]]), int(lengths[at]), float(before[at]), float(after[at])
        )

    return Versus(
        metric=metric,
        people=len(users),
        difference=Spread(of_right.value - of_left.value, low, high),
        better=int((gain > 0).sum()),
        worse=int((gain < 0).sum()),
        points=[person(at) for at in drawn.tolist()],
        most=[person(at) for at in order[:_MOST].tolist() if change[at]],
    )


def _some(statistic: UserStatistic, rows: NDArray[np.intp]) -> UserStatistic:
    return UserStatistic(statistic.numerators[rows], statistic.denominators[rows], statistic.root)
