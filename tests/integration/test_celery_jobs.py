"""Jobs on real Celery workers, through a real Redis: held to the same as those of one machine, and never lost."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.exceptions import Reject
from kombu.exceptions import OperationalError

from callbacks.jobs.asked import AskedJobs
from callbacks.jobs.cluster import commands
from callbacks.jobs.cluster.manager import make_celery_manager
from callbacks.jobs.cluster.queue import make_queue
from callbacks.jobs.cluster.records import NotYetError
from callbacks.jobs.cluster.redis_store import connected
from callbacks.jobs.storing import StoreUnavailableError
from core.errors import InvalidInputError
from core.progress import silent
from core.published.fetch import take
from core.published.local import LocalVersions
from core.published.place import open_place
from core.published.publish import publish
from core.settings import Settings, load_settings
from tests.celery_workers import CeleryWorker
from tests.conftest import Installation
from tests.jobs.asked_contract import AskedContract, MakeAsked, add_work
from tests.jobs.contract import ManagerContract
from tests.jobs.desk import Desk, MakeDesk, read_pid
from tests.redis_server import RedisProcess
from tests.servers import free_port, process_runs, wait_for

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The worker's machine: nothing is installed there, and what is published is to be served."""
    root = tmp_path_factory.mktemp("machine")
    places = {f"{name}_dir": root / name for name in ("data", "models", "cache")}
    return load_settings(dataset="toy", artifacts_url=f"file://{root}/published", algorithms="popularity", **places)


@pytest.fixture(scope="module")
def worker(
    broker: RedisProcess, machine: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CeleryWorker]:
    app = "tests.jobs.worker_app:queue"
    assert machine.artifacts_url is not None
    env = {
        "TEST_REDIS_URL": broker.url,
        "TEST_CACHE_DIR": str(machine.cache_dir),
        "CINEMATCH_DATASET": machine.dataset,
        "CINEMATCH_ALGORITHMS": ",".join(machine.algorithms),
        "CINEMATCH_ARTIFACTS_URL": machine.artifacts_url.get_secret_value(),
        **{
            f"CINEMATCH_{name.upper()}": str(getattr(machine, name))
            for name in ("data_dir", "models_dir", "cache_dir")
        },
    }
    with CeleryWorker(app, tmp_path_factory.mktemp("worker"), env) as process:
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
    key = desk.start("stumble", str(tmp_path / "met"), str(tmp_path / "gate"))
    wait_for((tmp_path / "met").exists, "the first attempt")
    assert desk.manager.look(key).state in ("waiting", "running")
    (tmp_path / "gate").touch()
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


def test_a_redis_that_is_started_anew_ends_neither_workers_nor_what_they_do(
    make_desk: MakeDesk, worker: CeleryWorker, broker: RedisProcess, tmp_path: Path
) -> None:
    desk = make_desk()
    gate, sign = tmp_path / "gate", tmp_path / "sign"
    key = desk.start("until", str(gate), str(sign))
    pid, lost = read_pid(sign), worker.log().count("Connection to broker lost")
    broker.kill()
    wait_for(lambda: worker.log().count("Connection to broker lost") > lost, "the worker to miss it")
    gate.touch()
    broker.start()
    # It has lost all that it knew of the job, and is told the result still.
    wait_for(lambda: desk.manager.result_ready(key), "the result")
    assert read_pid(sign) == pid
    assert desk.wait(key) == "done"
    wait_for(lambda: desk.manager.trouble() is None, "the worker to be back")
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
        # A connection that was cut holds no message any more: it is brought again, and nobody does it twice.
        stood_back = other.log().count(f"{key}] ignored")
        broker.cut()
        wait_for(lambda: other.log().count(f"{key}] ignored") > stood_back, "whoever it is brought to to stand back")
        assert read_pid(sign) == second
        sign.unlink()
        lost.start(ready=False)
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


def test_a_job_that_nobody_knows_any_more_is_not_begun(broker: RedisProcess, tmp_path: Path) -> None:
    manager = make_celery_manager(broker.database(6), tmp_path, fingerprint=lambda: "f")
    key = Desk(manager).start("until", str(tmp_path / "gate"), str(tmp_path / "begun"))
    # Those who waited for it were told that it is lost, so long ago that nothing is kept of that.
    manager._records.forget(key)
    manager._perform(manager._task, key, "until", f'[["{tmp_path}/gate", "{tmp_path}/begun"], {{}}]')
    assert not (tmp_path / "begun").exists()
    assert manager.counts() == {"running": 0, "waiting": 0}


