"""Held-out measurement in a process of its own, beside the training that it judges."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from core.progress import Progress

__all__ = ["Measurement", "measuring"]

_SECONDS_BETWEEN_LOOKS = 0.5
_share_done: Synchronized[float] | None = None


class Measurement:
    """A running measurement."""

    def __init__(self, future: Future[dict[str, dict[str, Any]]], share_done: Synchronized[float]) -> None:
        self._future = future
        self._share_done = share_done

    def result(self, report: Progress) -> dict[str, dict[str, Any]]:
        """Wait for the metrics of each algorithm, reporting how far they are.

        Raises
        ------
        CineMatchError
            What made the measurement fail; of an algorithm that cannot learn from a part of the data there are none.
        """
        while not wait([self._future], _SECONDS_BETWEEN_LOOKS).done:
            report(float(self._share_done.value), "fitting on a part, asking for the rest")
        return self._future.result()


@contextmanager
def measuring(dataset: Path, keys: Sequence[str], cache_dir: Path) -> Iterator[Measurement]:
    """Measure algorithms on held-out ratings of a stored data set while the block runs.

    A second processor would otherwise stand idle: fitting uses one.
    """
    context = multiprocessing.get_context("spawn")
    share_done = context.Value("d", 0.0)
    pool = ProcessPoolExecutor(1, context, _remember, (share_done,))
    try:
        yield Measurement(pool.submit(_measure, dataset, tuple(keys), cache_dir), share_done)
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _remember(share_done: Synchronized[float]) -> None:
    global _share_done  # noqa: PLW0603  (a spawned process receives shared memory only when it starts)
    _share_done = share_done


def _measure(dataset: Path, keys: tuple[str, ...], cache_dir: Path) -> dict[str, dict[str, Any]]:
    from core.data.dataset import Dataset
    from core.evaluation.manifest import measure_for_manifest

    def report(done: float, _text: str) -> None:
        if _share_done is not None:
            _share_done.value = done

    return measure_for_manifest(Dataset.open(dataset), keys, progress=report, cache_dir=cache_dir, left_out={})
