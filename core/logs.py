"""Log lines on stderr, as text or as one JSON object each: one form for the command line and the server."""

import logging
import re
import sys
import time
from typing import Any

import orjson

__all__ = ["LOGGER", "JsonFormatter", "TextFormatter", "configure_logging"]

LOGGER = "cinematch"
"""The logger that all of the project's are children of."""


# What ends a line, moves a terminal's cursor or turns the direction of writing: C0, DEL, C1, separators, bidi marks.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class TextFormatter(logging.Formatter):
    """A line for each record, whatever it quotes: control characters are written out, further lines are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the record's line."""
        return _written_out(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """Return a traceback whose lines cannot be taken for records."""
        return "\n".join(f"  {_written_out(line)}" for line in super().formatException(ei).split("\n"))


def _written_out(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class JsonFormatter(logging.Formatter):
    """One JSON object on a line: ``time`` (UTC), ``level``, ``logger``, ``pid``, the `fields`, ``exception``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        document: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "pid": record.process,
            **self.fields(record),
        }
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return orjson.dumps({name: _encodable(value) for name, value in document.items()}, default=str).decode()

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return what a record says; a server adds what it knows of the request."""
        return {"message": record.getMessage()}


def configure_logging(formatter: logging.Formatter, level: int = logging.INFO) -> None:
    """Send the project's log to stderr, once however often this is called."""
    logger = logging.getLogger(LOGGER)
    for handler in [known for known in logger.handlers if known.get_name() == LOGGER]:
        logger.removeHandler(handler)
    handler = logging.StreamHandler(sys.stderr)
    handler.set_name(LOGGER)
    handler.setFormatter(formatter)
    logger.addHandler(handler)
    logger.setLevel(level)


def _encodable(value: object) -> object:
    # What clients send may hold lone surrogates, for which JSON has no form.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
