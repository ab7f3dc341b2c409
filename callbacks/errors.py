"""How a callback that failed tells the person."""

import logging
import traceback
from collections import Counter
from typing import Any

import dash

from callbacks.jobs.manager import job_error_message
from core.errors import CineMatchError
from dashboard.shell_ids import Shell
from dashboard.web.metrics import note_failure

__all__ = ["notify", "notify_error"]

log = logging.getLogger("cinematch.web")

_seen: Counter[tuple[type[Exception], str]] = Counter()
"""Faults by kind and line of code, of which there are not many."""


def notify(title: str, message: str, *, error: bool = False) -> None:
    """Show a notification; call it from inside a callback."""
    dash.set_props(
        Shell.NOTIFICATIONS,
        {
            "sendNotifications": [
                {
                    "action": "show",
                    "title": title,
                    "message": message,
                    "color": "red" if error else "gold",
                    "autoClose": False if error else 6000,
                    "withCloseButton": True,
                    "closeButtonProps": {"aria-label": "Close this message"},
                }
            ]
        },
    )


def _log(error: Exception) -> None:
    """Log where and why, with the way there once: whoever sends nonsense again and again must not fill the disk."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    kind = (type(error), place)
    _seen[kind] += 1
    if _seen[kind] == 1:
        log.error("a callback failed", exc_info=error)
    else:
        log.error("a callback failed for the %d. time with %s at %s", _seen[kind], type(error).__name__, place)


def notify_error(error: Exception) -> Any:
    """Handle what a callback raised: log what is a bug, tell the person what to do, leave the page as it is."""
    if not isinstance(error, CineMatchError):
        note_failure()
        _log(error)
    notify("This did not work", job_error_message(error), error=True)
    return dash.no_update
