"""Jobs that belong to what is asked, not to the tab that asked: any tab finds them, follows them and may end them.

A question that is being answered already is not asked again: whoever asks it joins. What is known of a job lies
in one place that all workers share; how far it is stands in the outbox, which nobody empties by looking.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request

from callbacks.jobs.manager import BackgroundManager, manager_of
from callbacks.jobs.runner import JobFunction
from callbacks.jobs.storing import StoreUnavailableError
from core.progress import Progress
from core.views import JobView

if TYPE_CHECKING:
    from dash import Dash

__all__ = ["AskedJobs", "JobWork", "asked_jobs"]

log = logging.getLogger("cinematch.jobs")

JobWork = Callable[[Progress, dict[str, Any]], dict[str, Any]]
"""Takes a progress and the arguments of the question; returns a few plain values, such as where the answer is.

Longer ones are told by `AskedJobs.result` alone.
"""

_ALL = "asked"
_KEPT = 40
"""So many ended jobs are remembered."""
_FORGOTTEN_AFTER_S = 24 * 3600.0
_LONGEST_TOLD = 2000
"""Characters of a result that go into the list, which every open page asks for now and then."""


class AskedJobs:
    """The jobs of one application.

    Parameters
    ----------
    manager : BackgroundManager
        Runs them, and keeps what is known of them where all who serve find it.
    """

    def __init__(self, manager: BackgroundManager) -> None:
        self._manager = manager
        self._store = manager.asked

    def add(self, kind: str, work: JobWork, time_limit_s: float | None = None) -> None:
        """Make `work` known under `kind`: at import or in `register`, before the server has workers.

        On Celery's workers it may run for `time_limit_s`, where that is given.
        """

        def run(report: Callable[[Any], None], arguments: dict[str, Any]) -> dict[str, Any]:
            return work(lambda share, text: report([share, text]), arguments)

        name = f"asked-{kind}"
        self._manager.func_registry[name] = JobFunction(run, True, name, time_limit_s)

    def ask(self, kind: str, title: str, arguments: Mapping[str, Any], address: str = "") -> str:
        """Start a job, or join the one that answers the same question now; return its key."""
        question = json.dumps([kind, arguments], sort_keys=True)
        digest = hashlib.sha256(question.encode()).hexdigest()
        with self._manager.alone():
            known = self._settled()
            joined = next((key for key, one in known.items() if one["digest"] == digest and not one["ended"]), None)
            if joined is not None:
                return joined
            job = self._manager.func_registry[f"asked-{kind}"]
            key = str(self._manager.build_cache_key(None, None, None, None))
            self._manager.call_job_fn(key, job, {"arguments": dict(arguments)}, _context())
            known[key] = {
                **{"kind": kind, "title": title, "address": address, "digest": digest},
                **{"asked": time.time(), "ended": None, "state": "waiting", "text": "", "result": {}},
            }
            self._keep(known)
        return key

    def cancel(self, key: str) -> None:
        """End a job that waits or runs; of others nothing changes."""
        with self._manager.alone():
            known = self._settled()
            if key in known and not known[key]["ended"]:
                self._manager.terminate_job(key)
                known[key] |= {"state": "cancelled", "ended": time.time()}
                self._keep(known)

    def all(self) -> list[JobView]:
        """Return what waits, runs or has ended in the last day, the latest first; nothing where it cannot be read."""
        try:
            known = self._store.get(_ALL) or {}
            if any(not one["ended"] for one in known.values()):
                with self._manager.alone():
                    known = self._settled()
            # After what has ended is known: what it left is there then, for whoever is told of its end.
            self._manager.catch_up()
        except StoreUnavailableError as error:
            # Every open page asks now and then; who starts a job is told.
            log.warning("%s", error)
            return []
        views = [self._view(key, one) for key, one in known.items()]
        return sorted(views, key=lambda job: -job.asked_at)

    def result(self, key: str) -> dict[str, Any]:
        """Return what a job that is done has left, however long; nothing once that is no longer kept."""
        value: dict[str, Any] = (self._manager.look(key).outcome or {}).get("value") or {}
        return value

    def trouble(self) -> str | None:
        """Return why jobs are not done now, for whoever looks at them; None where they are."""
        return self._manager.trouble()

    def _view(self, key: str, one: Mapping[str, Any]) -> JobView:
        state, share, text = one["state"], float(one["state"] == "done"), one["text"]
        if not one["ended"]:
            look = self._manager.look(key)
            state, (share, text) = look.state, look.progress or (0.0, "")
        told = (one["kind"], one["title"], one["address"])
        return JobView(key, *told, state, one["asked"], one["ended"], share, text, one["result"])

    def _settled(self) -> dict[str, dict[str, Any]]:
        """Return all jobs, with the ends of those that have ended since the last look; under the lock."""
        known: dict[str, dict[str, Any]] = self._store.get(_ALL) or {}
        changed = False
        for key, one in known.items():
            if one["ended"]:
                continue
            look = self._manager.look(key)
            if look.state in ("waiting", "running"):
                continue
            changed = True
            outcome = look.outcome or {}
            one |= {"state": look.state, "ended": time.time(), "text": outcome.get("error", "")}
            value = outcome.get("value") or {}
            one["result"] = value if len(json.dumps(value)) <= _LONGEST_TOLD else {}
        if changed:
            self._keep(known)
        return known

    def _keep(self, known: dict[str, dict[str, Any]]) -> None:
        now = time.time()
        ended = sorted((key for key in known if known[key]["ended"]), key=lambda key: known[key]["ended"])
        gone = {key for key in ended if now - known[key]["ended"] > _FORGOTTEN_AFTER_S} | set(ended[:-_KEPT])
        self._store.set(_ALL, {key: one for key, one in known.items() if key not in gone})


def asked_jobs(app: "Dash") -> AskedJobs:
    """Return the jobs of an application.

    Raises
    ------
    ConfigurationError
        The application was made with another background manager.
    """
    return AskedJobs(manager_of(app))


def _context() -> dict[str, Any]:
    """Return whose job it is, by which places are shared out."""
    return {"remote": request.remote_addr} if has_request_context() else {}
