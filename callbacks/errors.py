"""How a callback that failed tells the person."""

import logging
from typing import Any

import dash

from callbacks.jobs.manager import job_error_message
from core.errors import CineMatchError
from dashboard.shell_ids import Shell

__all__ = ["notify", "notify_error"]

log = logging.getLogger("cinematch.web")


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


def notify_error(error: Exception) -> Any:
    """Handle what a callback raised: log what is a bug, tell the person what to do, leave the page as it is."""
    if not isinstance(error, CineMatchError):
        log.error("a callback failed", exc_info=error)
    notify("This did not work", job_error_message(error), error=True)
    return dash.no_update
