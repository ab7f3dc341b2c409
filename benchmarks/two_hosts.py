"""Two servers as two hosts: each in a network namespace of its own, behind nginx in a third.

    python -m benchmarks.two_hosts [--seconds 5]

Needs root and `ip`. Toy data are trained, published at an S3 server in the third one, and served by two servers that
reach nothing else. While people ask through nginx: a new version is published; one host is cut off and comes back;
both servers are restarted, one after the other. Printed is what became of the requests; exit code 1 where one
failed. Who had asked the host that was cut off waits until it is back: what was sent may have been done.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from core.data.install import keep
from core.published.place import open_place
from core.published.publish import publish
from core.settings import load_settings
from core.store.training import train
from core.testing.toy import toy_dataset
from tests.integration.asking import Asking
from tests.integration.nginx import DEPLOYED
from tests.s3 import BUCKET, S3Process
from tests.servers import ROOT, wait_for

KEYS = ("popularity", "svd")
BRIDGE, NET = "cmbridge", "10.87.0"
FRONT = f"{NET}.1"
HOSTS = {"cmhost1": f"{NET}.11", "cmhost2": f"{NET}.12"}


def ip(*words: str) -> None:
    """Run `ip`; it says itself what is wrong."""
    subprocess.run(["ip", *words], check=True)


@contextmanager
def hosts() -> Iterator[None]:
    """Two namespaces with a cable to a bridge each."""
    try:
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("addr", "add", f"{FRONT}/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for name, address in HOSTS.items():
            ip("netns", "add", name)
            ip("link", "add", f"{name}b", "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", f"{name}b", "master", BRIDGE, "up")
            ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield
    finally:
        for name in HOSTS:
            subprocess.run(["ip", "netns", "del", name], check=False)
        subprocess.run(["ip", "link", "del", BRIDGE], check=False)


def serve(name: str, place: Path, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start a server on a host and wait until it is ready."""
    command = ["ip", "netns", "exec", name, sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"]
    with (place / f"{name}.log").open("ab") as log:
        server = subprocess.Popen(
            [*command, "--bind", f"{HOSTS[name]}:8050", "dashboard.wsgi:server"],
            cwd=ROOT,
            env={**os.environ, **env, "CINEMATCH_CACHE_DIR": str(place / name)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    wait_for(lambda: state(name), f"{name}; its log is {place / name}.log", timeout=90)
    return server


def state(name: str) -> dict[str, str] | None:
    """Return what a host says of its data, None where it does not answer."""
    answer = answers(f"http://{HOSTS[name]}:8050/readyz")
    return dict(answer.json()["dataset"]) if answer is not None and answer.ok else None


def answers(url: str) -> requests.Response | None:
    """Return an answer over a connection of its own, None where there is none."""
    try:
        return requests.get(url, headers={"Connection": "close"}, timeout=2)
    except requests.RequestException:
        return None


def serves(name: str, version: str) -> bool:
    """Return whether a host's workers serve a version."""
    return all((state(name) or {}).get("version") == version for _ in range(6))


def nginx(place: Path, stack: ExitStack) -> str:
    """Start nginx with the deployed configuration in front of both hosts; return its address."""
    text = DEPLOYED.read_text()
    upstreams = " ".join(f"server {address}:8050 fail_timeout=2s;" for address in HOSTS.values())
    for deployed, here in (
        ("server app:8050 fail_timeout=2s;", upstreams),
        ("listen 8080;", f"listen {FRONT}:8080;"),
        ("/tmp/nginx", str(place / "nginx")),  # noqa: S108
    ):
        assert deployed in text, deployed
        text = text.replace(deployed, here)
    (place / "nginx").mkdir()
    (place / "nginx.conf").write_text(text)
    with (place / "nginx.log").open("ab") as log:
        process = subprocess.Popen(
            ["nginx", "-p", str(place), "-c", str(place / "nginx.conf"), "-g", "daemon off; user root;"],
            stdout=log,
            stderr=log,
        )
    stack.callback(lambda: (process.terminate(), process.wait(10)))
    url = f"http://{FRONT}:8080"
    wait_for(lambda: answers(f"{url}/readyz"), f"nginx; its log is {place}/nginx.log")
    return url


def failures(people: list[Asking]) -> int:
    """Return how many requests were refused."""
    return sum(len(one.failed) for one in people)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="how long a host is cut off")
    seconds = parser.parse_args().seconds
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(hosts())
        store = stack.enter_context(S3Process(FRONT))
        os.environ.update(store.env)
        url = f"s3://{BUCKET}/two-hosts"
        trainer = load_settings(
            dataset="toy", **{f"{name}_dir": place / name for name in ("data", "models", "cache")}
        )
        published = open_place(url, "toy")

        def push(seed: int) -> str:
            train(keep(toy_dataset(seed=seed), trainer), KEYS, trainer.dataset_models_dir)
            return published.use(publish(trainer, published, KEYS).id).id

        first = push(1)
        env = {"CINEMATCH_DATASET": "toy", "CINEMATCH_ALGORITHMS": ",".join(KEYS), "CINEMATCH_RATE_LIMIT": "off"}
        env |= {
            "CINEMATCH_ARTIFACTS_URL": url,
            "CINEMATCH_ARTIFACTS_POLL_S": "1",
            "CINEMATCH_SECRET_KEY": "-".join(HOSTS) * 4,
        }
        servers = {name: serve(name, place, env) for name in HOSTS}
        # Nobody writes into their directory any more when it is removed.
        stack.callback(lambda: [server.wait(60) for server in servers.values()])
        stack.callback(lambda: [server.terminate() for server in servers.values()])
        front = nginx(place, stack)
        people = [Asking(front, "algorithm=svd&n=5") for _ in range(3)]
        for one in people:
            one.start()

        def told(what: str) -> None:
            asked = sum(sum(one.answers.values()) for one in people)
            print(f"{what}: {asked:,} lists so far, {failures(people)} requests failed", flush=True)

        try:
            assert all(serves(name, first) for name in HOSTS)
            second = push(2)
            wait_for(lambda: all(serves(name, second) for name in HOSTS), "both hosts to serve it", timeout=90)
            told("both hosts serve the new version")
            ip("link", "set", "cmhost2b", "down")
            time.sleep(seconds)
            assert serves("cmhost1", second)
            assert state("cmhost2") is None
            ip("link", "set", "cmhost2b", "up")
            wait_for(lambda: serves("cmhost2", second), "the second host to be back", timeout=60)
            told(f"the second host was cut off for {seconds:.0f} s")
            for name in HOSTS:
                servers[name].terminate()
                servers[name].wait(60)
                servers[name] = serve(name, place, env)
                time.sleep(3)
            told("both servers were restarted")
        finally:
            # Whoever got no answer at all has ended with a traceback.
            lost = [one for one in people if not one.is_alive()]
            for one in people:
                one.enough.set()
            for one in people:
                one.join(60)
        sys.exit(1 if lost or failures(people) else 0)


if __name__ == "__main__":
    main()
