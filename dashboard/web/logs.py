"""The server's log lines: what gunicorn knows of a request and which request a line belongs to."""

import logging
import os
import sys
from typing import Any

from gunicorn.glogging import Logger

from core.logs import JsonFormatter

__all__ = ["GunicornLogger", "ServerJsonFormatter", "make_formatter"]

_TEXT = "%(asctime)s %(levelname)s [%(process)d] %(name)s: %(message)s"
_ACCESS = {"h": "remote", "m": "method", "U": "path", "q": "query", "s": "status", "B": "bytes", "D": "took_us"}
_NUMBERS = {"status", "took_us"}
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
    return ServerJsonFormatter() if log_format == "json" else logging.Formatter(_TEXT)


class GunicornLogger(Logger):
    """gunicorn's logger in the application's format."""

    def setup(self, cfg: Any) -> None:
        """Replace the formatters of what gunicorn has set up."""
        super().setup(cfg)
        if os.environ.get("CINEMATCH_LOG_FORMAT") == "json":
            for logger in (self.error_log, self.access_log):
                for handler in logger.handlers:
                    handler.setFormatter(ServerJsonFormatter())
