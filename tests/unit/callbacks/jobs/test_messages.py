"""The sentence that a page shows for an exception."""

import pytest
from dash.exceptions import BackgroundCallbackError

from callbacks.jobs.manager import job_error_message
from core.errors import UnknownIdError


@pytest.mark.parametrize("message", ["The job failed.", "Two\nlines.", "Traceback-like: text"])
def test_a_jobs_message_comes_without_its_traceback(message: str) -> None:
    trace = 'Traceback (most recent call last):\n  File "/srv/app.py", line 1\nValueError: x'
    error = BackgroundCallbackError(f"An error occurred inside a background callback: {message}\n{trace}")
    assert job_error_message(error) == message


def test_a_message_without_traceback_is_shown_whole() -> None:
    error = BackgroundCallbackError("An error occurred inside a background callback: Busy.\n")
    assert job_error_message(error) == "Busy."


def test_own_errors_speak_and_bugs_keep_their_details() -> None:
    assert job_error_message(UnknownIdError("no user 9")) == "no user 9"
    assert "secret" not in job_error_message(RuntimeError("secret path"))
