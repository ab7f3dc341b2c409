"""What people's wishes for a list cost in accuracy, measured on held-out ratings."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.splits import Split
from core.evaluation.measure import Ranked, judge_lists, rank_users
from core.evaluation.protocols import Protocol
from core.evaluation.relevance import RELEVANCES, metric_name
from core.evaluation.significance import bootstrap_changes
from core.evaluation.statistic import UserStatistic
from core.lists.reranking import NOTHING, reorder
from core.progress import Progress, part_of
from core.recommenders.base import Recommender
from core.views import OWN_ORDER, WISHES, Near, Reranking

__all__ = [
    "LENGTH",
    "OWN",
    "WEIGHTS",
    "WishChange",
    "WishResult",
    "candidate_depth",
    "judge_wish",
    "own_rankings",
    "wish_metrics",
    "wished_lists",
]

_NAMED = 20
LENGTH = 10
"""Of the lists that are compared."""
WEIGHTS: tuple[tuple[str, float], ...] = tuple((wish.name, weight) for wish in WISHES for weight in wish.measured)
"""What is measured of every model, one weight at a time."""
OWN: tuple[Reranking, ...] = tuple(Reranking(**{name: weight}) for name, weight in WEIGHTS if name in OWN_ORDER)
"""Those of them by which the algorithm itself orders."""
Order = tuple[float, float]
"""The weights of love and lately, which name an order of the algorithm's own."""
_METRIC, _OTHER = (metric_name("ndcg", relevance, LENGTH) for relevance in RELEVANCES)
_SHOWN = (
    *(metric_name(name, relevance, LENGTH) for relevance in RELEVANCES for name in ("ndcg", "recall")),
    *(f"{name}@{LENGTH}" for name in ("graded_ndcg", "liked", "disliked", "diversity", "novelty", "popularity")),
)


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
    return Reranking(diversity=1).depth(LENGTH)


def own_rankings(
    model: Recommender, split: Split, protocol: Protocol, progress: Progress, wishes: Sequence[Reranking]
) -> dict[Order, Ranked]:
    """Return the candidates of all test users in each order of the algorithm's own that wishes ask for.

    Nothing for an algorithm that has one order only.
    """
    orders = {(wish.love, wish.lately): wish.own for wish in wishes if wish.own} if model.loves else {}
    return {
        order: rank_users(
            model.ordered(**own),
            split,
            protocol,
            part_of(progress, number / len(orders), (number + 1) / len(orders)),
            candidate_depth(),
        )
        for number, (order, own) in enumerate(orders.items())
    }


def wished_lists(
    ranked: Ranked, train: Dataset, wishes: Sequence[Reranking], own: Mapping[Order, Ranked] | None = None
) -> NDArray[np.int32]:
    """Return the lists that each wish makes of the same candidates.

    Where a wish for closeness names nothing itself, everybody names one of the 20 tags of most films, drawn with a
    fixed seed; in data without tags one of the 20 most rated films.

    Parameters
    ----------
    ranked : Ranked
        `candidate_depth` movies for every test user.
    own : mapping of Order to Ranked, optional
        The candidates of those wishes that ask for another order of the algorithm's own, as of `own_rankings`.

    Returns
    -------
    ndarray of int32, shape (n_wishes, n_test_users, LENGTH)
        Dense movie indices, best first, -1 where a list is shorter.
    """
    named = _named(train, len(ranked.users)) if any(wish.closeness for wish in wishes) else []
    lists = np.full((len(wishes), len(ranked.users), LENGTH), -1, dtype=np.int32)
    for number, wish in enumerate(wishes):
        source = (own or {})[wish.love, wish.lately] if wish.own else ranked
        for row, (items, scores) in enumerate(zip(source.lists, source.scores, strict=True)):
            known = items >= 0
            candidates = items[known]
            near = named[row] if wish.closeness else NOTHING
            chosen = candidates[reorder(train, candidates, scores[known], LENGTH, wish, near)]
            lists[number, row, : len(chosen)] = chosen
    return lists


