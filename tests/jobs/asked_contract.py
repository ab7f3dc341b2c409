"""Jobs that any tab finds: joining, following, cancelling, remembering how they ended."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from callbacks.jobs.asked import AskedJobs
from core.errors import InvalidInputError
from core.progress import Progress
from core.views import JobView
from tests.servers import wait_for

__all__ = ["AskedContract", "MakeAsked", "add_work"]

MakeAsked = Callable[[], AskedJobs]


def _wait(report: Progress, arguments: dict[str, Any]) -> dict[str, Any]:
    report(0.42, "fold 1 of 2")
    while not Path(arguments["go"]).exists():
        time.sleep(0.02)
    return {"run": "abc", "log": "x" * arguments.get("length", 0)}


def _fail(report: Progress, arguments: dict[str, Any]) -> dict[str, Any]:
    raise InvalidInputError(f"No {arguments['what']}.")


def add_work(jobs: AskedJobs) -> AskedJobs:
    """Make known what these tests ask for."""
    jobs.add("wait", _wait)
    jobs.add("fail", _fail)
    return jobs


def _found(jobs: AskedJobs, key: str) -> JobView:
    return next(job for job in jobs.all() if job.key == key)


def _ended(jobs: AskedJobs, key: str) -> JobView:
    return wait_for(lambda: None if _found(jobs, key).live else _found(jobs, key), "the end of the job")


class AskedContract:
    """Inherited by the tests of each manager.

    `make_asked` returns the jobs as one more process that serves sees them. One job of a visitor runs at a time.
    """

    def test_whoever_asks_the_same_joins_and_sees_how_far_it_is(self, make_asked: MakeAsked, tmp_path: Path) -> None:
        first, second = make_asked(), make_asked()
        arguments = {"go": str(tmp_path / "go")}
        key = first.ask("wait", "Ranking films: EASE", arguments, "/analytics?tab=compare")
        wait_for(lambda: _found(second, key).share == 0.42, "the progress")
        assert second.ask("wait", "Ranking films: EASE", arguments) == key
        other = first.ask("wait", "another question", {**arguments, "length": 3000})
        assert other != key
        # Looking takes nothing away.
        for jobs in (first, second, first):
            found = _found(jobs, key)
            assert (found.state, found.share, found.text) == ("running", 0.42, "fold 1 of 2")
            assert (found.title, found.address) == ("Ranking films: EASE", "/analytics?tab=compare")
        assert [job.key for job in second.all()][:2] == [other, key]
        assert _found(second, other).state == "waiting"
        (tmp_path / "go").touch()
        # What is long is not sent to every page with the list.
        for one, short, length in ((key, {"run": "abc", "log": ""}, 0), (other, {}, 3000)):
            found = _ended(second, one)
            assert (found.state, found.result, found.share) == ("done", short, 1.0)
            assert second.result(one) == {"run": "abc", "log": "x" * length}
        assert first.ask("wait", "again", arguments) != key

    def test_a_failure_says_why_as_long_as_the_job_is_remembered(self, make_asked: MakeAsked) -> None:
        jobs = make_asked()
        key = jobs.ask("fail", "In vain", {"what": "ratings"})
        found = _ended(jobs, key)
        assert (found.state, found.text) == ("failed", "No ratings.")
        assert _found(make_asked(), key).text == "No ratings."

    def test_any_worker_cancels(self, make_asked: MakeAsked, tmp_path: Path) -> None:
        first, second = make_asked(), make_asked()
        key = first.ask("wait", "Long", {"go": str(tmp_path / "never")})
        second.cancel(key)
        assert _found(first, key).state == "cancelled"
        assert _found(first, key).ended_at is not None
        second.cancel(key)
        assert _found(second, key).state == "cancelled"
