"""Memory of the process, the container and the models; loading under a budget."""

from __future__ import annotations

import ctypes
import gc
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import CineMatchError
from core.memory_limit import container_limit, model_budget_mb, process_memory
from core.store.artifact import get_model_metadata
from core.store.loader import dataset_of, load_model_safe, open_artifact
from core.store.priority import Footprint, footprint, loading_order

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.recommenders.base import Recommender
    from core.settings import Settings

__all__ = [
    "SequentialLoad",
    "aggressive_gc",
    "container_limit",
    "default_budget_mb",
    "estimate_model_memory_requirement",
    "get_memory_usage_mb",
    "load_model_with_gc",
    "load_models_sequential",
    "memory_report",
    "print_memory_report",
    "process_memory",
]

_LOG = logging.getLogger("cinematch.memory")

Paths = Iterable[Path | str] | Mapping[str, Path | str]
"""Model paths, or names with their paths; results are keyed by what was given."""


class SequentialLoad(NamedTuple):
    """What `load_models_sequential` returns; it unpacks into two dictionaries."""

    models: dict[Path | str, Any]
    """Loaded models by what was given."""
    left_out: dict[Path | str, str]
    """For each model left out, why."""


def default_budget_mb(settings: Settings | None = None) -> float:
    """Return the memory that models may take, in MB: the setting, else the rule of `core.memory_limit`."""
    if settings is None:
        return model_budget_mb()
    return model_budget_mb(settings.memory_budget_mb, settings.workers)


def get_memory_usage_mb(unique: bool = False) -> float:
    """Return this process's memory in MB.

    Parameters
    ----------
    unique : bool
        The USS (pages that no other process shares) instead of the RSS (all pages in memory).
    """
    if unique:
        return process_memory()["uss"]
    import psutil

    return float(psutil.Process().memory_info().rss) / (1024 * 1024)


def aggressive_gc() -> float:
    """Collect all generations and give free heap back to the system; return the MB released, never below 0."""
    before = get_memory_usage_mb()
    for generation in range(3):
        gc.collect(generation)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    return max(before - get_memory_usage_mb(), 0.0)


def estimate_model_memory_requirement(path: Path | str) -> dict[str, float]:
    """Return what a model takes in memory, from its manifest's array sizes.

    Returns
    -------
    dict
        In MB: ``mapped_mb`` (shared by all processes, can be taken back by the system), ``resident_mb`` (each
        process's own) and their sum ``total_mb``. Members of an ensemble have artifacts, and sizes, of their own.

    Raises
    ------
    ArtifactError
        When there is no artifact at `path`.
    """
    sizes = get_model_metadata(path)["sizes"]
    return {"mapped_mb": sizes["mapped"], "resident_mb": sizes["resident"], "total_mb": sizes["disk"]}


def load_model_with_gc(path: Path | str, dataset: Dataset | None = None) -> Any:
    """Load a model as `load_model_safe` does, then collect garbage; size, time and RSS go to the log."""
    before = get_memory_usage_mb()
    started = time.perf_counter()
    model = load_model_safe(path, dataset)
    seconds = time.perf_counter() - started
    aggressive_gc()
    _LOG.info(
        "loaded %s (%.1f MB on disk) in %.3f s; RSS %.0f MB before, %.0f MB after",
        path,
        _disk_mb(Path(path)),
        seconds,
        before,
        get_memory_usage_mb(),
    )
    return model


def load_models_sequential(
    paths: Paths, budget_mb: float | None = None, dataset: Dataset | None = None
) -> SequentialLoad:
    """Load models one after another, the smallest footprint first, until the budget is reached.

    Parameters
    ----------
    paths : iterable of path, or mapping of name to path
    budget_mb : float, optional
        Mapped and resident memory of all models together; by default `default_budget_mb`.
    dataset : Dataset, optional
        By default the one that each manifest names.

    Returns
    -------
    SequentialLoad
        The loaded models and, for each one left out, why. One broken model never stops the others. An ensemble
        shares the members that are among `paths` and counts with those that are not.
    """
    given: dict[Path | str, Path] = (
        {name: Path(path) for name, path in paths.items()}
        if isinstance(paths, Mapping)
        else {path: Path(path) for path in paths}
    )
    budget = default_budget_mb() if budget_mb is None else float(budget_mb)
    result = SequentialLoad({}, {})
    manifests: dict[Path | str, dict[str, Any]] = {}
    for name, path in given.items():
        try:
            manifests[name] = get_model_metadata(path)
        except CineMatchError as error:
            result.left_out[name] = str(error)
    used = 0.0
    loaded: dict[Path, Recommender] = {}
    datasets: dict[str, Dataset] = {}
    for name in _smallest_first(given, manifests):
        path, manifest = given[name], manifests[name]
        try:
            needed = _footprint(path, manifest, loaded)
            if used + needed > budget:
                result.left_out[name] = (
                    f"It needs {needed:.1f} MB, and {budget - used:.1f} MB of the budget of {budget:.1f} MB are left."
                )
                continue
            trained_on = str((manifest.get("dataset") or {}).get("fingerprint"))
            data = dataset or datasets.get(trained_on) or dataset_of(manifest, path)
            datasets[trained_on] = data
            members = {key: loaded[path.parent / key] for key in manifest["members"] if path.parent / key in loaded}
            model = open_artifact(path, manifest, data, members)
        except Exception as error:  # noqa: BLE001
            # Whatever a damaged artifact makes an algorithm raise must not stop the others.
            result.left_out[name] = str(error) or type(error).__name__
            continue
        used += needed
        loaded[path] = model
        for key, member in model.members.items():
            loaded.setdefault(path.parent / key, member)
        result.models[name] = model
        aggressive_gc()
    return result