def _named(train: Dataset, people: int) -> list[Near]:
    """Return what each of the people names, drawn alike for every algorithm."""
    movies = train.movies
    if len(movies.tag_names):
        films = np.bincount(movies.tag_ids, minlength=len(movies.tag_names))
        things = [Near(tags=(movies.tag_names[int(tag)],)) for tag in np.argsort(-films, kind="stable")[:_NAMED]]
    else:
        first = np.argsort(-train.movie_counts, kind="stable")[:_NAMED]
        things = [Near(movie_ids=(int(movies.ids[item]),)) for item in first]
    return [things[place] for place in np.random.default_rng(_NAMED).integers(len(things), size=people)]


def judge_wish(
    algorithm: str,
    ranked: Ranked,
    split: Split,
    protocol: Protocol,
    wish: Reranking,
    own: Mapping[Order, Ranked] | None = None,
) -> WishResult:
    """Return what a wish changes, all its weights together: accuracy, diversity, novelty, popularity.

    Parameters are those of `wished_lists`.
    """
    plain, wished = _judged(ranked, split, protocol, [Reranking(), wish], own)
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
    ranked: Ranked,
    split: Split,
    protocol: Protocol,
    wishes: Sequence[Reranking],
    own: Mapping[Order, Ranked] | None,
) -> list[Mapping[str, UserStatistic]]:
    short = replace(protocol, k=(LENGTH,))
    return [
        judge_lists(lists, ranked.users, split, short).statistics
        for lists in wished_lists(ranked, split.train, wishes, own)
    ]


def wish_metrics(
    ranked: Ranked,
    split: Split,
    protocol: Protocol,
    data: str = "",
    own: Mapping[Order, Ranked] | None = None,
    following: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what each of `WEIGHTS` changes, as a model's manifest carries it under ``wishes``.

    Parameters
    ----------
    data : str
        With which words ``how`` begins: what was measured on.
    own : mapping of Order to Ranked, optional
        As of `own_rankings`; weights whose order it does not hold are left out.
    following : mapping, optional
        What `next_gain` returned: what weights of ``lately`` gain.

    Returns
    -------
    dict
        ``liked_ndcg@10`` and ``rated_ndcg@10`` without a wish; ``weights``: rows of ``wish``, ``weight``, ``change``
        of NDCG@10 of liked films and ``low`` and ``high`` of its 95% interval over users, paired user by user, and
        the same of all rated films under ``rated``; ``how``, ``split`` and ``seed``; ``next``, see `next_gain`. What
        too few test users liked anything for is left out.
    """
    asked = [(name, weight, Reranking(**{name: weight})) for name, weight in WEIGHTS]
    kept = [one for one in asked if not one[2].own or (one[2].love, one[2].lately) in (own or {})]
    weights = [(name, weight) for name, weight, _ in kept]
    wishes = [Reranking(), *(wish for _, _, wish in kept)]
    judged = _judged(ranked, split, protocol, wishes, own)
    changes = {metric: _changes([of_wish[metric] for of_wish in judged], protocol) for metric in (_METRIC, _OTHER)}
    return {
        **{
            metric: round(value, 6) for metric in (_METRIC, _OTHER) if math.isfinite(value := judged[0][metric].value)
        },
        "weights": [
            {"wish": name, "weight": weight, **liked, "rated": rated}
            for (name, weight), liked, rated in zip(weights, changes[_METRIC], changes[_OTHER], strict=True)
            if all(map(math.isfinite, (*liked.values(), *rated.values())))
        ],
        "how": f"{data}The best {candidate_depth()} re-ranked to {LENGTH}, one weight at a time; for "
        f"closeness everybody names one of {_NAMED} frequent tags or, without tags, films. "
        f"{protocol.sentence()} Change of NDCG@10 of liked films against the algorithm's own list, 95% interval "
        "over users.",
        "split": split.description,
        "seed": protocol.seed,
        "next": following,
    }


def _changes(statistics: Sequence[UserStatistic], protocol: Protocol) -> list[dict[str, float]]:
    """Return by how much all but the first differ from the first, with 95% intervals."""
    plain, *wished = statistics
    intervals = bootstrap_changes(plain, wished, seed=protocol.seed)
    return [
        {"change": round(statistic.value - plain.value, 6), "low": round(low, 6), "high": round(high, 6)}
        for statistic, (low, high) in zip(wished, intervals, strict=True)
    ]
