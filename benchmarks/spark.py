"""Models fitted on Spark beside those of one machine: the same numbers, or the same quality.

``python -m benchmarks.spark [--dataset ml-100k] [--algorithms item_knn,ease,slist,svd,als] [--master URL]
[--parquet PLACE] [--seed 42]``

Per algorithm: seconds of both fits, Spark's with its executors warm, and with it the CPU seconds of all its processes
and the peak memory of its largest virtual machine and Python worker, where they run on this machine; the largest
difference between what both store, and both measured on the same held-out fifth of each user's ratings
(`core.evaluation.manifest.HeldOut`).
"""

import argparse
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.parquet import export_parquet
from core.evaluation.manifest import HeldOut
from core.recommenders.base import Recommender
from core.recommenders.registry import recommender_class
from core.settings import load_settings
from core.spark.baseline import fit_baseline
from core.spark.ratings import from_dataset, from_parquet
from core.spark.session import MASTER, spark_session
from core.spark.training import ON_SPARK, fit

SHOWN = {"liked_ndcg@10": "NDCG@10 liked", "rated_ndcg@10": "NDCG@10 rated", "rmse": "RMSE"}
_NOT_COMPARED = ("baseline_", "candidates", "ends")


def apart(one: dict[str, NDArray[Any]], other: dict[str, NDArray[Any]]) -> str:
    """Return how far two models' arrays are apart: equal, or the largest difference by the largest value."""
    furthest, where = 0.0, ""
    for name, array in one.items():
        if name.startswith(_NOT_COMPARED):
            continue
        if array.shape != other[name].shape:
            return f"{name} of another length"
        if array.size:
            difference = np.abs(array.astype(np.float64) - other[name])
            largest = float(difference.max() / max(np.abs(array.astype(np.float64)).max(), 1e-12))
            furthest, where = max((furthest, where), (largest, name))
    return "equal" if furthest == 0 else f"{furthest:.1e} ({where})"


class Running:
    """The processes of this machine that run Spark's tasks, and what they take from now on.

    A driver that runs them itself (`local[*]`) is a virtual machine that this process started; executors of a cluster
    are known by their class.
    """

    def __init__(self) -> None:
        for process in self._processes():
            # Its highest resident memory is counted from here on.
            Path(f"/proc/{process.pid}/clear_refs").write_text("5", encoding="ascii")
        self._before = self._seconds()

    def taken(self) -> tuple[float, float, float]:
        """Return CPU seconds, and the peaks of the largest virtual machine and of the largest worker in MB."""
        peaks = {"java": 0.0, "python": 0.0}
        for process in self._processes():
            with suppress(psutil.NoSuchProcess, FileNotFoundError):
                kind = "java" if process.name() == "java" else "python"
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
                peaks[kind] = max(peaks[kind], float(status.partition("VmHWM:")[2].split()[0]) / 1024)
        seconds = sum(used - self._before.get(pid, 0.0) for pid, used in self._seconds().items())
        return seconds, peaks["java"], peaks["python"]

    def _processes(self) -> list[psutil.Process]:
        found = [*psutil.Process().children(), *filter(self._is_executor, psutil.process_iter())]
        machines = [one for one in found if one.name() == "java"]
        return [*machines, *(below for one in machines for below in one.children(recursive=True))]

    def _seconds(self) -> dict[int, float]:
        found = {}
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                used = process.cpu_times()
                found[process.pid] = used.user + used.system
        return found

    @staticmethod
    def _is_executor(process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return "CoarseGrainedExecutorBackend" in " ".join(process.cmdline())
        return False


def measured(held: HeldOut, model: Recommender) -> list[str]:
    """Return the metrics with their intervals."""
    document = held.judge(model, 0.0).document
    rows = []
    for name in SHOWN:
        low, high = document["intervals"][name]
        rows.append(f"{document['values'][name]:.4f} ({low:.3f} to {high:.3f})")
    return rows


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--algorithms", default=",".join(ON_SPARK))
    parser.add_argument("--master", default=MASTER)
    parser.add_argument("--parquet", help="an export of the data set; by default one is made")
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()
    data = Dataset.open(load_settings(dataset=arguments.dataset).dataset_dir)
    keys = arguments.algorithms.split(",")
    held = HeldOut.of(data, keys, seed=arguments.seed)
    print(f"{data.name}: {data.n_ratings:,} ratings, master {arguments.master}, seed {arguments.seed}\n")
    shown = " | ".join(SHOWN.values())
    print(f"| Algorithm | Engine | Seconds | CPU s | Peak MB, JVM | and a worker | Arrays apart | {shown} |")
    print("| --- | --- | --: | --: | --: | --: | --- | " + "--: | " * len(SHOWN))
    with tempfile.TemporaryDirectory() as holder, spark_session(arguments.master) as session:
        place = arguments.parquet or str(Path(holder, data.name))
        if arguments.parquet is None:
            export_parquet(data, place)
        ratings = from_parquet(session, place, data)
        movies = fit_baseline(ratings)
        part = from_dataset(session, held.split.train)
        movies_of_part = fit_baseline(part)
        for key in keys:
            cls = recommender_class(key)
            began, used = time.perf_counter(), time.process_time()
            here = cls().fit(data)
            seconds, used = time.perf_counter() - began, time.process_time() - used
            metrics = " | ".join(measured(held, cls().fit(held.split.train)))
            print(f"| {key} | one machine | {seconds:.1f} | {used:.1f} | | | | {metrics} |", flush=True)
            of_part = fit(key, part, movies_of_part)
            running, began = Running(), time.perf_counter()
            there = fit(key, ratings, movies)
            seconds = time.perf_counter() - began
            cpu, machine, worker = running.taken()
            costs = f"{seconds:.1f} | {cpu:.1f} | {machine:,.0f} | {worker:,.0f}"
            metrics = " | ".join(measured(held, of_part))
            print(f"| | Spark | {costs} | {apart(here.arrays, there.arrays)} | {metrics} |", flush=True)


if __name__ == "__main__":
    main()
