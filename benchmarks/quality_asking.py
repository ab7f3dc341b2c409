"""Whether asking newcomers about chosen films tells more than asking about popular or random ones."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality_report import paired_cells
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.splits import Split
from core.evaluation.benchmark import combine, compare_measured, metric_values
from core.evaluation.measure import Measured, judge_lists, judge_ratings
from core.evaluation.protocols import Protocol
from core.lists.first_films import rate_first
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n
from core.recommenders.registry import recommender_class

POOL = 200
SIZES = (5, 10, 20)
_VISITORS = 0.3
_MOST_VISITORS = 1000
_METRICS = ("liked_ndcg@10", "rmse")


def asking(dataset: Dataset, key: str, seeds: tuple[int, ...] = (42, 43, 44)) -> str:
    """Return the comparison as Markdown.

    What any of the three ways would ask a visitor about is left out of all lists and all tests of that visitor, so
    that the ways differ in nothing but what the answers tell about the other films.
    """
    parts: dict[tuple[int, str], list[Measured]] = {}
    answered: dict[tuple[int, str], list[float]] = {}
    n_visitors = 0
    for seed in seeds:
        train, users = _draw(dataset, seed)
        n_visitors += len(users)
        model = recommender_class(key)().fit(train)
        for size in SIZES:
            ways = _ways(train, len(users), size, seed)
            asked = [np.unique(np.concatenate(lists)) for lists in zip(*ways.values(), strict=True)]
            test = _test_part(dataset, train, users, asked)
            for name, lists in ways.items():
                measured, answers = _judge(model, dataset, test, users, lists, asked)
                parts.setdefault((size, name), []).append(measured)
                answered.setdefault((size, name), []).append(answers)
    together = {way: combine(measured) for way, measured in parts.items()}
    lines = [
        f"### {dataset.name}, films to rate first",
        "",
        f"`{key}`, {n_visitors} visitors of whom training knows nothing (seeds {', '.join(map(str, seeds))}). "
        "They are asked about films and answer where they have seen them: the most informative (`rate_first`), the "
        f"most rated, or a random choice of the {POOL} most rated, another for each visitor. Tested on all films "
        "that none of the three ways asks the visitor about. 95% intervals over users; paired tests against random.",
        "",
        "| asked | chosen | answers | NDCG@10 of liked | p | RMSE | p |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for size in SIZES:
        ways_of_size = {name: item for (length, name), item in together.items() if length == size}
        comparisons, _ = compare_measured(ways_of_size, _METRICS, seeds[0])
        for name, measured in ways_of_size.items():
            values = metric_values(measured, seeds[0])
            cells = paired_cells(name, "random", _METRICS, values, comparisons)
            lines.append(f"| {size} | {name} | {np.mean(answered[size, name]):.2f} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _draw(dataset: Dataset, seed: int) -> tuple[Dataset, NDArray[np.int32]]:
    able = np.flatnonzero(np.diff(dataset.user_indptr) >= 20)
    number = min(round(_VISITORS * dataset.n_users), len(able), _MOST_VISITORS)
    users = np.sort(np.random.default_rng(seed).choice(able, number, replace=False)).astype(np.int32)
    return dataset.with_ratings(~np.isin(dataset.rating_users(), users)), users


def _ways(train: Dataset, n_visitors: int, size: int, seed: int) -> dict[str, list[NDArray[np.int32]]]:
    pool = np.argsort(-train.movie_counts, kind="stable")[:POOL].astype(np.int32)
    rng = np.random.default_rng(seed)
    return {
        "rate first": [rate_first(train, size)] * n_visitors,
        "most rated": [pool[:size]] * n_visitors,
        "random": [rng.choice(pool, size, replace=False) for _ in range(n_visitors)],
    }


def _test_part(dataset: Dataset, train: Dataset, users: NDArray[np.int32], asked: list[NDArray[np.int32]]) -> Split:
    test = np.isin(dataset.rating_users(), users)
    for user, films in zip(users.tolist(), asked, strict=True):
        span = slice(int(dataset.user_indptr[user]), int(dataset.user_indptr[user + 1]))
        test[span] &= ~np.isin(dataset.user_items[span], films)
    return Split(train, dataset.rating_users()[test], dataset.user_items[test], dataset.stars()[test], {})


def _judge(
    model: Recommender,
    dataset: Dataset,
    test: Split,
    users: NDArray[np.int32],
    lists_asked: list[NDArray[np.int32]],
    left_out: list[NDArray[np.int32]],
) -> tuple[Measured, float]:
    lists = np.full((len(users), 20), -1, dtype=np.int32)
    predicted = np.empty(len(test.test_users), dtype=np.float32)
    bounds = np.searchsorted(test.test_users, np.append(users, dataset.n_users))
    answers = 0
    for row, user in enumerate(users.tolist()):
        whole = dataset.profile(user)
        given = np.isin(whole.items, lists_asked[row])
        profile = Profile.of(whole.items[given], whole.ratings[given])
        answers += len(profile)
        scores = model.score(profile)
        scores[left_out[row]] = np.nan
        best = top_n(scores, lists.shape[1])
        lists[row, : len(best)] = best
        span = slice(int(bounds[row]), int(bounds[row + 1]))
        predicted[span] = model.predict(profile, test.test_items[span])
    of_lists = judge_lists(lists, users, test, Protocol())
    of_stars = judge_ratings(predicted, test, Protocol(kind="ratings", split="random"))
    return Measured(of_lists.statistics | of_stars.statistics, {}, {}), answers / len(users)
