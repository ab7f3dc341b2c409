"""Whether the process is up, and whether it can do its work."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask, Response

from core.display.paths import without_directories
from core.views import Learning, ModelStatus

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["install_health", "readiness"]


def readiness(
    models: Sequence[ModelStatus],
    storage_trouble: str | None = None,
    newer_data: str | None = None,
    learning: Learning | None = None,
    jobs_trouble: str | None = None,
    published: str | None = None,
) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the document: which models serve, what is learned, what can be kept, what data wait.

    `published` is the name of the published version that is served.

    200 `ready` when all is well, 200 `degraded` when some models serve, nothing can be kept or no background job is
    done, 503 `unavailable` when no model serves.
    """
    loaded = sum(status.state == "loaded" for status in models)
    whole = loaded == len(models) and storage_trouble is None and jobs_trouble is None
    word = "unavailable" if loaded == 0 else "ready" if whole else "degraded"
    reasons = {status.key: status.reason and without_directories(status.reason) for status in models}
    states = {status.key: {"state": status.state, "reason": reasons[status.key]} for status in models}
    storage = {"state": "failed" if storage_trouble else "ok", "reason": storage_trouble}
    waits = newer_data and without_directories(newer_data)
    return 200 if loaded else 503, {
        "status": word,
        "models": states,
        "storage": storage,
        "dataset": {
            "state": "waiting" if newer_data else "ok",
            "reason": waits,
            **({} if published is None else {"version": published}),
        },
        "learning": _learning(learning),
        "jobs": {"state": "failed" if jobs_trouble else "ok", "reason": jobs_trouble},
    }


def _learning(learning: Learning | None) -> dict[str, Any]:
    if learning is None:
        return {"state": "done", "models": [], "measures": [], "seconds_left": None, "reason": None}
    left = learning.seconds_left
    return {
        "state": learning.state,
        "models": learning.pending("fits"),
        "measures": learning.pending("measures"),
        "seconds_left": None if left is None else round(left),
        "reason": without_directories(" ".join(learning.trouble())) or None,
    }


def install_health(
    server: Flask,
    prefixes: Iterable[str],
    service: "CineMatch",
    jobs_trouble: Callable[[], str | None],
) -> None:
    """Serve `healthz` and `readyz` below each prefix."""

    def healthz() -> Response:
        return Response(b'{"status":"ok"}', mimetype="application/json")

    def readyz() -> Response:
        status, document = readiness(
            service.models(),
            service.storage_trouble(),
            service.newer,
            service.learning,
            jobs_trouble(),
            service.published,
        )
        return Response(orjson.dumps(document), status, mimetype="application/json")

    for number, prefix in enumerate(prefixes):
        server.add_url_rule(f"{prefix}healthz", f"healthz_{number}", healthz)
        server.add_url_rule(f"{prefix}readyz", f"readyz_{number}", readyz)
