"""gunicorn as it is configured for service: shared models, health, logs, restarts, faults at start."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from core.recommenders.registry import algorithm_keys, recommender_class
from core.store.artifact import save_model
from tests.conftest import Installation
from tests.servers import ROOT, GunicornProcess, free_port, process_runs, wait_for

pytestmark = pytest.mark.integration

CONFIG = ROOT / "gunicorn.conf.py"


def serve(installation: Installation, place: Path, **options: object) -> GunicornProcess:
    return GunicornProcess("dashboard.wsgi:server", place, env=installation.env, config=CONFIG, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def server(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornProcess]:
    place = tmp_path_factory.mktemp("gunicorn")
    installation = toy_installation.with_cache(place / "cache", log_format="json")
    with serve(installation, place).start("/readyz", timeout=60) as process:
        yield process


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_all_models_serve(server: GunicornProcess) -> None:
    ready = requests.get(f"{server.url}/readyz", timeout=10)
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    for key in algorithm_keys():
        url = f"{server.url}/api/v1/users/1/recommendations?algorithm={key}&n=10"
        assert len(requests.get(url, timeout=10).json()["items"]) == 10
    assert requests.get(server.url, timeout=10).status_code == 200


def test_models_are_opened_in_the_master_alone(server: GunicornProcess) -> None:
    lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    opened = [line for line in lines if line["logger"] == "cinematch.models" and "loaded in" in line["message"]]
    assert {line["pid"] for line in opened} == {server.pid}
    assert len(opened) == len(algorithm_keys())


def test_no_library_starts_threads_of_its_own(server: GunicornProcess) -> None:
    for pid in server.worker_pids():
        # The worker's main thread and four that answer.
        assert threads(pid) <= 5
    assert threads(server.pid) == 1


def test_metrics_are_of_all_workers_together(server: GunicornProcess) -> None:
    def counted() -> float:
        text = requests.get(f"{server.url}/metrics", timeout=10).text
        wanted = 'cinematch_http_requests_total{method="GET",route="/api/v1/dataset",status="200"}'
        return next((float(line.split()[-1]) for line in text.splitlines() if line.startswith(wanted)), 0.0)

    before = counted()
    answered: Counter[int] = Counter()

    def ask(_: int) -> None:
        answered[requests.get(f"{server.url}/api/v1/dataset", timeout=10).status_code] += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(60)))
    assert answered == {200: 60}
    assert counted() - before == 60


def test_every_log_line_is_json_with_the_request_id(server: GunicornProcess) -> None:
    name = requests.get(f"{server.url}/api/v1/users/1/recommendations?n=10", timeout=10).headers["X-Request-ID"]

    def line() -> dict[str, object] | None:
        parsed = [json.loads(text) for text in server.log().splitlines() if text]
        return next((entry for entry in parsed if entry.get("request_id") == name), None)

    found = wait_for(line, "the access log's line")
    assert (found["method"], found["path"], found["query"], found["status"]) == (
        "GET",
        "/api/v1/users/1/recommendations",
        "n=10",
        200,
    )
    assert found["took_us"] > 0


def test_a_killed_worker_is_replaced_and_nothing_else_fails(server: GunicornProcess) -> None:
    victim = server.worker_pids()[0]
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: victim not in server.worker_pids() and len(server.worker_pids()) == 2, "a new worker")
    codes = {requests.get(f"{server.url}/api/v1/movies/10", timeout=10).status_code for _ in range(20)}
    assert codes == {200}
    assert requests.get(f"{server.url}/metrics", timeout=10).status_code == 200


def test_two_hundred_connections_at_once(server: GunicornProcess) -> None:
    url = f"{server.url}/api/v1/users/1/recommendations?n=10"

    def ask(_: int) -> tuple[int, int]:
        found = requests.get(url, timeout=60)
        return found.status_code, len(found.json()["items"])

    with ThreadPoolExecutor(200) as pool:
        assert set(pool.map(ask, range(400))) == {(200, 10)}


def test_newly_trained_models_are_served_without_a_restart_or_a_lost_request(
    toy_installation: Installation, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    installation = Installation(
        toy_installation.data_dir, models, tmp_path / "cache", toy_installation.dataset, {"algorithms": "popularity"}
    )
    fitted = recommender_class("popularity")().fit(toy_installation.dataset)
    with serve(installation, tmp_path).start("/healthz", timeout=60) as server:
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 503
        save_model(fitted, models / toy_installation.dataset.name / "popularity")
        wait_for(
            lambda: all(requests.get(f"{server.url}/readyz", timeout=10).status_code == 200 for _ in range(8)),
            "both workers to serve the model",
            timeout=30,
            every=0.5,
        )
        assert requests.get(f"{server.url}/api/v1/users/1/recommendations", timeout=10).status_code == 200


def test_a_restart_by_hup_and_a_stop_leave_nothing_behind(toy_installation: Installation, tmp_path: Path) -> None:
    installation = toy_installation.with_cache(tmp_path / "cache")
    server = serve(installation, tmp_path).start("/readyz", timeout=60)
    shared = Path(next(Path("/dev/shm").glob(f"cinematch-metrics-*-{server.pid}")))
    before = server.worker_pids()
    os.kill(server.pid, signal.SIGHUP)
    wait_for(
        lambda: len(server.worker_pids()) == 2 and not set(before) & set(server.worker_pids()), "new workers", 40
    )
    assert requests.get(f"{server.url}/api/v1/movies/10", timeout=10).status_code == 200
    assert "cinematch_http_requests_total" in requests.get(f"{server.url}/metrics", timeout=10).text
    workers = server.worker_pids()
    assert server.stop(30) == 0
    assert not any(process_runs(pid) for pid in workers)
    assert not shared.exists()
    assert (tmp_path / "cache" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_more_connections_than_descriptors_were_allowed_harm_nobody(
    toy_installation: Installation, tmp_path: Path
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    installation = toy_installation.with_cache(tmp_path / "cache", algorithms="popularity")
    try:
        # What the server inherits: too few for its connections, and more to be had.
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        server = serve(installation, tmp_path).start("/readyz", timeout=60)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        workers = server.worker_pids()
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(700)]
        for connection in idle:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for connection in idle:
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
        assert server.worker_pids() == workers
        for connection in idle:
            connection.close()
    finally:
        server.stop(30)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_cache_that_is_gone_stops_nothing_but_jobs_and_is_told(
    toy_installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "gone").write_text("a file where the volume should be")
    installation = toy_installation.with_cache(tmp_path / "gone" / "cache")
    with serve(installation, tmp_path).start("/readyz", timeout=60) as server:
        ready = requests.get(f"{server.url}/readyz", timeout=10)
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert "Not a directory" in ready.json()["storage"]["reason"]
        assert str(tmp_path) not in ready.text
        found = requests.get(f"{server.url}/api/v1/users/1/recommendations?n=10", timeout=10)
        assert len(found.json()["items"]) == 10
        assert requests.get(f"{server.url}/analytics?tab=compare", timeout=10).status_code == 200


def test_threads_are_pinned_whatever_the_environment_says() -> None:
    code = (
        "import os, runpy\n"
        "runpy.run_path('gunicorn.conf.py')\n"
        "import sys; assert 'numpy' not in sys.modules, 'numpy came before the pins'\n"
        "print(os.environ['OMP_NUM_THREADS'], os.environ['OPENBLAS_NUM_THREADS'], os.environ['NUMBA_NUM_THREADS'])"
    )
    env = {**os.environ, "OMP_NUM_THREADS": "8", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["1", "1", "1"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"CINEMATCH_DATASET": "nothing"}, "CineMatch cannot start"),
        ({"CINEMATCH_RATE_LIMIT": "many"}, "CINEMATCH_RATE_LIMIT"),
        ({"CINEMATCH_PORT": "eighty"}, "CINEMATCH_PORT"),
    ],
)
def test_a_fault_at_start_ends_with_what_to_do(
    toy_installation: Installation, tmp_path: Path, change: dict[str, str], said: str
) -> None:
    env = {**os.environ, **toy_installation.with_cache(tmp_path).env, "PYTHONPATH": str(ROOT), **change}
    command = [sys.executable, "-m", "gunicorn", "-c", str(CONFIG), "-b", f"127.0.0.1:{free_port()}"]
    ended = subprocess.run(
        [*command, "dashboard.wsgi:server"],
        check=False,
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert said in ended.stderr


def test_workers_share_connections_evenly(server: GunicornProcess) -> None:
    def worker_of(name: str) -> int | None:
        for line in reversed(server.log().splitlines()):
            if name in line and (entry := json.loads(line)).get("request_id") == name:
                return int(entry["pid"])
        return None

    shares: Counter[int | None] = Counter()
    for turn in range(3):
        names = [f"connection-{turn}-{number:02}" for number in range(16)]
        sessions = [requests.Session() for _ in names]

        def ask(number: int, names: list[str] = names, sessions: list[requests.Session] = sessions) -> int:
            headers = {"X-Request-ID": names[number]}
            return sessions[number].get(f"{server.url}/api/v1/movies/10", timeout=20, headers=headers).status_code

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(ask, range(16))) == {200}
        wait_for(lambda names=names: all(worker_of(name) for name in names), "the access log's lines")
        shares.update(worker_of(name) for name in names)
        for session in sessions:
            session.close()
    # Chance, and a machine with other work, leave a worker a third; one that takes all leaves nothing.
    assert len(shares) == 2
    assert min(shares.values()) >= 16, shares


def test_the_port_is_free_at_once_when_the_master_was_killed(toy_installation: Installation, tmp_path: Path) -> None:
    installation = toy_installation.with_cache(tmp_path / "cache", algorithms="popularity")
    first = serve(installation, tmp_path).start("/readyz", timeout=60)
    with ExitStack() as stack:
        # In the middle of a request, which a worker that leaves waits for.
        for _ in range(8):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", first.port)))
            client.sendall(b"POST /api/v1/recommendations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
            client.sendall(b"Content-Length: 900\r\n\r\n{")
        os.kill(first.pid, signal.SIGKILL)

        def free() -> bool:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                return probe.connect_ex(("127.0.0.1", first.port)) != 0

        wait_for(free, "the port", timeout=4)
        with serve(installation, tmp_path, port=first.port).start("/readyz", timeout=60) as second:
            assert requests.get(f"{second.url}/healthz", timeout=10).status_code == 200
    first.kill()


def test_a_worker_that_is_still_made_hears_that_it_is_to_stop(toy_installation: Installation, tmp_path: Path) -> None:
    slow = tmp_path / "slow.conf.py"
    slow.write_text(
        CONFIG.read_text(encoding="utf-8") + "\n\nimport time\n\nusual = post_fork\n\n\n"
        "def post_fork(server, worker):\n    time.sleep(3 if worker.age > 1 else 0)\n    usual(server, worker)\n"
    )
    installation = toy_installation.with_cache(tmp_path / "cache", algorithms="popularity")
    process = GunicornProcess("dashboard.wsgi:server", tmp_path, env=installation.env, config=slow)
    assert process.start("/readyz", timeout=60).stop() == 0


def test_what_gunicorn_cannot_read_is_a_problem_as_well(server: GunicornProcess) -> None:
    for target, status in (("/api/v1/movies?q=" + "x" * 9000, 414), ("/ x", 400)):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
            client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head, _, body = client.makefile("rb").read().partition(b"\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {status} ".encode())
        assert b"Content-Type: application/problem+json" in head
        assert json.loads(body)["status"] == status
