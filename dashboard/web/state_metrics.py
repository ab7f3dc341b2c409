"""What is true of the server at the moment of asking, whichever worker is asked, for Prometheus."""

import os
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import psutil
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core import __version__

if TYPE_CHECKING:
    from core.service import CineMatch
    from core.views import ModelStatus

__all__ = ["ServerState"]

_QUALITY = ("liked_ndcg@10", "rated_ndcg@10", "rmse", "mae")
"""Measures on held-out ratings that every algorithm may have; each is a series, so that there are few."""


@dataclass(frozen=True)
class ServerState(Collector):
    """Build, data, models, jobs and processes.

    No label here names a process or anything else of which there are ever more: series would pile up with every
    worker that is replaced.
    """

    service: "CineMatch"
    jobs: Callable[[], Mapping[str, int]]

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics."""
        yield _info("build", "What is running.", {"version": __version__, "python": platform.python_version()})
        data = self.service.dataset_view()
        yield _info("dataset", "The data that are served.", {"name": data.name, "fingerprint": data.fingerprint[:12]})
        yield _gauge("dataset_ratings", "Ratings of the data that are served.", [((), float(data.ratings))])
        yield _gauge(
            "dataset_waiting",
            "1 while newer data are installed than are served.",
            [((), float(self.service.newer is not None))],
        )
        yield _gauge(
            "storage_up",
            "1 while something can be kept in the cache directory.",
            [((), float(self.service.storage_trouble() is None))],
        )
        yield from _of_models(self.service.models())
        yield _gauge(
            "jobs",
            "Background jobs of all workers, now.",
            [((state,), float(count)) for state, count in self.jobs().items()],
            "state",
        )
        yield from _of_processes()


def _of_models(statuses: Iterable["ModelStatus"]) -> Iterator[Metric]:
    models = list(statuses)
    yield _gauge(
        "model_up",
        "1 when the model is served.",
        [((status.key, status.state), float(status.state == "loaded")) for status in models],
        "model",
        "state",
    )
    yield _gauge(
        "model_trained_timestamp_seconds",
        "When the model was trained, in seconds since 1970.",
        [
            ((status.key,), datetime.fromisoformat(status.trained_at).timestamp())
            for status in models
            if status.trained_at
        ],
        "model",
    )
    measured = [(status.key, status.metrics.get("values") or {}) for status in models]
    values = [(key, {name: value for name, value in found.items() if value is not None}) for key, found in measured]
    yield _gauge(
        "model_quality",
        "What was measured of the model on held-out ratings when it was trained.",
        [
            ((key, name), float(found[name]))
            for key, found in values
            for name in _QUALITY
            if found.get(name) is not None
        ],
        "model",
        "measure",
    )


def _of_processes() -> Iterator[Metric]:
    numbers: Counter[tuple[str, ...]] = Counter()
    sums: Counter[tuple[str, ...]] = Counter()
    for process, role in _server_processes():
        numbers[role,] += 1
        for kind, value in _memory(process).items():
            sums[role, kind] += value
    yield _gauge("processes", "Processes of this server.", [(key, float(n)) for key, n in numbers.items()], "role")
    yield _gauge(
        "process_memory_bytes",
        "Memory of a role's processes: rss counts shared pages in each, pss splits them, uss leaves them out.",
        [(key, float(size)) for key, size in sums.items()],
        "role",
        "kind",
    )


def _gauge(name: str, text: str, samples: Iterable[tuple[tuple[str, ...], float]], *labels: str) -> Metric:
    family = GaugeMetricFamily(f"cinematch_{name}", text, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family


def _info(name: str, text: str, labels: Mapping[str, str]) -> Metric:
    return _gauge(f"{name}_info", text, [(tuple(labels.values()), 1.0)], *labels)


def _server_processes() -> list[tuple[psutil.Process, str]]:
    here = psutil.Process()
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return [(here, "single")]
    parent = here.parent()
    if parent is None:
        return [(here, "worker")]
    return [(parent, "master"), *((child, "worker") for child in parent.children())]


def _memory(process: psutil.Process) -> dict[str, int]:
    try:
        facts = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return {}  # it ended meanwhile
    return {kind: getattr(facts, kind) for kind in ("rss", "pss", "uss") if hasattr(facts, kind)}
