"""How well the film that comes next is foreseen, by all algorithms and by other libraries', with a control.

``python -m benchmarks.next_film [--datasets ml-100k,ml-latest-small] [--questions next,next-shuffled,later]
[--seeds 42,43,44] [--algorithms slist,hybrid] [--peer-python PYTHON] [--out docs/QUALITY.md [--add]]``

Films with fewer than five ratings are left out, as is usual. `next`: the last film of everybody, all films ranked, a
split for each seed, which deals out what came last of equal times, put together person by person. `next-shuffled`:
the same film with the order of all others dealt anew, for those that look at the order; the first seed. `later`: the
latest fifth of all ratings. What the hybrid learned once is asked twice: in its usual order and by what was watched
lately. Of each peer what does best on the film before the last, the last taken away, is asked; test films are never
looked at. What was answered on a split is kept in the cache directory, so that a stopped run goes on. With `--add`
the rows that stand in the document stay, where they are of the same split: peers that take long are asked apart.
"""

import argparse
import re
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.peer_process import start_peers
from benchmarks.quality_kept import Answered, keep
from benchmarks.quality_report import update_document
from core.data.dataset import Dataset
from core.data.splits import Split
from core.evaluation.benchmark import combine, fit_on, metric_values, order_title, orders
from core.evaluation.measure import Measured, judge_lists, measure_ranking
from core.evaluation.protocols import Protocol
from core.evaluation.runs import MetricValue
from core.progress import silent
from core.recommenders.registry import algorithm_keys
from core.settings import load_settings

LEAST = 5
ORDERED = ("slist", "hybrid", "rectools_sasrec")
"""Those that look at the order."""
SHOWN = ("rated_ndcg@10", "liked_ndcg@10", "rated_recall@10", "disliked@10")
GRIDS: dict[str, dict[str, Sequence[Any]]] = {
    "rectools_sasrec": {"epochs": (20, 40), "factors": (64,), "batch": (32,)},
    "lenskit_ease": {"regularization": (10.0, 30.0, 100.0, 300.0)},
    "lenskit_item_knn": {"neighbours": (20, 100, 400)},
    "implicit_bm25": {"neighbours": (50, 200, 800)},
}
"""Peer -> the values to try."""


def measure(split: Split, protocol: Protocol, keys: Sequence[str]) -> Iterator[Answered]:
    """Fit and measure our algorithms on one split, those with an order for what comes next in that, too."""
    for key, model, fit_seconds, _ in fit_on(split.train, keys, {}, silent):
        for name, ordered in orders(key, model, protocol) if key in keys else ():
            began = time.process_time()
            measured = measure_ranking(ordered, split, protocol, silent)
            yield Answered(name, measured, fit_seconds, fit_seconds + time.process_time() - began)


def peers(split: Split, options: dict[str, Any], python: str, kept_in: Path) -> dict[str, tuple[Measured, float]]:
    """Return what each variant of peers did on a split, and in how many CPU seconds."""
    protocol = Protocol.named("next")
    users = np.unique(split.test_users)
    found: dict[str, tuple[Measured, float]] = {}
    for key, variants in options.items():
        with start_peers(split, protocol, python, {key: variants}, kept_in, [key]) as run:
            answers, report = run.answers()
        for name, lists in answers.items():
            found[name] = judge_lists(lists, users, split, protocol), report["seconds"][name]
        for missing in report["missing"].values():
            say(missing)
    return found


def tuned(dataset: Dataset, seed: int, keys: Sequence[str], python: str, kept_in: Path) -> dict[str, Any]:
    """Return for each peer the options that do best on the film before the last."""
    inner = next(Protocol.named("next", seed=seed).splits(_without_last(dataset, seed)))
    best: dict[str, Any] = {}
    for key in keys:
        grid = GRIDS[key]
        points = {str(n): dict(zip(grid, point, strict=True)) for n, point in enumerate(product(*grid.values()))}
        found = peers(inner, {key: points}, python, kept_in)
        values = {name.rpartition(":")[2]: one.statistics[SHOWN[0]].value for name, (one, _) in found.items()}
        if values:
            chosen = max(values, key=values.__getitem__)
            best[key] = {"tuned": points[chosen]}
            say(f"{dataset.name}, {key}: {values[chosen]:.4f} on the film before the last with {points[chosen]}")
    return best


def _without_last(dataset: Dataset, seed: int) -> Dataset:
    return next(Protocol.named("next", seed=seed).splits(dataset)).train


