"""The project's log goes to stderr once, as text or as one JSON object a line."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from core.logs import JsonFormatter, TextFormatter, configure_logging
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


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "\x1b[2J", "\x9b2J", "\u202eabc", "a\u2028b", "\x00", "\x7f"])
def test_a_line_of_text_stays_one_line_without_escapes(text: str) -> None:
    formatter = TextFormatter("%(levelname)s %(message)s")
    line = formatter.format(logging.makeLogRecord({"levelname": "INFO", "msg": "asked for %s", "args": (text,)}))
    assert line.splitlines() == [line]
    assert line.isprintable()
    assert formatter.format(logging.makeLogRecord({"levelname": "INFO", "msg": "Amélie 天"})).endswith("Amélie 天")


def test_what_an_exception_says_cannot_be_taken_for_a_record() -> None:
    try:
        raise ValueError("x\nINFO forged")
    except ValueError:
        record = logging.makeLogRecord({"levelname": "ERROR", "msg": "failed", "exc_info": sys.exc_info()})
    first, *others = TextFormatter("%(levelname)s %(message)s").format(record).splitlines()
    assert first == "ERROR failed"
    assert others
    assert all(line.startswith("  ") for line in others)
