"""The measured part of ``docs/PERFORMANCE.md``: tables and curves from what `benchmarks.scale` has noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.scale_curves import draw_curves, exponent
from benchmarks.scale_peers import PEERS
from benchmarks.scale_targets import targets

__all__ = ["write_report"]

_BEGIN = "<!-- measured by benchmarks/scale.py: begin -->"
_END = "<!-- measured by benchmarks/scale.py: end -->"
Sizes = Mapping[str, Any]


def write_report(state: Mapping[str, Any], docs: Path, ratings: Mapping[str, int]) -> str:
    """Write tables and curves into the document between its marks, and return the tables."""
    sizes = {size: state["sizes"][size] for size in ratings if size in state["sizes"]}
    text = "\n\n".join(
        part for part in (_machine(state), *_tables(sizes, ratings), _draw(sizes, ratings, docs)) if part
    )
    docs.mkdir(parents=True, exist_ok=True)
    file = docs / "PERFORMANCE.md"
    whole = file.read_text(encoding="utf-8") if file.exists() else f"# Performance\n\n{_BEGIN}\n{_END}\n"
    before, _, rest = whole.partition(_BEGIN)
    after = rest.partition(_END)[2]
    file.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}", encoding="utf-8")
    return text


def _tables(sizes: Sizes, ratings: Mapping[str, int]) -> list[str]:
    return [
        _targets(sizes),
        _data(sizes, ratings),
        _training(sizes, ratings),
        _quality(sizes),
        _opening(sizes),
        _requests(sizes, ratings),
        _workers(sizes),
        _containers(sizes),
        _peers(sizes),
    ]


def _targets(sizes: Sizes) -> str:
    rows = targets(sizes.get("32m", {}))
    return _table("32,000,204 ratings against what was aimed at", ["work", "unit", "target", "measured", ""], rows)


def _machine(state: Mapping[str, Any]) -> str:
    machine = state.get("machine") or next((steps["machine"] for steps in state["sizes"].values()), {})
    libraries = ", ".join(f"{name} {number}" for name, number in machine.get("libraries", {}).items())
    beside = " Peers were measured beside training, on another core." if machine.get("beside") else ""
    return (
        f"Machine: {machine.get('cpu')}, {machine.get('cores')} cores, {machine.get('memory_gb')} GiB, Linux "
        f"{machine.get('kernel')}, Python {machine.get('python')}; {libraries}. One thread of BLAS, OpenMP and numba "
        f"each.{beside} Load average at the start of the last run {machine.get('load')}: CPU seconds count, wall "
        "times only where it was near 1. Peak memory is the kernel's VmHWM of the step's own process, mapped files, "
        "the interpreter and libraries (about 150 MB) included. Data: `core.data.synthetic`, seed 42."
    )


def _data(sizes: Sizes, ratings: Mapping[str, int]) -> str:
    rows = []
    for size, steps in sizes.items():
        for step, title in (("read", "ratings.csv to arrays"), ("ingest", "CSV files to a data set on disk")):
            if found := steps.get(step):
                rows.append([f"{ratings[size]:,}", title, *_cost(found), found.get("disk_mb"), found.get("load")])
    return _table("Ingest", ["ratings", "work", "CPU s", "wall s", "peak MB", "disk MB", "load"], rows)


def _training(sizes: Sizes, ratings: Mapping[str, int]) -> str:
    keys = _keys(sizes, "train")
    rows: list[list[Any]] = []
    for key in keys:
        row: list[Any] = [f"`{key}`"]
        for steps in sizes.values():
            found = steps.get("train", {}).get(key)
            row.append(_training_cell(found))
        rows.append([*row, _slope(sizes, ratings, lambda steps, key=key: steps["train"][key]["fit_cpu_s"])])
    total: list[Any] = ["all together"]
    for steps in sizes.values():
        done = [found for found in steps.get("train", {}).values() if "fit_cpu_s" in found]
        total.append(
            f"{sum(found['fit_cpu_s'] for found in done):.1f} / {max(found['peak_mb'] for found in done):,.0f} / "
            f"{sum(found['disk_mb'] for found in done):.1f}"
            if done
            else None
        )
    rows.append([*total, ""])
    header = ["algorithm", *(f"{size}: CPU s / peak MB / disk MB" for size in sizes), "exponent"]
    return _table("Training", header, rows)


def _training_cell(found: Mapping[str, Any] | None) -> str | None:
    if found is None:
        return None
    if "fit_cpu_s" not in found:
        return str(found.get("stopped"))
    return f"{found['fit_cpu_s']:.1f} / {found['peak_mb']:,.0f} / {found['disk_mb']:.1f}"


def _quality(sizes: Sizes) -> str:
    rows = [
        [
            size,
            found["sample"]["users"],
            found["sample"]["ratings"],
            found["sample"]["seed"],
            found["measured_cpu_s"],
            f"{found['peak_mb']:,.0f}",
            ", ".join(f"`{key}` {value:.3f}" for key, value in _best_first(found["ndcg"])),
        ]
        for size, steps in sizes.items()
        if (found := steps.get("measure") or {}).get("sample")
    ]
    header = [
        "size",
        "users",
        "ratings",
        "seed",
        "CPU s",
        "peak MB",
        "NDCG@10 of liked (per-user 80/20 in the sample)",
    ]
    return _table(
        "What `train` measures on a sample of the users, by which models are chosen for a budget", header, rows
    )


def _best_first(values: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(values.items(), key=lambda pair: -pair[1])


def _opening(sizes: Sizes) -> str:
    rows = [
        [size, found["models_mb"], found["warm_ms"], found["warm_cpu_ms"], found["cold_ms"]]
        for size, steps in sizes.items()
        if "warm_ms" in (found := steps.get("open") or {})
    ]
    header = ["size", "artifacts MB", "ms, page cache warm", "CPU ms", "ms, page cache dropped"]
    return _table("Opening the data set and all artifacts (imports done)", header, rows)


def _requests(sizes: Sizes, ratings: Mapping[str, int]) -> str:
    def asked(steps: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (steps.get("requests") or {}).get("algorithms", {}).get(key, {})
        return found

    keys = list(
        dict.fromkeys(key for steps in sizes.values() for key in (steps.get("requests") or {}).get("algorithms", {}))
    )
    rows = []
    for key in keys:
        row: list[Any] = [f"`{key}`"]
        for steps in sizes.values():
            found = asked(steps, key)
            row.append(
                f"{found['cpu_p50']:.2f} / {found['cpu_p99']:.2f} / {found['wall_p50']:.2f} / {found['wall_p99']:.2f}"
                if "cpu_p50" in found
                else found.get("stopped")
            )
        rows.append([*row, _slope(sizes, ratings, lambda steps, key=key: asked(steps, key)["cpu_p50"])])
    plain = [(steps.get("requests") or {}).get("plain") for steps in sizes.values()]
    if any(plain):
        cells = (f"{found['cpu_p50']:.2f} / {found['cpu_p99']:.2f}" if found else None for found in plain)
        rows.append(["a plain product, all movies x 100 factors", *cells, ""])
    header = ["algorithm", *(f"{size}: CPU p50 / p99 / wall p50 / p99, ms" for size in sizes), "exponent"]
    title = "One request: `CineMatch.recommend(user, n=10)`, 300 users at even steps along the scale of activity"
    return _table(title, header, rows)


def _workers(sizes: Sizes) -> str:
    rows = [
        [
            size,
            count,
            found["ready_s"],
            found.get("worker_ready_s"),
            found["pss_mb"],
            found.get("data_mb"),
            found.get("models_mb"),
            found["worker_uss_mb"],
            found["worker"]["pss"],
            found["worker"]["rss"],
            f"{found['requests']} ({found['failed']} failed)",
        ]
        for size, steps in sizes.items()
        for count, found in (steps.get("workers") or {}).items()
        if isinstance(found, dict)
    ]
    header = [
        "size",
        "workers",
        "ready s",
        "a killed one replaced s",
        "PSS of all MB",
        "of it pages of the data set",
        "of models",
        "USS of a worker MB",
        "its PSS",
        "its RSS",
        "requests before",
    ]
    return _table("gunicorn after load: master and workers", header, rows)


def _containers(sizes: Sizes) -> str:
    rows = []
    for size, steps in sizes.items():
        for limit, found in (steps.get("containers") or {}).items():
            if not isinstance(found, dict):
                continue
            if "loaded" not in found:
                rows.append([size, limit, found.get("stopped"), found.get("kills"), None, None, None])
                continue
            slowest = max((times["wall_p99"] for times in found["ms"].values()), default=None)
            left = ", ".join(found["left_out"])
            rows.append(
                [
                    size,
                    limit,
                    f"{len(found['loaded'])} models" + (f"; left out: {left}" if left else ""),
                    found["kills"],
                    found["anonymous_mb"],
                    f"{found['requests']} ({found['failed']} failed)",
                    slowest,
                ]
            )
    header = ["size", "limit MB", "serves", "killed", "anonymous MB", "requests", "worst p99 ms"]
    return _table("Two workers inside a memory cgroup (page cache counts, no swap)", header, rows)


def _peers(sizes: Sizes) -> str:
    rows = []
    for key, (_package, title, function) in PEERS.items():
        row: list[Any] = [f"{title} ({(function.__doc__ or '').strip().rstrip('.')})"]
        for steps in sizes.values():
            found = (steps.get("peers") or {}).get(key)
            row.append(_peer_cell(found))
        rows.append(row)
    header = ["peer", *(f"{size}: train CPU s / peak MB / request CPU ms p50 / p99" for size in sizes)]
    return _table("Peers, the same ratings and users, one thread", header, rows)


def _peer_cell(found: Mapping[str, Any] | None) -> str | None:
    if found is None:
        return None
    if "cpu_p50" not in found:
        took = f" (CPU {found['cpu_s']} s, peak {found['peak_mb']:,.0f} MB)" if "cpu_s" in found else ""
        return f"{found.get('stopped')}{took}"
    times = f"{found['cpu_p50']:.2f} / {found['cpu_p99']:.2f}"
    return f"{found['fit_cpu_s']:.1f} / {found['peak_mb']:,.0f} / {times}"


def _draw(sizes: Sizes, ratings: Mapping[str, int], docs: Path) -> str:
    def ours(step: str, read: Any) -> dict[str, list[tuple[float, float]]]:
        lines: dict[str, list[tuple[float, float]]] = {}
        for size, steps in sizes.items():
            found = steps.get(step) or {}
            found = found.get("algorithms", {}) if step == "requests" else found
            for key, measured in found.items():
                if isinstance(measured, dict) and (value := read(measured)) is not None:
                    lines.setdefault(key, []).append((float(ratings[size]), float(value)))
        return lines

    def titled(lines: dict[str, list[tuple[float, float]]]) -> dict[str, list[tuple[float, float]]]:
        return {PEERS[key][1].split(",")[0]: points for key, points in lines.items()}

    charts = (
        ("scale-training.svg", "Training", "CPU seconds", "train", "fit_cpu_s"),
        ("scale-memory.svg", "Peak memory of training", "MB", "train", "peak_mb"),
        ("scale-requests.svg", "One recommendation, median user", "CPU ms", "requests", "cpu_p50"),
    )
    links = []
    for file, title, unit, step, field in charts:
        lines = ours(step, lambda found, field=field: found.get(field) if "stopped" not in found else None)
        others = titled(
            ours("peers", lambda found, field=field: found.get(field) if "stopped" not in found else None)
        )
        if draw_curves(docs / "images" / file, title, unit, lines, others):
            links.append(f"![{title}: {unit} against number of ratings](images/{file})")
    return "\n\n".join(links)


def _slope(sizes: Sizes, ratings: Mapping[str, int], read: Any) -> str:
    points = []
    for size, steps in sizes.items():
        try:
            points.append((float(ratings[size]), float(read(steps))))
        except (KeyError, TypeError):
            continue
    found = exponent(points)
    return "" if found is None else f"{found:.2f}"


def _keys(sizes: Sizes, step: str) -> list[str]:
    return list(dict.fromkeys(key for steps in sizes.values() for key in steps.get(step, {})))


def _cost(found: Mapping[str, Any]) -> list[Any]:
    if "stopped" in found:
        return [found["stopped"], None, None]
    return [found["cpu_s"], found["wall_s"], f"{found['peak_mb']:,.0f}"]


def _table(title: str, header: list[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return ""
    lines = [f"### {title}", "", f"| {' | '.join(header)} |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join("-" if cell is None else str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