def table(dataset: Dataset, question: str, options: argparse.Namespace, kept_in: Path) -> str:
    """Return one table in Markdown."""
    seeds = [int(seed) for seed in options.seeds.split(",")][: None if question == "next" else 1]
    wanted = [key for key in options.algorithms.split(",") if key]
    keys = tuple(key for key in wanted if question != "next-shuffled" or key in ORDERED)
    parts: dict[str, list[Measured]] = {}
    seconds: dict[str, list[float]] = {}
    titles: dict[str, str] = {}
    descriptions = []
    for seed in seeds:
        protocol = Protocol.named(question, seed=seed)
        split = next(protocol.splits(dataset))
        descriptions.append(split.description)
        for key, measured, fit_seconds, _ in keep(
            kept_in / "next", split, protocol, keys, partial(measure, split, protocol, keys)
        ):
            if question == "next-shuffled" and key == "hybrid":
                continue
            titles[key] = f"**{order_title(key)}** (`{key}`)"
            parts.setdefault(key, []).append(measured)
            seconds.setdefault(key, []).append(fit_seconds)
            say(f"{dataset.name}, {question}, {seed}: {key} {measured.statistics[SHOWN[0]].value:.4f}")
        asked = [key for key in options.peers.split(",") if question != "next-shuffled" or key in ORDERED]
        if options.peer_python and seed == seeds[0]:
            chosen = tuned(dataset, seed, asked, options.peer_python, kept_in / "peers")
            for name, (measured, took) in peers(split, chosen, options.peer_python, kept_in / "peers").items():
                key = name.partition(":")[0]
                given = ", ".join(f"{option} {value:g}" for option, value in chosen[key]["tuned"].items())
                titles[key] = f"{key.replace('_', ' ')}, {given}"
                parts.setdefault(key, []).append(measured)
                seconds.setdefault(key, []).append(took)
    return "\n".join(_lines(dataset, question, parts, seconds, titles, seeds, descriptions)) + "\n"


def _lines(
    dataset: Dataset,
    question: str,
    parts: dict[str, list[Measured]],
    seconds: dict[str, list[float]],
    titles: dict[str, str],
    seeds: Sequence[int],
    descriptions: Sequence[dict[str, Any]],
) -> Iterator[str]:
    protocol = Protocol.named(question, seed=seeds[0])
    films = int((dataset.movie_counts > 0).sum())
    yield f"#### {dataset.name}, `{question}`: {films:,} films ranked"
    yield ""
    lots = f" NDCG@10 by seed {', '.join(map(str, seeds))} |" if len(seeds) > 1 else ""
    yield f"| algorithm | NDCG@10 of rated | of liked | Recall@10 of rated | disliked in ten |{lots} CPU s |"
    yield f"| --- | ---: | ---: | ---: | ---: |{' --- |' if lots else ''} ---: |"
    together = {key: combine(found) for key, found in parts.items()}
    for key in sorted(together, key=lambda key: -together[key].statistics[SHOWN[0]].value):
        values = metric_values(together[key], seeds[0])
        cells = [_cell(values[metric]) for metric in SHOWN]
        if lots:
            cells.append(", ".join(f"{one.statistics[SHOWN[0]].value:.4f}" for one in parts[key]))
        yield f"| {' | '.join([titles[key], *cells, f'{np.mean(seconds[key]):.1f}'])} |"
    yield ""
    yield f"{protocol.sentence()}{protocol.told(descriptions[:1])}"


def with_rows_of(document: str, name: str, text: str) -> str:
    """Return a table with the rows of the one of that name in a document that it has not itself, the best first.

    Raises
    ------
    SystemExit
        When there is none in the document, or one of other films, columns or people.
    """
    found = re.search(f"<!-- quality {re.escape(name)} -->\n(.*?)<!-- end {re.escape(name)} -->", document, re.DOTALL)
    former = found.group(1).splitlines() if found else []
    lines = text.splitlines()
    if [line for line in former if not _is_row(line)] != [line for line in lines if not _is_row(line)]:
        raise SystemExit(f"The document has no table {name} of the same split and columns: measure it without --add.")
    rows = {_named(line): line for line in (*former, *lines) if _is_row(line)}
    best_first = sorted(rows.values(), key=lambda row: -float(row.split("|")[2].split()[0]))
    place = next(number for number, line in enumerate(lines) if _is_row(line))
    rest = [line for line in lines if not _is_row(line)]
    return "\n".join([*rest[:place], *best_first, *rest[place:]]) + "\n"


def _is_row(line: str) -> bool:
    return line.startswith("| ") and not line.startswith(("| algorithm |", "| --- |"))


def _named(row: str) -> str:
    return row.split("|")[1].partition(",")[0].strip()


def _cell(value: MetricValue) -> str:
    return f"{value.value:.4f} [{value.low:.4f}, {value.high:.4f}]"


def say(text: str) -> None:
    """Report progress on standard error."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for, print the tables and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", default="ml-100k,ml-latest-small", help="installed data sets")
    parser.add_argument("--questions", default="next,next-shuffled,later")
    parser.add_argument("--algorithms", default=",".join(algorithm_keys()), help="ours, by key")
    parser.add_argument("--seeds", default="42,43,44", help="of the lots")
    parser.add_argument("--peer-python", help="a Python that has the peers; without one ours stand alone")
    parser.add_argument("--peers", default=",".join(GRIDS), help="by key")
    parser.add_argument("--out", type=Path, help="Markdown document whose tables are replaced")
    parser.add_argument("--add", action="store_true", help="keep the other rows that its tables have")
    options = parser.parse_args(arguments)
    if options.add and not options.out:
        parser.error("--add needs the document of --out, to whose tables rows are added")
    settings = load_settings()
    for name, question in product(options.datasets.split(","), options.questions.split(",")):
        dataset = Dataset.open(settings.data_dir / name)
        dataset = dataset.with_ratings(dataset.movie_counts[dataset.user_items] >= LEAST)
        with threadpool_limits(limits=1):
            text = table(dataset, question, options, settings.cache_dir)
        if options.add:
            text = with_rows_of(options.out.read_text(encoding="utf-8"), f"{name}:{question}", text)
        print(text, flush=True)
        if options.out:
            update_document(options.out, f"{name}:{question}", text)


if __name__ == "__main__":
    main()
