"""Whether the hyper-parameters that ship can be beaten: one search for each algorithm over both data sets at once.

``python -m benchmarks.search [--trials 40] [--seed 1001] [--only ease:ranking,svd:ratings] [--out docs/QUALITY.md]``

The search starts from the shipped configuration, its first trial, and is judged by the mean over both data sets of a
validation part; test parts, of a seed that nothing else here uses, are looked at once, at the end.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.quality_report import update_document
from core.data.dataset import Dataset
from core.evaluation.protocols import ProtocolKind
from core.evaluation.tune import TuningResult, tune
from core.settings import load_settings

DATASETS = ("ml-100k", "ml-latest-small")
TASKS: dict[str, tuple[str, ProtocolKind, tuple[str, ...]]] = {
    "ease:ranking": (
        "ease",
        "ranking",
        ("penalty", "movie_power", "user_power", "score_power", "rating_gain", "content_weight", "content_power"),
    ),
    "svd:ranking": (
        "svd",
        "ranking",
        (
            "factors",
            "movie_power",
            "user_power",
            "score_power",
            "shrinkage",
            "strength_power",
            "rating_gain",
            "content_weight",
            "content_power",
        ),
    ),
    "svd:ratings": ("svd", "ratings", ("rating_factors", "rating_penalty")),
    "als:ranking": ("als", "ranking", ("unwatched_weight", "regularisation", "rating_gain")),
    "item_knn:ranking": (
        "item_knn",
        "ranking",
        ("neighbours", "asymmetry", "shrinkage", "sharpness", "score_power", "rating_gain"),
    ),
    "item_knn:ratings": (
        "item_knn",
        "ratings",
        ("rating_neighbours", "rating_shrinkage", "rating_used", "rating_power", "rating_penalty"),
    ),
    "user_knn:ranking": (
        "user_knn",
        "ranking",
        ("neighbours", "movie_power", "asymmetry", "shrinkage", "sharpness", "activity_power", "score_power"),
    ),
    "user_knn:ratings": ("user_knn", "ratings", ("rating_used", "rating_shrinkage", "rating_penalty")),
    "content:ranking": (
        "content",
        "ranking",
        ("genre_weight", "year_weight", "term_weight", "prior_ratings", "rating_gain"),
    ),
    "surprise_svd:ratings": ("surprise_svd", "ratings", ("factors", "learning_rate", "regularisation", "prior")),
    "bayesian_mf:ratings": ("bayesian_mf", "ratings", ("factors", "user_noise", "movie_noise")),
}
"""What is searched together: the fields that matter for one purpose."""


def search(names: Sequence[str], trials: int, seed: int) -> list[tuple[str, TuningResult]]:
    """Search for each task, printing what was found."""
    settings = load_settings()
    first, *others = [Dataset.open(settings.data_dir / name) for name in DATASETS]
    found = []
    for name in names:
        key, kind, fields = TASKS[name]
        result = tune(first, key, also=others, kind=kind, trials=trials, seed=seed, parameters=fields)
        print(_row(name, result), flush=True)
        print("   ", _changes(result), flush=True)
        found.append((name, result))
    return found


def _changes(result: TuningResult) -> str:
    start = result.default["config"]
    changed = {name: value for name, value in result.best["config"].items() if start[name] != value}
    return ", ".join(f"{name} {value:.3g}" for name, value in changed.items()) or "the shipped ones"


def _row(name: str, result: TuningResult) -> str:
    cells = [f"{result.default['validation']:.4f}", f"{result.best['validation']:.4f}"]
    for dataset in DATASETS:
        cells += [f"{result.default['tests'][dataset]:.4f}", f"{result.best['tests'][dataset]:.4f}"]
    seconds = sum(trial["cpu_seconds"] for trial in result.trials)
    return f"| `{name}` | {result.metric} | " + " | ".join(cells) + f" | {seconds:.0f} |"


def render(found: Sequence[tuple[str, TuningResult]], trials: int, seed: int) -> str:
    """Return the table as Markdown."""
    head = ["search", "metric", "validation: shipped", "best of search"]
    for name in DATASETS:
        head += [f"{name}, test: shipped", "best of search"]
    lines = [
        "### Search of hyper-parameters",
        "",
        f"{trials} trials each, the shipped configuration first, judged by the mean over {' and '.join(DATASETS)} "
        f"of a tenth of the training part (seed {seed + 1}); the test parts (a fifth, seed {seed}) were looked at "
        "once, afterwards. The best of many trials is the luckiest too: a gain on the validation part that the test "
        "parts do not show is none.",
        "",
        "| " + " | ".join([*head, "CPU s"]) + " |",
        "| --- | --- |" + " ---: |" * (len(head) - 1),
        *(_row(name, result) for name, result in found),
        "",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Search, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1001)
    parser.add_argument("--only", default=",".join(TASKS), help="comma-separated: " + ", ".join(TASKS))
    parser.add_argument("--out", type=Path, help="write the table into this document")
    options = parser.parse_args(arguments)
    names = options.only.split(",")
    if unknown := [name for name in names if name not in TASKS]:
        parser.error(f"there is no search {unknown[0]!r}; choose from {', '.join(TASKS)}")
    text = render(search(names, options.trials, options.seed), options.trials, options.seed)
    print(text)
    if options.out is not None:
        update_document(options.out, "search", text)


if __name__ == "__main__":
    main()
