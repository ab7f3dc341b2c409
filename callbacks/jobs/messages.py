"""From an exception in a callback to the sentence that a page shows."""

from dash.exceptions import BackgroundCallbackError

from core.errors import CineMatchError

__all__ = ["job_error_message"]

_DASH_PREFIX = "An error occurred inside a background callback: "
_TRACE_START = "\nTraceback (most recent call last):"


def job_error_message(error: Exception) -> str:
    """Return what to tell a person about `error`, the argument of a callback's `on_error` function.

    Dash hands over a job's message and traceback as one text; the traceback is for the log, not for the page.
    """
    if isinstance(error, BackgroundCallbackError):
        return str(error).removeprefix(_DASH_PREFIX).partition(_TRACE_START)[0].strip()
    if isinstance(error, CineMatchError):
        return str(error)
    return f"Something went wrong ({type(error).__name__}). The server's log has the details."
