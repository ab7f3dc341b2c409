"""Run a page's function as a job: Dash's callback context around it, its outcome into the outbox."""

import asyncio
import contextvars
import inspect
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash._callback_context import context_value
from dash._utils import AttributeDict
from dash.background_callback._proxy_set_props import ProxySetProps
from dash.exceptions import PreventUpdate

from callbacks.jobs.outbox import JobError, Outbox
from callbacks.jobs.storing import StoreUnavailableError
from core.errors import CineMatchError

__all__ = ["JobFunction", "run_job"]

log = logging.getLogger("cinematch.jobs")
_NO_UPDATE = {"_dash_no_update": "_dash_no_update"}


@dataclass(frozen=True)
class JobFunction:
    """The function of a background callback.

    Attributes
    ----------
    function
        What the page has registered.
    takes_progress
        Whether the first argument sets the progress.
    name
        Under which every process of the server knows it.
    time_limit_s
        Longest run in seconds on a worker, where it is not that of the manager.
    """

    function: Callable[..., Any]
    takes_progress: bool
    name: str = ""
    time_limit_s: float | None = None

    def call(self, set_progress: Callable[[Any], None], arguments: Any) -> Any:
        """Call the function with Dash's grouping of arguments: a dictionary, a list, or one value."""
        first = [set_progress] if self.takes_progress else []
        if isinstance(arguments, dict):
            value = self.function(*first, **arguments)
        elif isinstance(arguments, list | tuple):
            value = self.function(*first, *arguments)
        else:
            value = self.function(*first, arguments)
        return asyncio.run(value) if inspect.iscoroutine(value) else value


def run_job(
    key: str,
    job: JobFunction,
    arguments: Any,
    context: dict[str, Any],
    outbox: Outbox,
    before: Callable[[], object] = lambda: None,
    after: Callable[[], object] = lambda: None,
    passing: tuple[type[Exception], ...] = (),
) -> None:
    """Run `job` to its end and post its result, or its error; never raises for what the function does.

    Parameters
    ----------
    before, after
        Called around the function; a result is posted when both are done.
    passing
        What is raised instead of being posted: the job is tried again.
    """

    def set_progress(values: Any) -> None:
        try:
            outbox.post_progress(key, list(values) if isinstance(values, list | tuple) else [values])
        except StoreUnavailableError as error:
            # The work is worth more than to be seen; its end is told, or not, as it is.
            log.warning("how far background job %s is cannot be told: %s", key, error)

    def set_props(component: str, props: dict[str, Any]) -> None:
        outbox.post_props(key, {component: props})

    def call() -> Any:
        callback_context = AttributeDict(**context)
        callback_context.ignore_register_page = False
        callback_context.updated_props = ProxySetProps(set_props)  # type: ignore[no-untyped-call]
        context_value.set(callback_context)
        before()
        value = job.call(set_progress, arguments)
        after()
        return value

    try:
        value = contextvars.copy_context().run(call)
    except PreventUpdate:
        outbox.post_result(key, _NO_UPDATE)
    except passing:
        raise
    except CineMatchError as error:
        log.warning("background job %s: %s", key, error)
        outbox.post_error(key, JobError(str(error), traceback.format_exc()))
    except Exception as error:
        log.exception("background job %s failed", key)
        message = f"The job failed with {type(error).__name__}: {error}. The server's log has the details."
        outbox.post_error(key, JobError(message, traceback.format_exc()))
    else:
        outbox.post_result(key, value)
