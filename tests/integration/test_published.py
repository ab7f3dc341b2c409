"""Two servers with copies of their own take up what is published elsewhere, under load, and outlive its failures."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import requests

from core.data.install import keep
from core.published.place import Place, open_place
from core.published.publish import publish
from core.settings import Settings, load_settings
from core.store.training import train
from core.testing.toy import toy_dataset
from tests.integration.asking import Asking
from tests.integration.nginx import NginxProcess
from tests.s3 import BUCKET, S3Process
from tests.servers import ROOT, GunicornProcess, started, wait_for

pytestmark = pytest.mark.integration

KEYS = ("popularity", "svd")
URL = f"s3://{BUCKET}/servers"
SHARED = "all" * 8
LIST = '"GET /api/v1/users/1/recommendations" 200'


class Posting(threading.Thread):
    """Somebody who sends ratings again and again: what nginx must not send twice."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = f"{url}/api/v1/recommendations"
        self.failed: list[str] = []
        self.enough = threading.Event()

    def run(self) -> None:
        """Send until it is enough."""
        body = {"ratings": [{"movie_id": 10, "rating": 5}], "algorithm": "popularity", "n": 5}
        while not self.enough.wait(0.02):
            answer = requests.post(self.url, json=body, timeout=20)
            if answer.status_code != 200:
                self.failed.append(answer.text)


@dataclass
class Cluster:
    """Two servers behind nginx, the store, and a machine that trains."""

    store: S3Process
    place: Place
    servers: list[GunicornProcess]
    nginx: NginxProcess
    trainer: Settings
    published: list[str]

    def publish(self, seed: int) -> str:
        """Train on other data and publish the outcome."""
        train(keep(toy_dataset(seed=seed), self.trainer), KEYS, self.trainer.dataset_models_dir)
        self.published.append(self.place.use(publish(self.trainer, self.place, KEYS).id).id)
        return self.published[-1]

    def ready(self, number: int) -> dict[str, str]:
        """Return what a server says of its data, over a connection of its own."""
        answer = requests.get(f"{self.servers[number].url}/readyz", headers={"Connection": "close"}, timeout=20)
        assert answer.status_code == 200
        found: dict[str, str] = answer.json()["dataset"]
        return found

    def serve(self, version: str) -> Callable[[], bool]:
        """Return a condition: both servers serve a version."""
        return lambda: {self.ready(number)["version"] for number in (0, 1)} == {version}

    def say(self, words: str) -> Callable[[], bool]:
        """Return a condition: both servers say why they do not serve what is published."""
        return lambda: all(words in (self.ready(number)["reason"] or "") for number in (0, 1))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The first version is published, and both servers begin with nothing."""
    root = tmp_path_factory.mktemp("cluster")
    trainer = load_settings(dataset="toy", **{f"{name}_dir": root / name for name in ("data", "models", "cache")})
    with S3Process() as store, pytest.MonkeyPatch.context() as patch:
        for name, value in store.env.items():
            patch.setenv(name, value)
        place = open_place(URL, "toy")
        servers = []
        for number in (0, 1):
            own = root / f"server{number}"
            own.mkdir()
            env = {f"CINEMATCH_{name.upper()}_DIR": str(own / name) for name in ("data", "models", "cache")}
            env |= {"CINEMATCH_DATASET": "toy", "CINEMATCH_ALGORITHMS": ",".join(KEYS), "CINEMATCH_RATE_LIMIT": "off"}
            env |= {"CINEMATCH_ARTIFACTS_URL": URL, "CINEMATCH_ARTIFACTS_POLL_S": "0.5"}
            env |= {"CINEMATCH_SECRET_KEY": SHARED, "CINEMATCH_TRUSTED_PROXIES": "1"}
            config = ROOT / "gunicorn.conf.py"
            servers.append(GunicornProcess("dashboard.wsgi:server", own, workers=1, env=env, config=config))
        with NginxProcess(servers[0].port, root, servers[1].port) as nginx:
            found = Cluster(store, place, servers, nginx, trainer, [])
            found.publish(1)
            with started(*servers, ready_path="/readyz", timeout=90):
                yield found


@pytest.fixture
def people(cluster: Cluster) -> Iterator[list[Asking | Posting]]:
    """Some who ask through nginx while a test does what it does, none of whom may be refused."""
    asking = [Asking(cluster.nginx.url, "algorithm=svd&n=5") for _ in range(2)]
    everybody: list[Asking | Posting] = [*asking, Posting(cluster.nginx.url)]
    for one in everybody:
        one.start()
    try:
        yield everybody
    finally:
        for one in everybody:
            one.enough.set()
        for one in everybody:
            one.join(30)
    assert [one.failed for one in everybody] == [[]] * 3
    assert all(sum(one.answers.values()) > 10 for one in asking)


def test_a_new_version_is_taken_up_and_brought_back(cluster: Cluster, people: list[Asking | Posting]) -> None:
    first = cluster.published[0]
    assert cluster.serve(first)()
    second = cluster.publish(2)
    wait_for(cluster.serve(second), "the new version in both servers", timeout=60)
    cluster.place.use(first)
    wait_for(cluster.serve(first), "the former version in both servers", timeout=60)
    given: Counter[object] = Counter()
    for one in people:
        if isinstance(one, Asking):
            given += one.answers
    # Nobody got films of one version with scores of the other.
    assert len(given) == 2


@pytest.mark.usefixtures("people")
def test_what_is_damaged_or_unreachable_changes_nothing_and_is_told(cluster: Cluster) -> None:
    serving = cluster.ready(0)["version"]
    train(keep(toy_dataset(seed=3), cluster.trainer), KEYS, cluster.trainer.dataset_models_dir)
    broken = publish(cluster.trainer, cluster.place, KEYS)
    victim = next(file for file in broken.files if file.path.startswith("models/svd/") and file.size > 300)
    cluster.place._system.pipe_file(f"{cluster.place._root}/{broken.id}/{victim.path}", bytes(victim.size))
    cluster.place.use(broken.id)
    wait_for(cluster.say("differs from its recorded SHA-256"), "both servers to say that it is damaged", timeout=60)
    assert cluster.serve(serving)()
    cluster.store.__exit__()
    wait_for(cluster.say("does not answer"), "both servers to say that the store is away", timeout=60)
    assert cluster.serve(serving)()


@pytest.mark.usefixtures("people")
def test_servers_are_restarted_one_after_the_other_without_the_store(cluster: Cluster) -> None:
    serving = cluster.ready(0)["version"]
    for server in cluster.servers:
        server.stop(40)
        written = len(server.log())
        server.start("/readyz", timeout=60)
        # nginx passes over who refused it for 2 s, and then until an answer to one request: the next server goes when
        # each of its processes sends here again.
        wait_for(
            lambda server=server, written=written: server.log().count(LIST, written) > 40,
            "nginx to ask the server again",
        )
    assert cluster.serve(serving)()