def test_who_gives_a_job_back_in_vain_keeps_its_message(
    broker: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = make_celery_manager(broker.database(6), tmp_path, fingerprint=lambda: "f")
    desk = Desk(manager)
    key = desk.start("seven")

    def begin(*_: object) -> None:
        raise NotYetError(1)

    monkeypatch.setattr(manager._records, "begin", begin)

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("Redis is being started anew")

    monkeypatch.setattr(manager._task, "signature_from_request", lambda **_: SimpleNamespace(apply_async=refuse))
    manager._task.push_request(id=key, called_directly=False, retries=0, timelimit=(60, None), args=(), kwargs={})
    with pytest.raises(Reject) as given_back:
        manager._perform(manager._task, key, "seven", "[[], {}]")
    assert given_back.value.requeue
    # So does whoever would be tried again.
    monkeypatch.setattr(manager._task, "signature_from_request", lambda *_, **__: SimpleNamespace(apply_async=refuse))
    with pytest.raises(Reject) as given_back:
        manager._task.retry(exc=ConnectionError())
    manager._task.pop_request()
    assert given_back.value.requeue


def test_a_full_redis_is_told_and_holds_no_job(
    broker: RedisProcess, worker: CeleryWorker, tmp_path: Path, make_desk: MakeDesk
) -> None:
    del worker
    manager = make_celery_manager(broker.database(7), tmp_path, fingerprint=lambda: "f")
    key = Desk(manager).start("seven")
    client = connected(broker.url)
    client.config_set("maxmemory", 1)
    try:
        # Not that there is no worker, who cannot say that it is there.
        assert "its memory is full" in str(make_desk().manager.trouble())
        manager._task.push_request(id=key, timelimit=(60, None))
        manager._perform(manager._task, key, "seven", "[[], {}]")
        manager._task.pop_request()
        assert "its memory is full" in Desk(manager).error(key)
        assert "its memory is full" in Desk(manager).error(Desk(manager).start("seven"))
    finally:
        client.config_set("maxmemory", 0)
        client.close()
    assert manager.counts() == {"running": 0, "waiting": 0}


def test_a_worker_whose_clock_is_wrong_says_so_once(
    broker: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    manager = make_celery_manager(broker.database(6), tmp_path, fingerprint=lambda: "f")
    steps = make_queue(broker.url, manager._records, 60.0).steps["consumer"]
    (step,) = (step for step in steps if step.__name__ == "Presence")
    qos = SimpleNamespace(_delivered={}, unacked_index_key="index")
    worker = SimpleNamespace(
        hostname="one",
        pool=SimpleNamespace(num_processes=2),
        task_consumer=SimpleNamespace(channel=SimpleNamespace(qos=qos)),
    )
    presence = step(worker)
    presence._tell(worker)
    assert "clock" not in caplog.text
    now = time.time
    monkeypatch.setattr("callbacks.jobs.cluster.records.time.time", lambda: now() + 100)
    presence._tell(worker)
    presence._tell(worker)
    assert caplog.text.count("100 s ahead of that of Redis") == 1


Order = Callable[..., tuple[int, str, str]]


@pytest.fixture
def order(
    broker: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Order:
    """Order a command as from a shell elsewhere; return its exit code and what it printed and said."""
    monkeypatch.setenv("CINEMATCH_REDIS_URL", broker.url)
    monkeypatch.setenv("CINEMATCH_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(commands, "_LOOK_EVERY_S", 0.05)

    def call(*words: str) -> tuple[int, str, str]:
        code = commands.main(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_workers_tune_and_train_on_what_is_published(
    worker: CeleryWorker,
    machine: Settings,
    toy_installation: Installation,
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del worker
    assert machine.artifacts_url is not None
    place = open_place(machine.artifacts_url.get_secret_value(), "toy")
    first = place.use(publish(toy_installation.settings, place, ["popularity"]).id).id
    take(place, LocalVersions(machine), first, lambda _directory: None, keep=2)
    code, printed, said = order("tune", "--algorithm", "svd", "--trials", "1", "--json", "-")
    assert code == 0, said
    assert json.loads(printed)["dataset"]["fingerprint"] == toy_installation.dataset.fingerprint
    assert "running" in said
    for name in ("dataset", "data_dir", "cache_dir"):
        monkeypatch.setenv(f"CINEMATCH_{name.upper()}", str(getattr(machine, name)))
    monkeypatch.setenv("CINEMATCH_ARTIFACTS_URL", machine.artifacts_url.get_secret_value())
    with pytest.raises(InvalidInputError, match="queue train --missing --push"):
        commands._run(silent, {"words": ["train", "--missing"]})
    code, printed, said = order("train", "--no-measure", "--push", "--json", "-")
    assert code == 0, said
    assert [model["key"] for model in json.loads(printed)["models"]] == ["popularity"]
    assert f"Published {place.current()}" in said
    assert place.current() != first
    code, _, said = order("train", "--algorithms", "nonsense", "--push")
    assert (code, "nonsense" in said) == (1, True)
    # Nothing of it stays on the worker's disk, and nothing was installed there.
    assert list((machine.cache_dir / "orders").iterdir()) == []
    assert not machine.data_dir.exists()


def test_why_a_command_failed_is_told_in_its_own_words() -> None:
    assert commands._why(["svd failed: no room", "cinematch: Try again."]) == "svd failed: no room\nTry again."
    assert commands._why([commands._TRACE, "File x, line 1", "KeyError: 1"]) == "KeyError: 1"


def test_an_order_that_redis_has_lost_is_not_waited_for(
    worker: CeleryWorker, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    del worker
    monkeypatch.setattr(AskedJobs, "ask", lambda *_: "lost")
    code, _, said = order("train")
    assert (code, "Order it again" in said) == (1, True)
