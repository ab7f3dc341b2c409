"""Jobs on real Celery workers, through a real Redis: held to the same as those of one machine, and never lost."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from callbacks.jobs.asked import AskedJobs
from callbacks.jobs.cluster import commands, files
from callbacks.jobs.cluster.files import SharedFiles
from callbacks.jobs.cluster.manager import make_celery_manager
from callbacks.jobs.cluster.redis_store import connected
from callbacks.jobs.storing import StoreUnavailableError
from tests.celery_workers import CeleryWorker
from tests.jobs.asked_contract import AskedContract, MakeAsked, add_work
from tests.jobs.contract import ManagerContract
from tests.jobs.desk import Desk, MakeDesk, read_pid
from tests.redis_server import RedisProcess
from tests.servers import free_port, process_runs, wait_for

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def worker(broker: RedisProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CeleryWorker]:
    app = "tests.jobs.worker_app:queue"
    with CeleryWorker(app, tmp_path_factory.mktemp("worker"), {"TEST_REDIS_URL": broker.url}) as process:
        yield process


@pytest.fixture
def make_desk(broker: RedisProcess, worker: CeleryWorker, tmp_path: Path) -> Iterator[MakeDesk]:
    desks = []

    def make(**limits: Any) -> Desk:
        desks.append(Desk(make_celery_manager(broker.url, tmp_path, fingerprint=lambda: "f", **limits)))
        return desks[-1]

    yield make
    for desk in desks:
        for key in desk.manager._records.live()[0]:
            desk.manager.terminate_job(key)


@pytest.fixture
def make_asked(make_desk: MakeDesk) -> MakeAsked:
    return lambda: add_work(AskedJobs(make_desk().manager))


class TestCelery(ManagerContract):
    """What holds for every manager."""


class TestAskedOfCelery(AskedContract):
    """What holds for jobs that any tab finds."""


def test_what_is_over_in_a_moment_is_tried_again(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk()
    key = desk.start("stumble", str(tmp_path / "met"))
    wait_for((tmp_path / "met").exists, "the first attempt")
    assert desk.manager.look(key).state in ("waiting", "running")
    assert desk.wait(key) == "went on"


def test_a_killed_process_loses_no_job(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk()
    gate, sign = tmp_path / "gate", tmp_path / "sign"
    key = desk.start("until", str(gate), str(sign))
    first = read_pid(sign)
    sign.unlink()
    os.kill(first, signal.SIGKILL)
    assert read_pid(sign) != first
    assert desk.manager.look(key).state == "running"
    gate.touch()
    assert desk.wait(key) == "done"


def test_a_cut_connection_loses_no_job(make_desk: MakeDesk, broker: RedisProcess, tmp_path: Path) -> None:
    desk = make_desk()
    gate = tmp_path / "gate"
    key = desk.start("until", str(gate), str(tmp_path / "sign"))
    read_pid(tmp_path / "sign")
    broker.cut()
    gate.touch()
    assert desk.wait(key) == "done"
    assert desk.wait(desk.start("seven")) == 7


def test_lost_workers_and_such_as_stop_lose_no_job(broker: RedisProcess, tmp_path: Path) -> None:
    url, visibility_s = broker.database(1), 2.0
    env = {"TEST_REDIS_URL": url, "TEST_VISIBILITY_S": str(visibility_s)}
    desk = Desk(make_celery_manager(url, tmp_path, fingerprint=lambda: "f", visibility_s=visibility_s))
    gate, sign = tmp_path / "gate", tmp_path / "sign"
    workers = [CeleryWorker("tests.jobs.worker_app:queue", tmp_path, env) for _ in range(2)]
    with workers[0].start(), workers[1].start(ready=False):
        assert desk.manager.trouble() is None
        key = desk.start("until", str(gate), str(sign))
        pid, began = read_pid(sign), time.monotonic()
        workers[1].wait_until_ready()
        # It runs for longer than a silent worker is trusted, and is brought to nobody else.
        time.sleep(max(0.0, began + visibility_s + 2 - time.monotonic()))
        assert sum(worker.log().count(f"{key}] received") for worker in workers) == 1
        (lost,) = [worker for worker in workers if f"{key}] received" in worker.log()]
        (other,) = set(workers) - {lost}
        sign.unlink()
        lost.kill()
        wait_for(lambda: not process_runs(pid), "the end of the lost worker's job")
        second = read_pid(sign)
        assert f"{key}] received" in other.log()
        sign.unlink()
        lost.start()
        other.terminate()
        assert not process_runs(second)
        read_pid(sign)
        gate.touch()
        assert desk.wait(key) == "done"
        wait_for(lambda: desk.manager.counts() == {"running": 0, "waiting": 0}, "the end of all")


def test_of_many_starts_at_once_as_many_are_accepted_as_are_allowed(broker: RedisProcess, tmp_path: Path) -> None:
    desk = Desk(make_celery_manager(broker.database(2), tmp_path, fingerprint=lambda: "f", slots=2, queue=4))
    assert "cinematch worker" in str(desk.manager.trouble())
    with ThreadPoolExecutor(24) as pool:
        keys = list(pool.map(lambda n: desk.start("seven", visitor=f"10.0.0.{n}"), range(24)))
    refused = [key for key in keys if desk.manager.result_ready(key)]
    assert desk.manager.counts() == {"running": 0, "waiting": 6}
    assert len(refused) == 18
    assert "busy" in desk.error(refused[0])


def test_without_redis_every_question_is_answered_by_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    manager = make_celery_manager(f"redis://127.0.0.1:{port}/0", tmp_path, fingerprint=lambda: "f")
    desk = Desk(manager)
    said = desk.error(desk.start("seven"))
    assert "Redis" in said
    assert "nothing answers at its address" in said
    assert str(port) not in said
    assert str(port) in caplog.text
    assert manager.trouble() == said
    assert manager.counts() == {}
    assert manager.results.get("any", 1) is None
    caplog.clear()
    for _ in range(3):
        manager.catch_up_now_and_then()
    assert caplog.text.count("not looked for") == 1
    manager.terminate_job("0" * 32)
    asked = add_work(AskedJobs(manager))
    with pytest.raises(StoreUnavailableError, match="Redis"):
        asked.ask("fail", "In vain", {})


def test_a_job_that_was_lost_after_its_end_gives_its_place_back(broker: RedisProcess, tmp_path: Path) -> None:
    manager = make_celery_manager(broker.database(5), tmp_path, fingerprint=lambda: "f")
    key = Desk(manager).start("seven")
    # Its worker told the end and was lost before it could do more: the job is brought to another one.
    manager._records.begin(key, "somebody", 60, 1)
    manager._outbox.post_result(key, 7)
    assert manager.counts() == {"running": 1, "waiting": 0}
    manager._perform(manager._task, key, "seven", "[[], {}]")
    assert manager.counts() == {"running": 0, "waiting": 0}
    assert manager.get_result(key, key) == 7


def test_an_order_that_redis_has_lost_is_not_waited_for(
    broker: RedisProcess,
    worker: CeleryWorker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CINEMATCH_REDIS_URL", broker.url)
    monkeypatch.setenv("CINEMATCH_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(commands, "_LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(AskedJobs, "ask", lambda *_: "lost")
    assert commands.main(["train"]) == 1
    assert "Order it again" in capsys.readouterr().err


def test_who_looks_while_files_are_published_misses_none(
    broker: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = (connected(broker.database(4)) for _ in range(2))
    publisher, looker = (
        SharedFiles(ours, "files", tmp_path / "ours"),
        SharedFiles(theirs, "files", tmp_path / "theirs"),
    )
    (tmp_path / "ours/runs").mkdir(parents=True)
    (tmp_path / "ours/runs/a.json").write_text("a")

    def looked_before(then: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **options: Any) -> Any:
            looker.take_up()
            return then(*words, **options)

        return call

    monkeypatch.setattr(ours, "execute_command", looked_before(ours.execute_command))
    monkeypatch.setattr(ours, "pipeline", looked_before(ours.pipeline))
    publisher.publish({})
    looker.take_up()
    assert (tmp_path / "theirs/runs/a.json").exists()
    ours.close()
    theirs.close()


def test_files_reach_all_others_once_and_nothing_else_does(
    broker: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connected(broker.database(3))
    ours, theirs = (SharedFiles(client, "files", tmp_path / name) for name in ("ours", "theirs"))
    for name in ("runs/a.json", "runs/.index", "maps/b.npz", "secret_key"):
        (tmp_path / "ours" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ours" / name).write_text(name)
    ours.publish({})
    # Whoever can write to Redis cannot write anywhere.
    client.set("files:file:../outside", "x")
    client.zadd("files:order", {"../outside": 1})
    theirs.take_up()
    there = {
        str(path.relative_to(tmp_path / "theirs")) for path in (tmp_path / "theirs").rglob("*") if path.is_file()
    }
    assert there == {"runs/a.json", "maps/b.npz", ".taken-up"}
    assert not (tmp_path / "outside").exists()
    (tmp_path / "theirs/runs/a.json").unlink()
    SharedFiles(client, "files", tmp_path / "theirs").take_up()
    assert not (tmp_path / "theirs/runs/a.json").exists(), "what was taken up and dropped does not come back"
    before = ours.stamps()
    (tmp_path / "ours/runs/a.json").write_text("measured again")
    ours.publish(before)
    theirs.take_up()
    assert (tmp_path / "theirs/runs/a.json").read_text() == "measured again"
    # A Redis that has lost everything counts from the start.
    client.flushdb()
    ours.publish(before)
    (tmp_path / "theirs/runs/a.json").unlink()
    theirs.take_up()
    assert (tmp_path / "theirs/runs/a.json").exists()
    # The oldest make room in Redis, and stay where they are.
    monkeypatch.setattr(files, "_MOST_BYTES", 20)
    (tmp_path / "ours/runs/c.json").write_text("x" * 20)
    ours.publish(ours.stamps() | {"runs/c.json": (0, 0)})
    assert list(client.keys("files:file:*")) == [b"files:file:runs/c.json"]
    theirs.take_up()
    assert {path.name for path in (tmp_path / "theirs/runs").iterdir()} == {"a.json", "c.json"}
    client.close()
