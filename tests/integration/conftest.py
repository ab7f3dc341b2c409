"""A site as it is deployed, nginx in front of two gunicorn workers at / and under a sub-path, and a Redis."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.conftest import Installation
from tests.integration.nginx import NginxProcess
from tests.redis_server import RedisProcess
from tests.servers import ROOT, GunicornProcess


@dataclass
class Site:
    """What a visitor reaches, and what stands behind it."""

    prefix: str
    nginx: NginxProcess
    gunicorn: GunicornProcess

    def get(self, path: str, **options: object) -> requests.Response:
        """Ask nginx for a path below the prefix."""
        return requests.get(self.nginx.url + self.prefix + path, timeout=20, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=["/", "/cinematch/"], ids=["root", "sub-path"])
def site(
    request: pytest.FixtureRequest, toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """nginx with the deployed configuration, and gunicorn with its own."""
    place = tmp_path_factory.mktemp("nginx")
    installation = toy_installation.with_cache(place / "cache", url_prefix=request.param, trusted_proxies=1)
    gunicorn = GunicornProcess("dashboard.wsgi:server", place, env=installation.env, config=ROOT / "gunicorn.conf.py")
    with gunicorn.start("/readyz", timeout=60), NginxProcess(gunicorn.port, place) as nginx:
        yield Site(request.param, nginx, gunicorn)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """A Redis of the module's own."""
    with RedisProcess(tmp_path_factory.mktemp("redis")) as server:
        yield server
