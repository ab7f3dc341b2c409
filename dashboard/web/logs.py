"""The server's log lines: what gunicorn knows of a request and which request a line belongs to."""

import logging
import os
import re
import sys
from typing import Any

from gunicorn.glogging import Logger

from core.logs import JsonFormatter, TextFormatter

__all__ = ["GunicornLogger", "ServerJsonFormatter", "make_formatter"]

_TEXT = "%(asctime)s %(levelname)s [%(process)d] %(name)s: %(message)s"
_ACCESS = {"h": "remote", "m": "method", "U": "path", "q": "query", "s": "status", "B": "bytes", "D": "took_us"}
_QUERIES = ("q", "r", "f", "{referer}i", "{query_string}e", "{raw_uri}e", "{request_uri}e")
_NUMBERS = {"status", "took_us"}
_HANDLES = re.compile(r"(?<![^?&])(cacheKey|job|oldJob|cancelJob|endId)=[^&\s]*")
"""In queries: what Dash signs for one browser. Whoever reads the log must not take up that browser's jobs."""
_ACCESS_HEADERS = {"{x-request-id}o": "request_id", "{user-agent}i": "user_agent", "{referer}i": "referer"}


class ServerJsonFormatter(JsonFormatter):
    """A JSON object a line, with the id of the request; of gunicorn's access log its parts, not its text."""

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return the parts of an access, or the message and the id of the request that it belongs to."""
        if record.name == "gunicorn.access" and isinstance(record.args, dict):
            names = {**_ACCESS, **_ACCESS_HEADERS}
            # Past gunicorn's own quoting, which is for text: JSON has its own.
            atoms = dict(record.args)
            known = {name: atoms[atom] for atom, name in names.items() if atom in atoms}
            return known | {name: int(known[name]) for name in _NUMBERS & known.keys()}
        request_id = _request_id()
        return super().fields(record) | ({} if request_id is None else {"request_id": request_id})


def _request_id() -> str | None:
    # A log line of gunicorn's master must not import Flask before the application does.
    loaded = sys.modules.get("dashboard.web.request_ids")
    return loaded.current_request_id() if loaded is not None else None


def make_formatter(log_format: str) -> logging.Formatter:
    """Return the formatter of `CINEMATCH_LOG_FORMAT`: ``text`` or ``json``."""
    return ServerJsonFormatter() if log_format == "json" else TextFormatter(_TEXT)


class GunicornLogger(Logger):
    """gunicorn's logger in the application's format."""

    def setup(self, cfg: Any) -> None:
        """Replace the formatters of what gunicorn has set up."""
        super().setup(cfg)
        as_json = os.environ.get("CINEMATCH_LOG_FORMAT") == "json"
        for logger, form in ((self.error_log, self.error_fmt), (self.access_log, self.access_fmt)):
            for handler in logger.handlers:
                handler.setFormatter(ServerJsonFormatter() if as_json else TextFormatter(form, self.datefmt))

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """Return what an access line may say, without the handles of anybody's jobs."""
        known = super().atoms(resp, req, environ, request_time)
        told = {
            name: _HANDLES.sub(r"\1=...", value) for name in _QUERIES if isinstance(value := known.get(name), str)
        }
        return {**known, **told}
