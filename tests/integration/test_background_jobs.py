"""The life of background jobs under real gunicorn: two gthread workers, preloaded application.

Each test of the first group stands for a measured fault of Dash's own manager.
"""

import contextlib
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.integration.dash_client import Tab
from tests.servers import GunicornProcess, process_runs, wait_for

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[GunicornProcess]:
    process = GunicornProcess(
        "tests.integration.job_app:server",
        place,
        env={"JOB_APP_DIR": str(place)},
        config=Path(__file__).with_name("job_gunicorn_conf.py"),
    )
    process.start()
    yield process
    process.stop()


class Gate:
    """Jobs ordered as ``wait:<name>`` run until the gate opens."""

    def __init__(self, directory: Path, name: str) -> None:
        self._path = directory / name
        self.order = f"wait:{name}"
        self.name = name

    def open(self) -> None:
        self._path.touch()


@pytest.fixture
def gate(place: Path, request: pytest.FixtureRequest) -> Iterator[Gate]:
    gate = Gate(place, request.node.name)
    yield gate
    gate.open()
    wait_for(lambda: not alive(place), "the end of the jobs of this test")


def alive(place: Path) -> list[int]:
    """Process ids of the jobs that have a file and still run."""
    pids = [int(path.read_text().split()[0]) for path in (place / "cache/jobs").glob("*.job")]
    return [pid for pid in pids if process_runs(pid)]


def processes_of(server: GunicornProcess) -> list[int]:
    """Process ids of all that was forked from the server, by the port on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if f"127.0.0.1:{server.port}".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def test_same_job_in_two_tabs_gives_both_the_result(server: GunicornProcess, gate: Gate) -> None:
    one, two = Tab(server.url), Tab(server.url)
    one.start(gate.order)
    two.start(gate.order)
    assert one.wait_until_running() != two.wait_until_running()
    gate.open()
    assert one.result()["name"] == gate.name
    assert two.result()["name"] == gate.name


def test_any_worker_answers_a_poll_and_delivers_the_result(server: GunicornProcess, gate: Gate) -> None:
    tab = Tab(server.url).start(gate.order)
    starter = tab.worker
    tab.wait_until_running()
    workers = {str(pid) for pid in server.worker_pids()}
    assert starter in workers
    (other,) = workers - {starter}
    for worker in (other, starter, other):
        assert "response" not in tab.poll(worker).json()
        assert tab.worker == worker
    gate.open()
    # The starter is stopped: only the other worker can deliver.
    os.kill(int(starter), signal.SIGSTOP)
    try:
        assert tab.result()["name"] == gate.name
        assert tab.worker == other
    finally:
        os.kill(int(starter), signal.SIGCONT)


def test_job_outlives_its_killed_worker(server: GunicornProcess, gate: Gate) -> None:
    tab = Tab(server.url).start(gate.order)
    pid = tab.wait_until_running()
    worker = int(tab.worker)
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: worker not in server.worker_pids() and len(server.worker_pids()) == 2, "a new worker")
    gate.open()
    assert tab.result()["pid"] == pid


@pytest.mark.parametrize(
    ("order", "reason"),
    [("unstorable", "cannot be sent to the page"), ("huge", "does not fit"), ("fail:Pick a film.", "Pick a film.")],
)
def test_a_job_without_a_result_shows_why(server: GunicornProcess, order: str, reason: str) -> None:
    assert reason in Tab(server.url).start(order).error()


def test_killed_job_becomes_an_error(server: GunicornProcess, gate: Gate) -> None:
    tab = Tab(server.url).start(gate.order)
    os.kill(tab.wait_until_running(), signal.SIGKILL)
    assert "killed or crashed" in tab.error()


def test_cancel_ends_the_job_and_keeps_the_page(server: GunicornProcess, gate: Gate) -> None:
    tab = Tab(server.url).start(gate.order)
    pid = tab.wait_until_running()
    tab.cancel()
    assert tab.result() == "nothing"
    wait_for(lambda: not process_runs(pid), "the end of the process")


def test_a_new_start_of_the_same_output_replaces_the_old_job(server: GunicornProcess, gate: Gate) -> None:
    tab = Tab(server.url).start(gate.order)
    pid = tab.wait_until_running()
    tab.start("props", oldJob=tab.job)
    assert tab.result() == "set"
    assert tab.side_updates == {"side": {"children": "one", "title": "two"}}
    wait_for(lambda: not process_runs(pid), "the end of the replaced job")


def test_jobs_wait_for_a_slot_and_a_long_queue_is_refused(server: GunicornProcess, gate: Gate) -> None:
    running = [Tab(server.url).start(gate.order) for _ in range(2)]
    for tab in running:
        tab.wait_until_running()
    waiting = Tab(server.url).start(gate.order)
    assert "busy" in Tab(server.url).start(gate.order).error()
    assert waiting.poll().json() == {"multi": True}
    assert waiting.progress is None
    gate.open()
    assert {tab.result()["name"] for tab in (*running, waiting)} == {gate.name}


def test_job_shares_nothing_with_the_server_but_memory(server: GunicornProcess, gate: Gate) -> None:
    tab = Tab(server.url).start(gate.order)
    gate.open()
    facts = tab.result()
    assert facts["sockets"] == []
    assert facts["session"] not in {os.getsid(pid) for pid in (server.pid, *server.worker_pids())}
    assert facts["nice"] == min(os.nice(0) + 10, 19)
    assert (facts["threads"], facts["triggered"]) == ("1", "start")


def test_locks_that_a_workers_thread_holds_are_free_in_a_job(server: GunicornProcess) -> None:
    # Which worker takes a request is the system's choice: asked until each has, in a connection of its own.
    answers: set[str] = set()

    def each_has_answered() -> bool:
        answers.add(requests.get(f"{server.url}/take-lock", timeout=5).headers["X-Worker"])
        return answers == {str(pid) for pid in server.worker_pids()}

    wait_for(each_has_answered, "an answer of each worker")
    assert Tab(server.url).start("lock").result() == "free"


def test_outcomes_are_readable_by_this_user_only(server: GunicornProcess, place: Path) -> None:
    for directory in ("jobs", "jobs/outbox"):
        assert stat.S_IMODE((place / "cache" / directory).stat().st_mode) == 0o700, directory
    assert stat.S_IMODE((place / "cache/jobs/outbox/cache.db").stat().st_mode) == 0o600


def test_killed_master_leaves_the_port_free_and_the_job_running(server: GunicornProcess, gate: Gate) -> None:
    tab = Tab(server.url).start(gate.order)
    pid = tab.wait_until_running()
    server.kill()
    assert process_runs(pid)
    server.start()
    assert "Address already in use" not in server.log()
    assert "response" not in tab.poll().json()
    gate.open()
    assert tab.result()["pid"] == pid


def test_server_stops_without_waiting_for_a_job(server: GunicornProcess, gate: Gate) -> None:
    tab = Tab(server.url).start(gate.order)
    pid = tab.wait_until_running()
    assert server.stop() == 0
    assert process_runs(pid)
    wait_for(lambda: processes_of(server) == [pid], "the end of everything but the job")
    server.start()
    gate.open()
    assert tab.result()["pid"] == pid
