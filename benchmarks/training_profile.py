"""Where the processor's time goes in training: by algorithm, by function, and in compiling.

``python -m benchmarks.training_profile [--dataset ml-latest-small] [--algorithms bayesian_mf,hybrid] [--functions 12]
[--cold]``

Every algorithm is fitted once, in the order of training and with the members that stand already, as
`cinematch train` does. Seconds are those of the process (`time.process_time`), with what compiling took of them told
apart; a second fit under cProfile says which functions spend them, in shares, since the profiler itself costs.
``--cold`` keeps compiled code in an empty directory: what a fresh installation takes. The script asks nothing but
`fit`, so that it can be laid beside an older version and run there. One thread: set OPENBLAS_NUM_THREADS=1.
"""

import argparse
import cProfile
import os
import pstats
import tempfile
import time
from pathlib import Path

from numba.core import event

from core.data.dataset import Dataset
from core.recommenders.base import Recommender
from core.recommenders.registry import algorithm_keys, recommender_class, training_order
from core.settings import load_settings


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dataset", default="ml-latest-small")
    parser.add_argument("--algorithms", default=",".join(algorithm_keys()), help="members that they need come along")
    parser.add_argument("--functions", type=int, default=0, help="how many of each algorithm's dearest to name")
    parser.add_argument("--cold", action="store_true", help="with nothing compiled before")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        if options.cold:
            os.environ["NUMBA_CACHE_DIR"] = empty
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """Fit the algorithms one after another."""
    compiling = _Compiling()
    dataset = Dataset.open(load_settings(dataset=options.dataset).dataset_dir)
    keys = training_order(tuple(options.algorithms.split(",")))
    members: dict[str, Recommender] = {}
    rows: list[tuple[str, float, float]] = []
    with event.install_listener("numba:compile", compiling):
        for key in keys:
            before, began = compiling.seconds, time.process_time()
            members[key] = recommender_class(key)(None).fit(dataset, None, dict(members))
            rows.append((key, time.process_time() - began, compiling.seconds - before))
            print(f"{key:14} {rows[-1][1]:8.2f} CPU s, {rows[-1][2]:6.2f} of it compiling", flush=True)
    total, compiled = sum(row[1] for row in rows), sum(row[2] for row in rows)
    print(f"{'all together':14} {total:8.2f} CPU s, {compiled:6.2f} of it compiling")
    for key in options.algorithms.split(",") if options.functions else ():
        name_functions(key, dataset, members, options.functions)


def name_functions(key: str, dataset: Dataset, members: dict[str, Recommender], n: int) -> None:
    """Print the functions that a fit spends most in, by what they spend themselves."""
    profile = cProfile.Profile()
    others = {other: member for other, member in members.items() if other != key}
    profile.runcall(recommender_class(key)(None).fit, dataset, None, others)
    stats = pstats.Stats(profile).get_stats_profile()
    found = [(entry.tottime, name, entry) for name, entry in stats.func_profiles.items()]
    total = max(stats.total_tt, 1e-9)
    print(f"\n{key}: where it is spent")
    for seconds, name, entry in sorted(found, key=lambda one: -one[0])[:n]:
        place = f"{Path(entry.file_name).name}:{entry.line_number}" if entry.line_number else ""
        print(f"{seconds / total:8.1%} {entry.ncalls:>12} times  {name} {place}")


class _Compiling(event.Listener):
    """Adds up the processor time of numba's compilations, what one needs within it counted once."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began: list[float] = []

    def on_start(self, event: event.Event) -> None:
        """Take note of a start."""
        self._began.append(time.process_time())

    def on_end(self, event: event.Event) -> None:
        """Count what is not within another."""
        took = time.process_time() - self._began.pop()
        if not self._began:
            self.seconds += took


if __name__ == "__main__":
    main()
