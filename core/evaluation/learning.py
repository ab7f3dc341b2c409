"""How much better recommendations get with the ratings of more people."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.splits import Split, holdout_per_user
from core.errors import InvalidInputError
from core.evaluation.benchmark import Configs, fit_on, metric_values
from core.evaluation.measure import Measured, judge_lists, judge_ratings
from core.evaluation.protocols import Protocol
from core.evaluation.runs import MetricValue
from core.progress import Progress, part_of, silent
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n
from core.recommenders.registry import loadable_keys

__all__ = ["SHARES", "LearningCurve", "learning_curve"]

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
_TESTED = 0.2
"""Share of the people who are tested and teach nothing."""
_LEAST_PEOPLE = 10


@dataclass(frozen=True)
class LearningCurve:
    """Metrics by algorithm and number of people whose ratings were learned from."""

    dataset: dict[str, Any]
    how: str
    seed: int
    curves: dict[str, dict[int, dict[str, MetricValue]]]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def learning_curve(
    dataset: Dataset,
    keys: Sequence[str] | None = None,
    shares: Sequence[float] = SHARES,
    *,
    seed: int = 42,
    max_users: int = 1000,
    configs: Configs | None = None,
    progress: Progress | None = None,
) -> LearningCurve:
    """Measure algorithms that learn from a growing part of the people, on others of whom they know nothing.

    A fifth of the people is never learned from. Each of them is folded in with four fifths of the own ratings and
    tested on the rest, so that everybody is tested alike whatever was learned; the people learned from are drawn at
    random, the fewer among the more.

    Raises
    ------
    InvalidInputError
        When there are too few people.
    """
    split = holdout_per_user(dataset, 0.2, seed)
    able = np.unique(split.test_users)
    order = np.random.default_rng(seed).permutation(able)
    tested = np.sort(order[: min(round(_TESTED * len(able)), max_users)]).astype(np.int32)
    others = np.setdiff1d(np.random.default_rng(seed + 1).permutation(dataset.n_users), tested, assume_unique=True)
    others = np.random.default_rng(seed + 2).permutation(others)
    if len(tested) < _LEAST_PEOPLE or round(min(shares) * len(others)) < 1:
        raise InvalidInputError(f"{dataset.name} has too few people for a learning curve.")
    rows = np.isin(split.test_users, tested)
    small = replace(
        split,
        test_users=split.test_users[rows],
        test_items=split.test_items[rows],
        test_ratings=split.test_ratings[rows],
    )
    profiles = [_stranger(split.train.profile(user)) for user in tested.tolist()]
    wanted = tuple(keys if keys is not None else loadable_keys())
    curves: dict[str, dict[int, dict[str, MetricValue]]] = {key: {} for key in wanted}
    report = progress or silent
    for number, share in enumerate(shares):
        learned = others[: round(share * len(others))]
        train = dataset.with_ratings(np.isin(dataset.rating_users(), learned))
        part = part_of(report, number / len(shares), (number + 1) / len(shares), f"{len(learned):,} people, ")
        for key, model, _, rest in fit_on(train, wanted, configs or {}, part):
            if key in curves:
                rest(0.0, f"{model.title}: asking")
                measured = _ask(model, small, tested, profiles, seed)
                curves[key][len(learned)] = metric_values(measured, seed)
    return LearningCurve(
        dataset={"name": dataset.name, "fingerprint": dataset.fingerprint},
        how=f"{dataset.name}: {len(tested):,} people of whom nothing is learned, folded in with four fifths of their "
        f"ratings and tested on the rest; learned from up to {len(others):,} others, seed {seed}.",
        seed=seed,
        curves=curves,
    )


def _stranger(profile: Profile) -> Profile:
    return Profile(profile.items, profile.ratings, order=profile.order)


def _ask(
    model: Recommender, split: Split, users: NDArray[np.int32], profiles: Sequence[Profile], seed: int
) -> Measured:
    ranking = Protocol(kind="ranking", seed=seed)
    lists = np.full((len(users), max(ranking.k)), -1, dtype=np.int32)
    predicted = np.empty(len(split.test_users), dtype=np.float32)
    bounds = np.searchsorted(split.test_users, np.append(users, split.train.n_users))
    for row, profile in enumerate(profiles):
        scores = model.score(profile)
        scores[profile.items] = np.nan
        best = top_n(scores, lists.shape[1])
        lists[row, : len(best)] = best
        span = slice(int(bounds[row]), int(bounds[row + 1]))
        predicted[span] = model.predict(profile, split.test_items[span])
    of_lists = judge_lists(lists, users, split, ranking)
    of_stars = judge_ratings(predicted, split, Protocol(kind="ratings", split="random", seed=seed))
    return Measured(of_lists.statistics | of_stars.statistics, of_lists.scalars | of_stars.scalars, {})