def memory_report(paths: Paths, budget_mb: float | None = None) -> dict[str, Any]:
    """Return what `print_memory_report` shows, as plain values in MB.

    Returns
    -------
    dict
        ``limit_mb``, ``limit_source``, ``budget_mb``, ``process`` (rss, uss, pss), and ``models``: a row each
        with ``name``, ``path``, ``disk_mb``, ``mapped_mb``, ``resident_mb``, ``fits`` (within the budget, the
        most measured quality per megabyte first) and ``problem``.
    """
    named = paths.items() if isinstance(paths, Mapping) else ((Path(path).name, path) for path in paths)
    limit, where = container_limit()
    budget = default_budget_mb() if budget_mb is None else float(budget_mb)
    rows: list[dict[str, Any]] = []
    for name, path in named:
        row: dict[str, Any] = {"name": str(name), "path": str(path), "fits": False, "problem": None}
        try:
            sizes = get_model_metadata(path)["sizes"]
            row |= {f"{kind}_mb": sizes[kind] for kind in ("disk", "mapped", "resident")}
        except CineMatchError as error:
            row |= {"disk_mb": None, "mapped_mb": None, "resident_mb": None, "problem": str(error)}
        rows.append(row)
    # The order in which `core.store.cache.ModelCache` fills the same budget.
    by_path = {row["path"]: row for row in rows if row["problem"] is None}
    footprints = {path: _with_paths(path, get_model_metadata(path)) for path in by_path}
    used = 0.0
    for path in loading_order(footprints, budget):
        row = by_path[path]
        members = [by_path[member] for member in footprints[path].members if member in by_path]
        row["fits"] = used + row["disk_mb"] <= budget and all(member["fits"] for member in members)
        used += row["disk_mb"] if row["fits"] else 0.0
    return {
        "limit_mb": round(limit, 1),
        "limit_source": where,
        "budget_mb": round(budget, 1),
        "models_mb": round(used, 3),
        "process": {name: round(value, 1) for name, value in process_memory().items()},
        "models": rows,
    }


def print_memory_report(paths: Paths, budget_mb: float | None = None) -> None:
    """Print a table: each model's disk, mapped and resident MB, the container's limit, and what fits."""
    from rich.console import Console
    from rich.table import Table

    report = memory_report(paths, budget_mb)
    table = Table(
        title="Memory of models (MB)",
        caption=f"Limit {report['limit_mb']:,.0f} MB ({report['limit_source']}), budget for models "
        f"{report['budget_mb']:,.0f} MB, this process {report['process']['rss']:,.0f} MB resident.",
    )
    table.add_column("Model")
    for title in ("Disk", "Mapped", "Resident"):
        table.add_column(title, justify="right")
    table.add_column("Fits")
    for row in report["models"]:
        sizes = [_cell(row[f"{kind}_mb"]) for kind in ("disk", "mapped", "resident")]
        table.add_row(row["name"], *sizes, "yes" if row["fits"] else row["problem"] or "no: over the budget")
    Console().print(table)


def _with_paths(path: str, manifest: Mapping[str, Any]) -> Footprint:
    """Return a footprint whose members are named by their paths."""
    found = footprint(manifest)
    return replace(found, members=tuple(str(Path(path).parent / key) for key in found.members))


def _cell(size: float | None) -> str:
    return "-" if size is None else f"{size:,.1f}"


def _disk_mb(path: Path) -> float:
    files = [path] if path.is_file() else list(path.glob("*"))
    return sum(file.stat().st_size for file in files) / (1024 * 1024)


def _footprint(path: Path, manifest: Mapping[str, Any], loaded: Mapping[Path, object]) -> float:
    """Size of a model and of those of its members that are not loaded yet, in MB."""
    missing = [path.parent / key for key in manifest["members"] if path.parent / key not in loaded]
    sizes = [manifest["sizes"], *(get_model_metadata(member)["sizes"] for member in missing)]
    return sum(float(size["disk"]) for size in sizes)


def _smallest_first(
    given: Mapping[Path | str, Path], manifests: Mapping[Path | str, Mapping[str, Any]]
) -> list[Path | str]:
    """Order by size; an ensemble comes after its members that are among those given."""
    sizes = {given[name]: float(manifest["sizes"]["disk"]) for name, manifest in manifests.items()}

    def weight(name: Path | str) -> tuple[float, int, str]:
        path, members = given[name], manifests[name]["members"]
        together = sizes[path] + sum(sizes.get(path.parent / key, 0.0) for key in members)
        return together, len(members), str(name)

    return sorted(manifests, key=weight)
