"""The project's log goes to stderr once, as text or as one JSON object a line."""

import json
import logging
from collections.abc import Iterator

import pytest

from core.logs import JsonFormatter, configure_logging
from dashboard.web.logs import make_formatter


@pytest.fixture(autouse=True)
def _quiet_logger() -> Iterator[None]:
    logger = logging.getLogger("cinematch")
    handlers, level = logger.handlers[:], logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_logs_go_to_stderr_as_text_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("cinematch.models")
    configure_logging(logging.Formatter("%(levelname)s %(message)s"), logging.WARNING)
    log.info("not shown")
    log.warning("one %s", "word")
    assert capsys.readouterr().err == "WARNING one word\n"
    configure_logging(JsonFormatter())
    try:
        raise ValueError("no")
    except ValueError:
        log.exception("failed")
    captured = capsys.readouterr()
    entry = json.loads(captured.err)
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "cinematch.models", "failed")
    assert "ValueError: no" in entry["exception"]
    assert captured.out == ""


def test_the_command_line_and_the_server_write_the_same_object() -> None:
    record = logging.makeLogRecord({"name": "cinematch", "levelname": "INFO", "msg": "hello"})
    assert json.loads(make_formatter("json").format(record)) == json.loads(JsonFormatter().format(record))


def test_another_handler_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    other = logging.NullHandler()
    logger = logging.getLogger("cinematch")
    logger.addHandler(other)
    configure_logging(logging.Formatter())
    configure_logging(logging.Formatter())
    logger.warning("once")
    assert other in logger.handlers
    assert capsys.readouterr().err == "once\n"
