"""How well one list serves several people: the members on average, and the one it serves worst."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality_report import paired_cells
from core.data.dataset import Dataset
from core.data.splits import Split
from core.evaluation.benchmark import compare_measured, fit_on, metric_values
from core.evaluation.measure import Measured
from core.evaluation.metrics import ndcg
from core.evaluation.protocols import Protocol
from core.evaluation.relevance import scale_of
from core.evaluation.statistic import UserStatistic
from core.lists.groups import recommend_group
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n
from core.recommenders.popularity import Popularity

SIZES = (2, 3, 5)
GROUPS = 500
AT_LEAST = 5
_LENGTH = 10
_METRICS = ("mean member", "worst member")

Ask = Callable[[list[int]], NDArray[np.int32]]


def groups(dataset: Dataset, key: str, seed: int = 42, n_groups: int = GROUPS) -> str:
    """Return NDCG@10 of random groups' members, by size of the group and way to decide, as Markdown."""
    protocol = Protocol(kind="ranking", k=(_LENGTH,), seed=seed)
    split = next(protocol.splits(dataset))
    *_, (_, model, _, _) = fit_on(split.train, [key], {}, lambda _share, _text: None)
    popular = Popularity().fit(split.train)
    ways: dict[str, Ask] = {
        "average": lambda users: _together(model, split, users, least=False),
        "least misery": lambda users: _together(model, split, users, least=True),
        "one member's list": lambda users: _alone(model, split, users),
        "most popular": lambda users: _together(popular, split, users, least=False),
    }
    lines = [
        f"### {dataset.name}, groups",
        "",
        f"`{key}`, {protocol.sentence()} {n_groups} random groups of each size, of users with at least {AT_LEAST} "
        "held-out ratings. A member's relevant films are the held-out ones that the member liked and no member rated "
        "in training, since no list may hold those. NDCG@10 of all members on average and of the one served worst; "
        "95% intervals over groups, paired tests against `average`, Holm-adjusted over all pairs of a size. `of all` "
        "is the mean member's NDCG@10 with every held-out film relevant, `disliked` the share of listed and held-out "
        f"films that the member disliked ({scale_of(split).sentence()}). Members of a random "
        "group have not chosen each other: what groups of friends would get these data cannot tell.",
        "",
        "| members | the list | mean member | p | worst member | p | of all | disliked |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    rng = np.random.default_rng(seed)
    users, counts = np.unique(split.test_users, return_counts=True)
    able = users[counts >= AT_LEAST]
    for size in SIZES:
        drawn = [rng.choice(able, size, replace=False).tolist() for _ in range(n_groups)]
        measured = {name: _measure(ask, split, drawn) for name, ask in ways.items()}
        comparisons, _ = compare_measured(measured, _METRICS, seed)
        for name, item in measured.items():
            values = metric_values(item, seed)
            cells = paired_cells(name, "average", _METRICS, values, comparisons)
            misery = values["disliked"]
            cells += [f"{values['of all'].value:.4f}", f"{misery.value:.3f} [{misery.low:.3f}, {misery.high:.3f}]"]
            lines.append(f"| {size} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _together(model: Recommender, split: Split, users: list[int], *, least: bool) -> NDArray[np.int32]:
    profiles = [split.train.profile(user) for user in users]
    return recommend_group(model, profiles, _LENGTH, "least-misery" if least else "average").items


def _alone(model: Recommender, split: Split, users: list[int]) -> NDArray[np.int32]:
    scores = model.score(split.train.profile(users[0]))
    for user in users:
        scores[split.train.profile(user).items] = np.nan
    return top_n(scores, _LENGTH)


def _measure(ask: Ask, split: Split, drawn: list[list[int]]) -> Measured:
    """Return NDCG@10 of liked films over groups, of all members and of the worst, and how many hits were disliked.

    Members without relevant films do not count.
    """
    scale = scale_of(split)
    mean, worst, of_all = (np.full(len(drawn), np.nan) for _ in range(3))
    disliked, rated = np.zeros(len(drawn)), np.zeros(len(drawn))
    for number, users in enumerate(drawn):
        listed = ask(users)
        seen = np.concatenate([split.train.profile(user).items for user in users])
        spans = [slice(*np.searchsorted(split.test_users, [user, user + 1])) for user in users]
        values = _ndcg(listed, split, spans, seen, scale.liked_from)
        if np.isfinite(values).any():
            mean[number], worst[number] = np.nanmean(values), np.nanmin(values)
        values = _ndcg(listed, split, spans, seen, 0.0)
        if np.isfinite(values).any():
            of_all[number] = np.nanmean(values)
        stars = np.concatenate([split.test_ratings[span][np.isin(split.test_items[span], listed)] for span in spans])
        disliked[number], rated[number] = (stars < scale.disliked_below).sum(), len(stars)
    return Measured(
        {
            "mean member": UserStatistic.mean(mean),
            "worst member": UserStatistic.mean(worst),
            "of all": UserStatistic.mean(of_all),
            "disliked": UserStatistic(disliked, rated),
        },
        scalars={},
        details={},
    )


def _ndcg(
    listed: NDArray[np.int32], split: Split, spans: list[slice], seen: NDArray[np.int32], least: float
) -> NDArray[np.float64]:
    """Return every member's NDCG@10, with the held-out films of `least` stars and more that nobody has seen."""
    wanted = [np.setdiff1d(split.test_items[span][split.test_ratings[span] >= least], seen) for span in spans]
    hits = np.stack([np.isin(listed, films) for films in wanted])
    return ndcg(hits, np.array([len(films) for films in wanted]), _LENGTH)
