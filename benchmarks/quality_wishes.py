"""What visitors with few ratings get, and what people's wishes for a list cost in accuracy."""

from collections.abc import Sequence
from typing import Any

from core.data.dataset import Dataset
from core.evaluation.benchmark import compare_measured, fit_on
from core.evaluation.coldstart import SIZES, ColdStartCurve, cold_start_curve
from core.evaluation.measure import Measured, judge_lists, rank_users
from core.evaluation.protocols import Protocol
from core.evaluation.wishes import candidate_depth, wished_lists
from core.views import Reranking

WISHES: tuple[tuple[str, Reranking], ...] = (
    ("as the algorithm says", Reranking()),
    ("diversity .1", Reranking(diversity=0.1)),
    ("diversity .2", Reranking(diversity=0.2)),
    ("diversity .4", Reranking(diversity=0.4)),
    ("well known .2", Reranking(popularity=0.2)),
    ("obscure .1", Reranking(popularity=-0.1)),
    ("obscure .2", Reranking(popularity=-0.2)),
    ("obscure .4", Reranking(popularity=-0.4)),
    ("new .1", Reranking(recency=0.1)),
    ("new .2", Reranking(recency=0.2)),
    ("new .4", Reranking(recency=0.4)),
    ("old .2", Reranking(recency=-0.2)),
)

_CURVES = {
    "liked_ndcg@10": "NDCG@10 of liked films",
    "disliked@10": "Disliked films in ten",
    "rated_ndcg@10": "NDCG@10 of all films",
    "rmse": "RMSE",
}


def cold_start(dataset: Dataset, keys: Sequence[str], seed: int = 42) -> str:
    """Return the cold-start curves of random and of coherent short profiles as Markdown."""
    parts = []
    for profiles in SIZES:
        curve = cold_start_curve(dataset, keys, profiles=profiles, seed=seed)
        parts += [f"### {dataset.name}, cold start, {profiles} profiles", "", curve.how, ""]
        for metric, title in _CURVES.items():
            parts += [*_curve_table(curve, metric, title), ""]
    return "\n".join(parts)


def _curve_table(curve: ColdStartCurve, metric: str, title: str) -> list[str]:
    sizes = list(next(iter(curve.curves.values())))
    lines = [
        f"| {title} after so many ratings | " + " | ".join(map(str, sizes)) + " |",
        "| --- |" + " ---: |" * len(sizes),
    ]
    for key, by_size in curve.curves.items():
        cells = [by_size[size][metric] for size in sizes]
        told = [f"{cell.value:.3f} [{cell.low:.3f}, {cell.high:.3f}]" for cell in cells]
        lines.append(f"| `{key}` | " + " | ".join(told) + " |")
    return lines


def wishes(dataset: Dataset, key: str, seed: int = 42) -> str:
    """Return what each wish costs in NDCG@10 of liked films and what it gains, as Markdown."""
    protocol = Protocol(kind="ranking", k=(10,), seed=seed)
    split = next(protocol.splits(dataset))
    *_, (_, model, _, _) = fit_on(split.train, [key], {}, lambda _share, _text: None)
    longest = candidate_depth()
    ranked = rank_users(model, split, protocol, lambda _share, _text: None, longest)
    lists_of = wished_lists(ranked, split.train, [wish for _, wish in WISHES])
    measured: dict[str, Measured] = {}
    facts: dict[str, dict[str, float]] = {}
    for (name, _), lists in zip(WISHES, lists_of, strict=True):
        measured[name] = found = judge_lists(lists, ranked.users, split, protocol)
        shown = split.train.movies.years[lists[lists >= 0]]
        facts[name] = {
            **{fact: found.statistics[f"{fact}@10"].value for fact in ("diversity", "novelty")},
            "year": float(shown[shown > 0].mean()),
        }
    comparisons, _ = compare_measured(measured, ["liked_ndcg@10"], seed)
    plain = WISHES[0][0]
    apart = {pair.second: pair for pair in comparisons if pair.first == plain}
    lines = [
        f"### {dataset.name}, wishes",
        "",
        f"`{key}`, the best {longest} re-ranked to 10. {protocol.sentence()} Change against the algorithm's own list "
        "with its 95% interval over users.",
        "",
        "| wish | NDCG@10 of liked | change | NDCG@10 of all | disliked in ten | diversity | novelty (bits) | year |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, _ in WISHES:
        lines.append(f"| {name} | {_row(measured[name], apart.get(name), facts[name])} |")
    return "\n".join(lines) + "\n"


def _row(measured: Measured, pair: Any, facts: dict[str, float]) -> str:
    change = "" if pair is None else f"{-pair.difference:+.4f} [{-pair.high:+.4f}, {-pair.low:+.4f}]"
    of = {name: measured.statistics[f"{name}@10"].value for name in ("liked_ndcg", "rated_ndcg", "disliked")}
    accuracy = [f"{of['liked_ndcg']:.4f}", change, f"{of['rated_ndcg']:.4f}", f"{of['disliked']:.3f}"]
    return " | ".join([*accuracy, f"{facts['diversity']:.3f}", f"{facts['novelty']:.2f}", f"{facts['year']:.0f}"])
