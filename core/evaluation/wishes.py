"""What people's wishes for a list cost in accuracy, measured on held-out ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.splits import Split
from core.evaluation.measure import Ranked, judge_lists
from core.evaluation.protocols import Protocol
from core.evaluation.significance import bootstrap_changes
from core.evaluation.statistic import UserStatistic
from core.lists.reranking import reorder
from core.views import WISHES, Reranking

__all__ = [
    "LENGTH",
    "WEIGHTS",
    "WishChange",
    "WishResult",
    "candidate_depth",
    "judge_wish",
    "wish_metrics",
    "wished_lists",
]

LENGTH = 10
"""Of the lists that are compared."""
WEIGHTS: tuple[tuple[str, float], ...] = tuple((wish.name, weight) for wish in WISHES for weight in wish.measured)
"""What is measured of every model, one weight at a time."""
_METRIC = f"ndcg@{LENGTH}"
_SHOWN = tuple(f"{name}@{LENGTH}" for name in ("ndcg", "recall", "precision", "diversity", "novelty", "popularity"))


@dataclass(frozen=True)
class WishChange:
    """One metric of the lists without and with a wish, over the same users.

    Attributes
    ----------
    change : float
        `wished` minus `plain`.
    low, high : float
        95% bootstrap interval of the change over users, paired user by user.
    """

    metric: str
    plain: float
    wished: float
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class WishResult:
    """What a wish, all its weights together, costs and gains."""

    algorithm: str
    wish: Reranking
    changes: list[WishChange]
    how: str
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def candidate_depth() -> int:
    """Return how many of an algorithm's best a wish chooses from: how long the lists to judge must be."""
    return Reranking.only(diversity=1).depth(LENGTH)


def wished_lists(ranked: Ranked, train: Dataset, wishes: Sequence[Reranking]) -> NDArray[np.int32]:
    """Return the lists that each wish makes of the same candidates.

    Parameters
    ----------
    ranked : Ranked
        `candidate_depth` movies for every test user.

    Returns
    -------
    ndarray of int32, shape (n_wishes, n_test_users, LENGTH)
        Dense movie indices, best first, -1 where a list is shorter.
    """
    lists = np.full((len(wishes), len(ranked.users), LENGTH), -1, dtype=np.int32)
    for row, (items, scores) in enumerate(zip(ranked.lists, ranked.scores, strict=True)):
        known = items >= 0
        candidates, values = items[known], scores[known]
        for number, wish in enumerate(wishes):
            chosen = candidates[reorder(train, candidates, values, LENGTH, wish)]
            lists[number, row, : len(chosen)] = chosen
    return lists


def judge_wish(algorithm: str, ranked: Ranked, split: Split, protocol: Protocol, wish: Reranking) -> WishResult:
    """Return what a wish changes, all its weights together: accuracy, diversity, novelty, popularity."""
    plain, wished = _judged(ranked, split, protocol, [Reranking.only(), wish])
    intervals = [bootstrap_changes(plain[name], [wished[name]], seed=protocol.seed)[0] for name in _SHOWN]
    return WishResult(
        algorithm=algorithm,
        wish=wish,
        changes=[
            WishChange(name, plain[name].value, wished[name].value, wished[name].value - plain[name].value, low, high)
            for name, (low, high) in zip(_SHOWN, intervals, strict=True)
        ],
        how=f"The best {candidate_depth()} re-ranked to {LENGTH}. {protocol.sentence()} "
        "Changes against the algorithm's own lists, 95% intervals over users.",
        seed=protocol.seed,
    )


def _judged(
    ranked: Ranked, split: Split, protocol: Protocol, wishes: Sequence[Reranking]
) -> list[Mapping[str, UserStatistic]]:
    short = replace(protocol, k=(LENGTH,))
    return [
        judge_lists(lists, ranked.users, split, short).statistics
        for lists in wished_lists(ranked, split.train, wishes)
    ]


def wish_metrics(ranked: Ranked, split: Split, protocol: Protocol, data: str = "") -> dict[str, Any]:
    """Return what each of `WEIGHTS` changes, as a model's manifest carries it under ``wishes``.

    Parameters
    ----------
    data : str
        With which words ``how`` begins: what was measured on.

    Returns
    -------
    dict
        ``ndcg@10`` without a wish; ``weights``: rows of ``wish``, ``weight``, ``change`` of NDCG@10 and ``low`` and
        ``high`` of its 95% interval over users, paired user by user; ``how``, ``split`` and ``seed``.
    """
    wishes = [Reranking.only(), *(Reranking.only(**{name: weight}) for name, weight in WEIGHTS)]
    plain, *wished = (of_wish[_METRIC] for of_wish in _judged(ranked, split, protocol, wishes))
    intervals = bootstrap_changes(plain, wished, seed=protocol.seed)
    return {
        _METRIC: round(plain.value, 6),
        "weights": [
            {
                "wish": name,
                "weight": weight,
                "change": round(statistic.value - plain.value, 6),
                "low": round(low, 6),
                "high": round(high, 6),
            }
            for (name, weight), statistic, (low, high) in zip(WEIGHTS, wished, intervals, strict=True)
        ],
        "how": f"{data}The best {candidate_depth()} re-ranked to {LENGTH}, one weight at a time. "
        f"{protocol.sentence()} Change of NDCG@10 against the algorithm's own list, 95% interval over users.",
        "split": split.description,
        "seed": protocol.seed,
    }
