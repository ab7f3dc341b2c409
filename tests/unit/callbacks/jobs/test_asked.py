"""Jobs that any tab finds: joining, following, cancelling, remembering how they ended."""

import time
from pathlib import Path
from typing import Any

import pytest

from callbacks.jobs.asked import AskedJobs
from callbacks.jobs.forked import make_background_manager
from core.errors import InvalidInputError
from core.progress import Progress
from core.views import JobView
from tests.servers import wait_for

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def _worker(directory: Path) -> AskedJobs:
    """Return the jobs as another worker of the same server sees them."""
    jobs = AskedJobs(make_background_manager(directory, fingerprint="f", slots=1))

    def wait(report: Progress, arguments: dict[str, Any]) -> dict[str, Any]:
        report(0.42, "fold 1 of 2")
        while not Path(arguments["go"]).exists():
            time.sleep(0.02)
        return {"run": "abc"}

    def fail(report: Progress, arguments: dict[str, Any]) -> dict[str, Any]:
        raise InvalidInputError(f"No {arguments['what']}.")

    jobs.add("wait", wait)
    jobs.add("fail", fail)
    return jobs


def _only(jobs: AskedJobs) -> JobView:
    (job,) = jobs.all()
    return job


def _ended(jobs: AskedJobs) -> JobView:
    return wait_for(lambda: None if _only(jobs).live else _only(jobs), "the end of the job")


def test_whoever_asks_the_same_joins_and_sees_how_far_it_is(directory: Path) -> None:
    first, second = _worker(directory), _worker(directory)
    arguments = {"go": str(directory / "go")}
    key = first.ask("wait", "Ranking films: EASE", arguments, "/analytics?tab=compare")
    wait_for(lambda: _only(second).share == 0.42, "the progress")
    assert second.ask("wait", "Ranking films: EASE", arguments) == key
    assert first.ask("wait", "another question", {"go": str(directory / "go"), "seed": 1}) != key
    # Looking takes nothing away.
    for jobs in (first, second, first):
        found = next(job for job in jobs.all() if job.key == key)
        assert (found.state, found.share, found.text) == ("running", 0.42, "fold 1 of 2")
        assert (found.title, found.address) == ("Ranking films: EASE", "/analytics?tab=compare")
    assert [job.state for job in second.all()] == ["waiting", "running"]
    (directory / "go").touch()
    wait_for(lambda: not any(job.live for job in second.all()), "both ends")
    assert [(job.state, job.result, job.share) for job in first.all()] == [("done", {"run": "abc"}, 1.0)] * 2
    assert first.ask("wait", "again", arguments) != key


def test_a_failure_says_why_as_long_as_the_job_is_remembered(directory: Path) -> None:
    jobs = _worker(directory)
    jobs.ask("fail", "In vain", {"what": "ratings"})
    found = _ended(jobs)
    assert (found.state, found.text) == ("failed", "No ratings.")
    assert _only(_worker(directory)).text == "No ratings."


def test_any_worker_cancels(directory: Path) -> None:
    first, second = _worker(directory), _worker(directory)
    key = first.ask("wait", "Long", {"go": str(directory / "never")})
    second.cancel(key)
    assert _only(first).state == "cancelled"
    assert _only(first).ended_at is not None
    second.cancel(key)
    assert _only(second).state == "cancelled"
