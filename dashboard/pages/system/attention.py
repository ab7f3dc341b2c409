"""Whether something needs a person, in sentences."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from core.views import DiskUse, JobView, ModelStatus
from dashboard.components.icons import icon
from dashboard.web.traffic import TrafficHour

__all__ = ["attention", "needs"]

_FULL = 0.9
_LITTLE_DISK = 0.05
_SLOW_MS = 1000.0


def needs(
    models: Sequence[ModelStatus],
    traffic: TrafficHour,
    memory_share: float,
    disk: DiskUse,
    jobs: Sequence[JobView],
) -> list[str]:
    """Return what somebody should look at, the most urgent first, each with what to do.

    Parameters
    ----------
    memory_share : float
        Of the limit, taken by all processes.
    """
    found = []
    lost = [status for status in models if status.state != "loaded" and not status.learning]
    if len(lost) == len(models):
        found.append("No model is loaded, so nothing can be recommended: run `cinematch train`.")
    else:
        found += [f"{status.name} is not served: {status.reason or status.state}." for status in lost]
    if traffic.total.failed:
        worst = max(traffic.routes, key=lambda row: row.failed)
        found.append(
            f"{traffic.total.failed:,} answers failed in the last hour, most of them of {worst.name}: the "
            "server's log has the reasons."
        )
    if memory_share > _FULL:
        found.append(
            f"{memory_share:.0%} of the memory is taken: raise the container's limit, or set "
            "CINEMATCH_MEMORY_BUDGET_MB lower."
        )
    if disk.total_mb and disk.free_mb / disk.total_mb < _LITTLE_DISK:
        found.append(f"Only {disk.free_mb:,.0f} MB are free on the disk of the cache: make room.")
    slow = traffic.total.p95
    if slow is not None and slow > _SLOW_MS:
        found.append(
            f"One answer in twenty took more than {slow / 1000:.1f} s in the last hour: raise CINEMATCH_WORKERS, or "
            "look at the slowest route below."
        )
    failed = [job for job in jobs if job.state == "failed"]
    if failed:
        found.append(f"{len(failed)} background jobs failed in the last day, the latest: {failed[0].title}.")
    return [sentence.replace("..", ".") for sentence in found]


def attention(sentences: Sequence[str]) -> Component:
    """Return the sentences, or that there is none."""
    if not sentences:
        return html.P("Nothing needs you: all is served, and nothing failed in the last hour.", className="well")
    return html.Ul(
        [html.Li([icon("alert"), html.Span(sentence)]) for sentence in sentences],
        className="panel needs",
        **{"aria-label": "What needs a person"},
    )
