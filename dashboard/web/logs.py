"""Log lines as text or as JSON, for the application and for gunicorn alike."""

import logging
import os
import sys
import time
from typing import Any

import orjson
from gunicorn.glogging import Logger

__all__ = ["GunicornLogger", "JsonFormatter", "configure_logging", "make_formatter"]

_TEXT = "%(asctime)s %(levelname)s [%(process)d] %(name)s: %(message)s"
_ACCESS = {"h": "remote", "m": "method", "U": "path", "q": "query", "s": "status", "B": "bytes", "D": "took_us"}
_NUMBERS = {"status", "took_us"}
_ACCESS_HEADERS = {"{x-request-id}o": "request_id", "{user-agent}i": "user_agent", "{referer}i": "referer"}


class JsonFormatter(logging.Formatter):
    """One JSON object on a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; of gunicorn's access log its parts, not its text."""
        document: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "pid": record.process,
        }
        if record.name == "gunicorn.access" and isinstance(record.args, dict):
            names = {**_ACCESS, **_ACCESS_HEADERS}
            # Past gunicorn's own quoting, which is for text: JSON has its own.
            atoms = dict(record.args)
            document |= {name: atoms[atom] for atom, name in names.items() if atom in atoms}
            document |= {name: int(document[name]) for name in _NUMBERS & document.keys()}
        else:
            document["message"] = record.getMessage()
            if (request_id := _request_id()) is not None:
                document["request_id"] = request_id
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return orjson.dumps({name: _plain(value) for name, value in document.items()}, default=str).decode()


def _plain(value: object) -> object:
    # What clients send may hold lone surrogates, for which JSON has no form.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _request_id() -> str | None:
    # A log line of gunicorn's master must not import Flask before the application does.
    loaded = sys.modules.get("dashboard.web.request_ids")
    return loaded.current_request_id() if loaded is not None else None


def make_formatter(log_format: str) -> logging.Formatter:
    """Return the formatter of `CINEMATCH_LOG_FORMAT`: ``text`` or ``json``."""
    return JsonFormatter() if log_format == "json" else logging.Formatter(_TEXT)


def configure_logging(log_format: str) -> None:
    """Send the application's log to stderr, once however often this is called."""
    logger = logging.getLogger("cinematch")
    handler = next((known for known in logger.handlers if known.get_name() == "cinematch"), None)
    if handler is None:
        handler = logging.StreamHandler()
        handler.set_name("cinematch")
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    handler.setFormatter(make_formatter(log_format))


class GunicornLogger(Logger):
    """gunicorn's logger in the application's format."""

    def setup(self, cfg: Any) -> None:
        """Replace the formatters of what gunicorn has set up."""
        super().setup(cfg)
        if os.environ.get("CINEMATCH_LOG_FORMAT") == "json":
            for logger in (self.error_log, self.access_log):
                for handler in logger.handlers:
                    handler.setFormatter(JsonFormatter())
