"""Whether the process is up, and whether it can do its work."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from flask import Flask, Response

from core.display.paths import without_directories
from core.views import ModelStatus

__all__ = ["install_health", "readiness"]


def readiness(models: Sequence[ModelStatus]) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the document that say which models serve.

    200 `ready` when all do, 200 `degraded` when some do, 503 `unavailable` when none does.
    """
    loaded = sum(status.state == "loaded" for status in models)
    word = "unavailable" if loaded == 0 else "ready" if loaded == len(models) else "degraded"
    reasons = {status.key: status.reason and without_directories(status.reason) for status in models}
    states = {status.key: {"state": status.state, "reason": reasons[status.key]} for status in models}
    return 200 if loaded else 503, {"status": word, "models": states}


def install_health(server: Flask, prefixes: Iterable[str], models: Callable[[], Sequence[ModelStatus]]) -> None:
    """Serve `healthz` and `readyz` below each prefix."""

    def healthz() -> Response:
        return Response(b'{"status":"ok"}', mimetype="application/json")

    def readyz() -> Response:
        status, document = readiness(models())
        return Response(orjson.dumps(document), status, mimetype="application/json")

    for number, prefix in enumerate(prefixes):
        server.add_url_rule(f"{prefix}healthz", f"healthz_{number}", healthz)
        server.add_url_rule(f"{prefix}readyz", f"readyz_{number}", readyz)
