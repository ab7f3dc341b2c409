"""Accuracy of our algorithms beside other libraries', on the same splits, with intervals and paired tests.

``python -m benchmarks.quality [--datasets ml-100k,ml-latest-small] [--algorithms hybrid,ease] [--quick]
[--protocols ratings,canonical,ranking,coldstart,wishes,asking,groups,match,similar] [--peer-python PYTHON]
[--out docs/QUALITY.md]``

Ratings: shuffled 5-fold over all ratings on ml-100k, one random 80/20 split on ml-latest-small; of ml-100k also the
five splits that were published with it. Ranking: a random fifth of each user's ratings held out, the full catalogue
ranked without training movies, judged by what was liked and by all that was rated; several seeds, whose results are
put together user by user. Peers see the same training parts through files (`benchmarks/peers.py`) and are judged by
the same code from the lists and stars that they answer; `benchmarks/peer_search.py` found their options. What was
answered on a split is kept in the cache directory, by a digest of the code and of what was asked.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.peer_process import PeerRun, start_peers
from benchmarks.peer_search import OPTIONS_FILE
from benchmarks.quality_asking import asking
from benchmarks.quality_canonical import CANONICAL, FOLDS, canonical_splits, render_canonical
from benchmarks.quality_groups import groups
from benchmarks.quality_kept import Answered, keep
from benchmarks.quality_match import match
from benchmarks.quality_report import Row, render, update_document
from benchmarks.quality_similar import similar
from benchmarks.quality_wishes import cold_start, wishes
from core.data.dataset import Dataset
from core.data.splits import Split
from core.evaluation.benchmark import combine, compare_measured, environment, fit_on, metric_values
from core.evaluation.measure import Measured, judge_lists, judge_ratings, measure_ranking, measure_ratings
from core.evaluation.protocols import Protocol
from core.recommenders.registry import algorithm_keys, recommender_class
from core.settings import load_settings

SEEDS = (42, 43, 44, 45, 46)
EXTRAS: dict[str, Callable[[Dataset, argparse.Namespace], str]] = {
    "coldstart": lambda dataset, options: cold_start(dataset, options.algorithms.split(",")),
    "wishes": lambda dataset, options: wishes(dataset, options.extras_for),
    "asking": lambda dataset, options: asking(dataset, options.extras_for),
    "groups": lambda dataset, options: groups(dataset, options.extras_for),
    "match": lambda dataset, options: match(dataset, options.algorithms.split(",")),
    "similar": lambda dataset, options: similar(dataset, options.algorithms.split(",")),
}
"""Tables about ours alone."""


Plans = Sequence[tuple[Protocol, Iterable[Split]]]
"""Protocols whose splits make up one table, with these."""
PRIMARY: dict[str, tuple[str, ...]] = {
    "ratings": ("rmse", "mae"),
    "ranking": ("liked_ndcg@10", "liked_recall@20", "rated_ndcg@10", "rated_recall@20"),
}


@dataclass
class Entry:
    """What one algorithm answered on all splits of a task."""

    title: str
    ours: bool
    parts: list[Measured] = field(default_factory=list)
    fit_seconds: float = 0.0
    seconds: float = 0.0


def protocols(dataset: str, kind: str, seeds: Sequence[int], *, quick: bool) -> list[Protocol]:
    """Return the protocols whose splits make up one table."""
    if kind == "ranking":
        return [
            Protocol(kind="ranking", split="per-user", folds=1, seed=seed) for seed in seeds[: 1 if quick else None]
        ]
    if dataset == "ml-latest-small" or quick:
        return [Protocol(kind="ratings", split="random", folds=1, seed=42)]
    return [Protocol(kind="ratings", split="folds", folds=5, seed=42)]


def measure_ours(split: Split, protocol: Protocol, keys: Sequence[str]) -> Iterator[Answered]:
    """Fit and measure our algorithms on one split."""
    measurer = measure_ratings if protocol.kind == "ratings" else measure_ranking
    for key, model, fit_seconds, silent in fit_on(split.train, keys, {}, lambda _share, _text: None):
        if key in keys:
            began = time.process_time()
            measured = measurer(model, split, protocol, silent)
            yield Answered(key, measured, fit_seconds, fit_seconds + time.process_time() - began)


def enter_ours(answers: Iterable[Answered], protocol: Protocol, entries: dict[str, Entry]) -> None:
    """Put what ours did on one split into the table."""
    for key, measured, fit_seconds, seconds in answers:
        entry = entries.setdefault(key, Entry(recommender_class(key).title, ours=True))
        entry.parts.append(measured)
        entry.fit_seconds += fit_seconds
        entry.seconds += seconds
        say(f"  {key}: {headline(measured, protocol)} ({fit_seconds:.1f} s to fit)")


def judge_peers(run: PeerRun, split: Split, protocol: Protocol, entries: dict[str, Entry]) -> dict[str, Any]:
    """Judge what the peers answered; return their own report."""
    answers, report = run.answers()
    for key, title in report["titles"].items():
        entry = entries.setdefault(key, Entry(title, ours=False))
        if protocol.kind == "ratings":
            measured = judge_ratings(answers[key], split, protocol)
        else:
            measured = judge_lists(answers[key], np.unique(split.test_users), split, protocol)
        entry.parts.append(measured)
        entry.seconds += report["seconds"][key]
        say(f"  {title}: {headline(measured, protocol)} ({report['seconds'][key]} s)")
    return report


def peer_options(dataset: str) -> dict[str, dict[str, Any]]:
    """Return what was found for each peer that ranks: by what it was tuned for, and once where that is the same."""
    found = json.loads(OPTIONS_FILE.read_text(encoding="utf-8")).get(dataset, {}) if OPTIONS_FILE.exists() else {}
    return {
        peer: {"liked and rated": by["liked"]} if by["liked"] == by["rated"] else by for peer, by in found.items()
    }


def run_task(
    dataset: Dataset,
    plans: Plans,
    keys: Sequence[str],
    peer_python: str | None,
    kept_in: Path,
) -> tuple[list[Row], dict[str, Any]]:
    """Measure everything of one table, on the splits of each plan."""
    entries: dict[str, Entry] = {}
    report: dict[str, Any] = {"versions": {}, "missing": {}}
    first = plans[0][0]
    for plan, splits in plans:
        for number, split in enumerate(splits):
            say(f"{dataset.name}, {plan.kind}, seed {plan.seed}, split {number + 1} of {plan.n_splits}")
            with ExitStack() as stack:
                options = peer_options(dataset.name)
                peers = peer_python and stack.enter_context(
                    start_peers(split, plan, peer_python, options, kept_in / "peers")
                )
                ours = partial(measure_ours, split, plan, keys)
                enter_ours(keep(kept_in / "ours", split, plan, tuple(keys), ours), plan, entries)
                if peers:
                    report = judge_peers(peers, split, plan, entries)
    primary = PRIMARY[first.kind]
    together = {key: combine(entry.parts) for key, entry in entries.items()}
    comparisons, leaders = compare_measured(together, primary, first.seed)
    rows = [
        Row(
            key=key,
            title=entry.title,
            ours=entry.ours,
            metrics=metric_values(together[key], first.seed),
            per_split={name: [part.statistics[name].value for part in entry.parts] for name in primary},
            fit_seconds=entry.fit_seconds / len(entry.parts) if entry.ours else None,
            seconds=entry.seconds / len(entry.parts),
        )
        for key, entry in entries.items()
    ]
    further = f" Seeds {', '.join(str(plan.seed) for plan, _ in plans)} together." if len(plans) > 1 else ""
    facts = {
        "primary": list(primary),
        "leaders": leaders,
        "comparisons": comparisons,
        "how": first.sentence() + further,
        "environment": environment(),
        "peers": report["versions"],
        "missing": report["missing"],
        "dataset": dataset,
    }
    return rows, facts


def headline(measured: Measured, protocol: Protocol) -> str:
    """Return the figures that are told while a run goes on."""
    names = PRIMARY[protocol.kind] + (("disliked@10",) if protocol.kind == "ranking" else ())
    return " ".join(f"{name} {measured.statistics[name].value:.4f}" for name in names)


def publish(text: str, name: str, document: Path | None) -> None:
    """Print a table and put it into its place in the document."""
    print(text, flush=True)
    if document is not None:
        update_document(document, name, text)


def say(text: str) -> None:
    """Report progress on standard error."""
    print(text, file=sys.stderr, flush=True)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", default="ml-100k,ml-latest-small", help="installed data sets")
    parser.add_argument(
        "--protocols", default="ratings,canonical,ranking,coldstart,wishes,asking,groups,match,similar"
    )
    parser.add_argument("--extras-for", default=algorithm_keys()[0], help="whose lists are re-ranked and asked for")
    parser.add_argument("--algorithms", default=",".join(algorithm_keys()), help="ours, by key")
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)), help="of the ranking splits")
    parser.add_argument("--peer-python", default=sys.executable, help="a Python that has the peers")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--quick", action="store_true", help="one split per table")
    parser.add_argument("--out", type=Path, help="Markdown document whose tables are replaced")
    parser.add_argument("--json", type=Path, help="all metrics, as JSON")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what was asked for, print the tables and write them."""
    options = parse(arguments)
    settings = load_settings()
    started = time.perf_counter()
    documents: dict[str, Any] = {}
    keys = [key for key in options.algorithms.split(",") if key]
    for name in options.datasets.split(","):
        dataset = Dataset.open(settings.data_dir / name)
        for kind in options.protocols.split(","):
            if kind in EXTRAS:
                with threadpool_limits(limits=1):
                    publish(EXTRAS[kind](dataset, options), f"{name}:{kind}", options.out)
                continue
            if kind == "canonical":
                if name != CANONICAL:
                    continue
                plans: Plans = [(FOLDS, islice(canonical_splits(dataset), 1 if options.quick else None))]
            else:
                seeds = [int(seed) for seed in options.seeds.split(",")]
                plans = [(plan, plan.splits(dataset)) for plan in protocols(name, kind, seeds, quick=options.quick)]
            peer_python = None if options.no_peers else options.peer_python
            with threadpool_limits(limits=1):
                rows, facts = run_task(dataset, plans, keys, peer_python, settings.cache_dir)
            text = render_canonical(rows, facts) if kind == "canonical" else render(name, kind, rows, facts)
            publish(text, f"{name}:{kind}", options.out)
            documents[f"{name}:{kind}"] = [row.to_dict() for row in rows]
    if options.json:
        options.json.write_text(json.dumps(documents, indent=1), encoding="utf-8")
    say(f"All of it took {(time.perf_counter() - started) / 60:.1f} minutes.")


if __name__ == "__main__":
    main()
