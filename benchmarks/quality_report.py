"""Tables of `benchmarks/quality.py` and their places in a Markdown document."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from core.display.metrics import smaller_is_better
from core.evaluation.runs import MetricValue
from core.evaluation.significance import Comparison

GOALS: dict[str, dict[str, dict[str, float]]] = {
    "ml-100k:ratings": {
        "hybrid": {"rmse": 0.873, "mae": 0.685},
        **{key: {"rmse": 0.912, "mae": 0.720} for key in ("svd", "surprise_svd", "item_knn", "user_knn")},
    },
    "ml-latest-small:ratings": {"hybrid": {"rmse": 0.850}},
    "ml-100k:ranking": {
        "hybrid": {"rated_ndcg@10": 0.445, "disliked@10": 0.18, "below_mean@10": 0.05},
    },
    "ml-latest-small:ranking": {"hybrid": {"below_mean@10": 0.05}},
}
"""What the project set out to reach, by table, algorithm and metric."""

_COLUMNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "ratings": (("rmse", "mae", "rmse_user", "calibration_error"),),
    "ranking": (
        (
            *("liked_ndcg@10", "liked@10", "disliked@10", "graded_ndcg@10", "rated_ndcg@10", "liked_recall@20"),
            *("below_mean@10", "coverage@10", "novelty@10", "diversity@10"),
        ),
        ("rated_ndcg@10", "rated_recall@20", "rated_ndcg@20", "rated_precision@10", "liked_ndcg@10", "disliked@10"),
    ),
}
"""Of each table its parts, each ordered by its first column."""
_NAMES = {
    "rmse": "RMSE",
    "mae": "MAE",
    "rmse_user": "RMSE, mean over users",
    "calibration_error": "calibration error",
    "liked_ndcg@10": "NDCG@10 of liked",
    "liked_recall@20": "Recall@20 of liked",
    "rated_ndcg@10": "NDCG@10 of all",
    "rated_ndcg@20": "NDCG@20 of all",
    "rated_recall@20": "Recall@20 of all",
    "rated_precision@10": "Precision@10 of all",
    "liked@10": "liked in ten",
    "disliked@10": "disliked in ten",
    "graded_ndcg@10": "NDCG@10 by stars",
    "below_mean@10": "predicted below own mean",
    "coverage@10": "coverage@10",
    "novelty@10": "novelty@10 (bits)",
    "diversity@10": "diversity@10",
}


@dataclass(frozen=True)
class Row:
    """One algorithm in a table; seconds are CPU seconds per split."""

    key: str
    title: str
    ours: bool
    metrics: dict[str, MetricValue]
    per_split: dict[str, list[float]]
    fit_seconds: float | None
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def render(dataset: str, kind: str, rows: Sequence[Row], facts: dict[str, Any]) -> str:
    """Return the Markdown of one table with everything that has to be told with it."""
    primary: list[str] = facts["primary"]
    lines = [
        f"### {dataset}, {kind}",
        "",
        f"{facts['dataset'].n_users:,} users, {facts['dataset'].n_movies:,} movies, "
        f"{facts['dataset'].n_ratings:,} ratings; source: {facts['dataset'].source}. {facts['how']} "
        "95% bootstrap intervals over users in brackets; `=` marks what a paired randomisation test over users "
        "(Holm-adjusted over all pairs) does not tell from the best. CPU seconds are for one split, fitting and "
        "answering. Ours in bold.",
    ]
    for columns in _COLUMNS[kind]:
        lines += ["", *_table(rows, columns, facts)]
    lines += ["", *_goal_lines(f"{dataset}:{kind}", rows), *_split_lines(rows, primary)]
    libraries = {**facts["environment"], **facts["peers"]}
    lines.append("Measured with " + ", ".join(f"{name} {value}" for name, value in libraries.items()) + ".")
    if facts["missing"]:
        reasons = sorted(set(facts["missing"].values()))
        lines.append(f"Peers that did not run: {'; '.join(reasons)}.")
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Row], columns: Sequence[str], facts: dict[str, Any]) -> list[str]:
    first = columns[0]
    ranked = sorted(rows, key=lambda row: row.metrics[first].value, reverse=not smaller_is_better(first))
    head = ["algorithm", *(_NAMES[name] for name in columns), f"against the best, {_NAMES[first]}", "CPU s"]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    ties = facts["leaders"][first]
    for row in ranked:
        cells = [_cell(row.metrics[name], interval=name in facts["primary"]) for name in columns]
        place = "best" if row.key == ties[0] else "=" if row.key in ties else ""
        name = f"**{row.title}** (`{row.key}`)" if row.ours else row.title
        lines.append("| " + " | ".join([name, *cells, place, f"{row.seconds:.1f}"]) + " |")
    return lines


def update_document(path: Path, name: str, text: str) -> None:
    """Put a table between its markers in a document; what stands outside of markers is left alone."""
    start, end = f"<!-- quality {name} -->", f"<!-- end {name} -->"
    document = path.read_text(encoding="utf-8") if path.exists() else "# Quality\n"
    block = f"{start}\n{text}{end}"
    if start in document:
        document = re.sub(re.escape(start) + ".*?" + re.escape(end), lambda _: block, document, flags=re.DOTALL)
    else:
        document = f"{document.rstrip()}\n\n{block}\n"
    path.write_text(document, encoding="utf-8")


def paired_cells(
    name: str,
    against: str,
    metrics: Sequence[str],
    values: Mapping[str, MetricValue],
    comparisons: Sequence[Comparison],
) -> list[str]:
    """Return a row's metrics with intervals, each followed by the adjusted p of its test against another row."""
    cells = []
    for metric in metrics:
        value = values[metric]
        told = [
            f"{pair.p_adjusted:.4f}"
            for pair in comparisons
            if pair.metric == metric and {pair.first, pair.second} == {name, against}
        ]
        cells += [f"{value.value:.4f} [{value.low:.4f}, {value.high:.4f}]", *(told or [""])]
    return cells


def _cell(value: MetricValue, *, interval: bool) -> str:
    if not isfinite(value.value):
        return ""
    if not interval or value.low is None or value.high is None:
        return f"{value.value:.4f}"
    return f"{value.value:.4f} [{value.low:.4f}, {value.high:.4f}]"


def _goal_lines(name: str, rows: Sequence[Row]) -> list[str]:
    by_key = {row.key: row for row in rows}
    parts = []
    for key, goals in GOALS.get(name, {}).items():
        if key not in by_key:
            continue
        for metric, goal in goals.items():
            value = by_key[key].metrics[metric].value
            short = value - goal if smaller_is_better(metric) else goal - value
            verdict = "met" if short <= 0 else f"missed by {short:.4f}"
            parts.append(f"`{key}` {_NAMES[metric]} {goal:.3f}: {verdict} ({value:.4f})")
    return ["Goals: " + "; ".join(parts) + ".", ""] if parts else []


def _split_lines(rows: Sequence[Row], primary: Sequence[str]) -> list[str]:
    hybrid = next((row for row in rows if row.key == "hybrid"), None)
    if hybrid is None or len(hybrid.per_split[primary[0]]) < 2:
        return []
    told = "; ".join(
        f"{_NAMES[name]} {', '.join(f'{value:.4f}' for value in hybrid.per_split[name])}" for name in primary
    )
    return [f"`hybrid` split by split: {told}.", ""]
