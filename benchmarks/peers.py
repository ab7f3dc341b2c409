"""Other libraries' recommenders on a split handed over as arrays; runs under any Python that has them.

``python -m benchmarks.peers TASK.npz RESULT.npz [KEY ...]``. The task holds ``n_users``, ``n_movies``, the training
ratings ``users``, ``items``, ``ratings``, from how many stars on a film is liked (``liked_from``) and either
``test_users``, ``test_items`` (predict stars) or ``ask_users`` and ``length`` (rank the catalogue without training
movies); as JSON in ``options``, by key and variant, hyper-parameters of peers that rank; ``times`` where it is
asked what comes next, without which peers that look at the order are not asked. The result holds one array
per key and variant (``implicit_als:liked``) and, as JSON in ``report``, CPU seconds, versions, and why a peer did not
run. The caller limits the threads of BLAS. Nothing of `core` is imported here, so that peers may live in an
environment of their own.

A peer that ranks learns from a signal: ``all`` ratings alike, the ``liked`` ones alone, or all ``weighted`` by their
stars, where it can. Whatever it learns from, its lists hold no movie that the user rated in training.
"""

import json
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks import peers_of_lists, peers_of_order, peers_of_stars
from benchmarks.peer_registry import PEERS, SIGNALS, Options

__all__ = ["main", "peers_of_lists", "peers_of_order", "peers_of_stars"]


def _variants(
    key: str, kind: str, title: str, options: dict[str, dict[str, Options]]
) -> dict[str, tuple[str, Options]]:
    """Return what to run of a peer: name in the result -> title, options."""
    if kind == "ratings" or not options.get(key):
        return {key: (title, {})}
    return {
        f"{key}:{name}": (f"{title}, tuned for {name}: {SIGNALS[one.get('signal', 'all')]}", one)
        for name, one in options[key].items()
    }


def main(arguments: list[str]) -> None:
    """Run the peers that a task can ask for and write what they answered."""
    source, target, *keys = arguments
    with np.load(source, allow_pickle=False) as archive:
        task = {name: archive[name] for name in archive.files}
    options = json.loads(str(task.pop("options", "{}")))
    kinds = {"ratings"} if "test_items" in task else {"ranking", "order"} if "times" in task else {"ranking"}
    report: dict[str, Any] = {"seconds": {}, "missing": {}, "versions": {}, "titles": {}}
    results = {}
    for key, (its_kind, package, title, function) in PEERS.items():
        if its_kind not in kinds or (keys and key not in keys):
            continue
        try:
            report["versions"][package] = version(package)
        except PackageNotFoundError:
            report["missing"][key] = f"{package} is not installed"
            continue
        for name, (told, chosen) in _variants(key, its_kind, title, options).items():
            began = time.process_time()
            results[name] = function(task, chosen)
            report["seconds"][name] = round(time.process_time() - began, 2)
            report["titles"][name] = told
            print(f"{told}: {report['seconds'][name]} s", file=sys.stderr, flush=True)
    np.savez(target, report=json.dumps(report), **results)


if __name__ == "__main__":
    main(sys.argv[1:])
