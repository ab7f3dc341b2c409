"""Whether asking newcomers about chosen films tells more than asking about popular or random ones."""

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.splits import Split
from core.evaluation.benchmark import combine, compare_measured, metric_values
from core.evaluation.measure import Measured, judge_lists, judge_ratings
from core.evaluation.protocols import Protocol
from core.recommenders.base import Recommender
from core.recommenders.elicitation import rate_first
from core.recommenders.registry import recommender_class
from core.recommenders.topn import top_n

POOL = 200
SIZES = (5, 10, 20)
_VISITORS = 0.3
_MOST_VISITORS = 1000


def asking(dataset: Dataset, key: str, seeds: tuple[int, ...] = (42, 43, 44)) -> str:
    """Return the comparison as Markdown.

    Films are asked from the most rated ones of the training part; lists and stars are judged on all other films,
    which no question can touch, so that the lists' lengths and what is left to find are the same for every way.
    """
    parts: dict[str, list[Measured]] = {}
    answered: dict[str, list[float]] = {}
    n_visitors = 0
    for seed in seeds:
        visitors = _draw(dataset, seed)
        n_visitors += len(np.unique(visitors.test_users))
        model = recommender_class(key)().fit(visitors.train)
        for name, lists in _ways(visitors.train, len(np.unique(visitors.test_users)), seed).items():
            measured, answers = _judge(model, dataset, visitors, lists)
            parts.setdefault(name, []).append(measured)
            answered.setdefault(name, []).append(answers)
    together = {name: combine(measured) for name, measured in parts.items()}
    lines = [
        f"### {dataset.name}, films to rate first",
        "",
        f"`{key}`, {n_visitors} visitors of whom training knows nothing (seeds {', '.join(map(str, seeds))}), asked "
        f"about films among the {POOL} most rated; they answer where they have seen the film. Tested on all films "
        "outside of these. 95% intervals over users; the last column is the paired test of NDCG@10 against random.",
        "",
        "| asked | chosen | answers | NDCG@10 | RMSE | p |",
        "| ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for size in SIZES:
        ways = {name: item for name, item in together.items() if name.endswith(f" {size}")}
        comparisons, _ = compare_measured(ways, ["ndcg@10"], seeds[0])
        random = f"random {size}"
        p_values = {
            ({pair.first, pair.second} - {random}).pop(): pair.p_adjusted
            for pair in comparisons
            if random in (pair.first, pair.second)
        }
        for name, measured in ways.items():
            values = metric_values(measured, seeds[0])
            ndcg, rmse = values["ndcg@10"], values["rmse"]
            told = f"{p_values[name]:.4f}" if name in p_values else ""
            lines.append(
                f"| {size} | {name.removesuffix(f' {size}')} | {np.mean(answered[name]):.2f} | {ndcg.value:.4f} "
                f"[{ndcg.low:.4f}, {ndcg.high:.4f}] | {rmse.value:.4f} | {told} |"
            )
    return "\n".join(lines) + "\n"


def _draw(dataset: Dataset, seed: int) -> Split:
    able = np.flatnonzero(np.diff(dataset.user_indptr) >= 20)
    rng = np.random.default_rng(seed)
    number = min(round(_VISITORS * dataset.n_users), len(able), _MOST_VISITORS)
    users = rng.choice(able, number, replace=False)
    held_out = np.isin(dataset.rating_users(), users)
    train = dataset.with_ratings(~held_out)
    test = held_out & ~np.isin(dataset.user_items, _pool(train))
    return Split(train, dataset.rating_users()[test], dataset.user_items[test], dataset.stars()[test], {})


def _pool(train: Dataset) -> NDArray[np.int32]:
    return np.argsort(-train.movie_counts, kind="stable")[:POOL].astype(np.int32)


def _ways(train: Dataset, n_visitors: int, seed: int) -> dict[str, list[NDArray[np.int32]]]:
    pool = _pool(train)
    chosen = rate_first(train, train.n_movies)
    chosen = chosen[np.isin(chosen, pool)]
    rng = np.random.default_rng(seed)
    ways: dict[str, list[NDArray[np.int32]]] = {}
    for size in SIZES:
        ways[f"rate first {size}"] = [chosen[:size]] * n_visitors
        ways[f"most rated {size}"] = [pool[:size]] * n_visitors
        ways[f"random {size}"] = [rng.choice(pool, size, replace=False) for _ in range(n_visitors)]
    return ways


def _judge(
    model: Recommender, dataset: Dataset, visitors: Split, asked: list[NDArray[np.int32]]
) -> tuple[Measured, float]:
    users = np.unique(visitors.test_users)
    pool = _pool(visitors.train)
    lists = np.full((len(users), 20), -1, dtype=np.int32)
    predicted = np.empty(len(visitors.test_users), dtype=np.float32)
    answers = 0
    for row, user in enumerate(users.tolist()):
        whole = dataset.profile(user)
        given = np.isin(whole.items, asked[row])
        profile = Profile.of(whole.items[given], whole.ratings[given])
        answers += len(profile)
        scores = model.score(profile)
        scores[pool] = np.nan
        best = top_n(scores, lists.shape[1])
        lists[row, : len(best)] = best
        rows = visitors.test_users == user
        predicted[rows] = model.predict(profile, visitors.test_items[rows])
    of_lists = judge_lists(lists, users, visitors, Protocol())
    of_stars = judge_ratings(predicted, visitors, Protocol(kind="ratings", split="random"))
    return Measured(of_lists.statistics | of_stars.statistics, {}, {}), answers / len(users)
