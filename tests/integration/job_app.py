"""A tiny Dash application with one background callback, for tests of the job machinery under real gunicorn."""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dash import Dash, Input, Output, ctx, html, set_props
from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from callbacks.jobs.forked import make_background_manager
from callbacks.jobs.manager import BackgroundManager, job_error_message
from core.errors import CineMatchError
from dashboard.web.warm_up import warm_up

log = logging.getLogger("job_app")

_tmp = Path(os.environ["JOB_APP_DIR"])
_options: dict[str, Any] = {
    "fingerprint": lambda: "test",
    "time_limit_s": float(os.environ.get("JOB_APP_TIME_LIMIT", "30")),
    "slots": int(os.environ.get("JOB_APP_SLOTS", "2")),
    "queue": 1,
    "size_limit_mb": 2,
}


def _manager() -> BackgroundManager:
    if url := os.environ.get("JOB_APP_REDIS"):
        from callbacks.jobs.cluster.manager import make_celery_manager

        return make_celery_manager(url, _tmp / "cache", **_options)
    return make_background_manager(_tmp / "cache", **_options)


manager = _manager()
queue = getattr(manager, "queue", None)
server = Flask(__name__)
server.secret_key = "only for tests"
server.wsgi_app = ProxyFix(server.wsgi_app, x_for=1)  # type: ignore[method-assign]
app = Dash(
    __name__,
    server=server,
    background_callback_manager=manager,
    assets_folder=str(Path(__file__).resolve().parents[2] / "assets"),
    assets_ignore=r"^(?!40-job-polls\.js$)",
)
app.layout = html.Div(
    [
        html.Button(id="start"),
        html.Button("stop", id="stop"),
        html.Div(id="result"),
        html.Div(id="step"),
        html.Div(id="side"),
    ]
)


@server.after_request
def name_worker(response: Response) -> Response:
    response.headers["X-Worker"] = str(os.getpid())
    return response


_lock = threading.Lock()


@server.get("/take-lock")
def take_lock() -> str:
    """Take a lock for good, as a thread does that is inside it while another one forks."""
    return str(_lock.acquire(blocking=False))


def _until(name: str) -> None:
    while not (_tmp / name).exists():
        time.sleep(0.02)


def _sockets() -> list[str]:
    links = [str(path.readlink()) for path in list(Path("/proc/self/fd").iterdir()) if path.is_symlink()]
    return [link for link in links if link.startswith("socket:")]


def _facts() -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "session": os.getsid(0),
        "nice": os.nice(0),
        "sockets": _sockets(),
        "threads": os.environ["OMP_NUM_THREADS"],
        "triggered": ctx.triggered_id,
    }


def _wait(set_progress: Callable[[Any], None], name: str) -> dict[str, Any]:
    set_progress(str(os.getpid()))
    _until(name)
    return {"name": name, **_facts()}


def _say(set_progress: Callable[[Any], None], name: str) -> str:
    return str(_wait(set_progress, name)["name"])


def _set_twice(*_: object) -> str:
    set_props("side", {"children": "one"})
    set_props("side", {"title": "two"})
    return "set"


def _fail(_: object, text: str) -> str:
    raise CineMatchError(text)


JOBS: dict[str, Callable[[Callable[[Any], None], str], Any]] = {
    "wait": _wait,
    "say": _say,
    "unstorable": lambda *_: {1, 2},
    "huge": lambda *_: os.urandom(3 << 20).hex(),
    "lock": lambda *_: "free" if _lock.acquire(timeout=1) else "taken",
    "props": _set_twice,
    "fail": _fail,
}


def show_error(error: Exception) -> html.Div:
    return html.Div(job_error_message(error), title="error")


@app.callback(
    Output("result", "children"),
    Input("start", "title"),
    background=True,
    prevent_initial_call=True,
    progress=Output("step", "children"),
    progress_default=[""],
    cancel=Input("stop", "n_clicks"),
    interval=100,
    on_error=show_error,
)
def work(set_progress: Callable[[Any], None], order: str) -> Any:
    job, _, argument = order.partition(":")
    return JOBS[job](set_progress, argument)


warm_up(server, "/")
