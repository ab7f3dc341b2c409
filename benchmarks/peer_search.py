"""Hyper-parameters that give each peer its best chance, found on a validation tenth of the training part.

``python -m benchmarks.peer_search [--datasets ml-100k,ml-latest-small] [--peers implicit_als] [--quick]
[--peer-python PYTHON]``

Of a data set the ranking split of seed 42 is made, and of its training part a tenth of each user's ratings put aside
(seed 43). Each peer is trained on the rest with every point of its grid and every signal that it can learn from: all
ratings, the liked ones alone, or all weighted by stars. What has the best NDCG@10 of liked films on the tenth, and
what has the best of all rated films, is written to ``benchmarks/peer_options.json``, from where
`benchmarks/quality.py` takes it. Test parts are never looked at. Grids are small and fixed, the result is the same
whenever the libraries are.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peer_process import start_peers
from core.data.dataset import Dataset
from core.data.splits import holdout_per_user
from core.evaluation.measure import judge_lists
from core.evaluation.protocols import Protocol
from core.evaluation.relevance import RELEVANCES, metric_name
from core.settings import load_settings

OPTIONS_FILE = Path(__file__).with_name("peer_options.json")
_SEED = 42

Grid = dict[str, Sequence[Any]]
_NEIGHBOURS: Grid = {"neighbours": (20, 50, 200, 400)}
_ANY = ("all", "liked", "weighted")
_NO_WEIGHTS = ("all", "liked")
GRIDS: dict[str, tuple[Sequence[str], Grid]] = {
    "lenskit_item_knn": (_NO_WEIGHTS, {"neighbours": (20, 100)}),
    "lenskit_user_knn": (_NO_WEIGHTS, {"neighbours": (50, 100)}),
    "lenskit_ease": (_NO_WEIGHTS, {"regularization": (250.0, 500.0, 1000.0)}),
    "lenskit_als": (_ANY, {"factors": (32, 48), "weight": (1.0, 5.0), "regularization": (1.0, 10.0)}),
    "implicit_als": (_ANY, {"factors": (32, 48), "regularization": (10.0, 30.0, 90.0), "alpha": (1.0, 5.0)}),
    "implicit_cosine": (_ANY, _NEIGHBOURS),
    "implicit_bm25": (_ANY, _NEIGHBOURS),
    "irspack_ials": (_ANY, {"factors": (64,), "alpha0": (0.1, 0.3, 1.0), "regularization": (0.003, 0.01, 0.03)}),
    "irspack_slim": (_ANY, {"alpha": (0.01, 0.03, 0.1), "l1_ratio": (0.01,)}),
    "irspack_p3alpha": (_ANY, {"alpha": (0.3, 0.5, 1.0), "neighbours": (100, 400)}),
}
"""Peer -> the signals that it can learn from, and the values to try."""


def variants(peer: str, *, quick: bool = False) -> dict[str, dict[str, Any]]:
    """Return the points of a peer's grid under their numbers; with `quick` the first of each signal."""
    signals, grid = GRIDS[peer]
    points = list(product(*grid.values()))[: 1 if quick else None]
    chosen = [{"signal": signal, **dict(zip(grid, point, strict=True))} for signal, point in product(signals, points)]
    return {str(number): one for number, one in enumerate(chosen)}


def search(dataset: Dataset, peers: Sequence[str], python: str, kept_in: Path, *, quick: bool) -> dict[str, Any]:
    """Return the best options of every peer by relevance, with the NDCG@10 on the validation tenth."""
    protocol = Protocol(kind="ranking", split="per-user", folds=1, seed=_SEED, k=(10,))
    inner = holdout_per_user(next(protocol.splits(dataset)).train, 0.1, _SEED + 1)
    users = np.unique(inner.test_users)
    found: dict[str, Any] = {}
    for peer in peers:
        grid = variants(peer, quick=quick)
        with start_peers(inner, protocol, python, {peer: grid}, kept_in, [peer]) as run:
            answers, report = run.answers()
        if peer in report["missing"]:
            print(f"{dataset.name}, {peer}: {report['missing'][peer]}", file=sys.stderr, flush=True)
            continue
        judged = {
            number: judge_lists(answers[f"{peer}:{number}"], users, inner, protocol).statistics for number in grid
        }
        found[peer] = {}
        for relevance in RELEVANCES:
            metric = metric_name("ndcg", relevance, 10)
            best = max(grid, key=lambda number, metric=metric: judged[number][metric].value)  # type: ignore[misc]
            found[peer][relevance] = grid[best]
            value = judged[best][metric].value
            print(f"{dataset.name}, {peer}: {metric} {value:.4f} with {grid[best]}", flush=True)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Search and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", default="ml-100k,ml-latest-small", help="installed data sets")
    parser.add_argument("--peers", default=",".join(GRIDS), help="by key")
    parser.add_argument("--peer-python", default=sys.executable, help="a Python that has the peers")
    parser.add_argument("--quick", action="store_true", help="one point of each signal")
    parser.add_argument("--out", type=Path, default=OPTIONS_FILE)
    options = parser.parse_args(arguments)
    settings = load_settings()
    known = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {}
    for name in options.datasets.split(","):
        dataset = Dataset.open(settings.data_dir / name)
        kept_in = settings.cache_dir / "peers"
        for peer in options.peers.split(","):
            found = search(dataset, [peer], options.peer_python, kept_in, quick=options.quick)
            known[name] = known.get(name, {}) | found
            # After each peer: what was found so far outlives a search that is stopped.
            options.out.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
