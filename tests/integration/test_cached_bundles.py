"""What nginx keeps is what was asked for: no request puts another answer in the place of a script."""

import re
import socket

import pytest
import requests

from tests.integration.conftest import Site

pytestmark = pytest.mark.integration

_SCRIPTS = ("text/javascript", "application/javascript")


def raw(site: Site, target: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Send a request line as it is: clients' libraries would tidy it up. Returns status, headers, beginning."""
    given = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", site.nginx.port), timeout=20) as connection:
        connection.sendall(f"{method} {target} HTTP/1.1\r\nHost: site\r\nConnection: close\r\n{given}\r\n".encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    named = (line.partition(": ") for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, _, value in named}, body[:2000]


def renderer(site: Site) -> str:
    found = re.search(r'src="([^"]*/dash_renderer[^"]*)"', site.get("").text)
    assert found
    return found[1]


def cached(site: Site) -> int:
    """Return how many answers nginx keeps."""
    return sum(1 for path in (site.nginx.log_path.parent / "nginx" / "cache").rglob("*") if path.is_file())


def fresh(path: str, number: int) -> str:
    """Return the address of a bundle that nobody has asked for: the fingerprint is the client's to choose."""
    return re.sub(r"\.v[^.]*\.", f".v{number}m{number:x}.", path)


@pytest.mark.parametrize(
    "disguise",
    [
        "{prefix}x%2f..%2f{rest}",
        "{prefix}x%2F..%2F{rest}",
        "{prefix}x/..%2f{rest}",
        "{prefix}x%5c..%5c{rest}",
        "{prefix}recommend?/{rest}",
        "{prefix}./x/../{rest}?a=1",
        "//{rest}",
        "{prefix}{rest}%20",
        "{prefix}{rest}%0a",
        "{prefix}_dash-component-suites/..%2f{rest}",
    ],
)
def test_no_disguised_address_takes_the_place_of_a_script(site: Site, disguise: str) -> None:
    # Of a bundle that is not in the cache yet, as after every release.
    for number, path in ((1, renderer(site)), (2, fresh(renderer(site), abs(hash(disguise))))):
        rest = path.removeprefix(site.prefix)
        for headers in ({}, {"Accept": "text/html", "Accept_Encoding": "gzip"}):
            raw(site, disguise.format(prefix=site.prefix, rest=rest), **headers)
        for encoding in ("identity", "gzip"):
            status, headers, body = raw(site, path, Accept_Encoding=encoding)
            assert status == 200, (number, encoding)
            assert headers["content-type"].split(";")[0] in _SCRIPTS
            assert b"<!DOCTYPE html>" not in body


def test_addresses_that_clients_make_up_do_not_fill_the_cache(site: Site) -> None:
    path = renderer(site)
    for encoding in ("identity", "gzip", "br"):
        raw(site, path, Accept_Encoding=encoding)
    before = cached(site)
    assert before
    for number in range(12):
        for made_up in (fresh(path, number + 10), f"{path}?v={number}"):
            status, headers, _ = raw(site, made_up, Accept_Encoding="gzip")
            assert (status, headers["content-type"].split(";")[0] in _SCRIPTS) == (200, True)
    assert cached(site) == before
    assert raw(site, path, Accept_Encoding="gzip")[1]["x-cache"] == "HIT"


def test_a_fingerprint_that_is_not_ours_is_answered_and_not_kept(site: Site) -> None:
    # A page that is open while a new release starts asks for scripts by their former names.
    answer = requests.get(site.nginx.url + fresh(renderer(site), 7), timeout=20)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Cache"] != "HIT"


@pytest.mark.parametrize(
    "path",
    [
        "_dash-component-suites/nothing/nothing.js",
        "_dash-component-suites/dash/nothing.js",
        "_dash-component-suites/dash/dash-renderer/build/../../__init__.py",
        "_dash-component-suites/",
        "nothing",
        "movie/4711",
        "assets/nothing.css",
        "api/nothing",
        "healthz/x",
    ],
)
def test_what_is_not_there_is_404(site: Site, path: str) -> None:
    for accept in ("*/*", "text/html,application/xhtml+xml;q=0.9"):
        status, headers, body = raw(site, site.prefix + path, Accept=accept)
        assert status == 404, accept
        wants_page = "html" in accept and not path.startswith(("_dash", "api"))
        assert ("text/html" in headers["content-type"]) == wants_page
        assert b"Traceback" not in body


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "", {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "recommend", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "_dash-update-component", {"POST", "OPTIONS"}),
        ("PUT", "healthz", {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "api/v1/movies", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "api/v1/recommendations", {"POST", "OPTIONS"}),
    ],
)
def test_other_methods_are_405_with_a_true_allow(site: Site, method: str, path: str, allowed: set[str]) -> None:
    status, headers, _ = raw(site, site.prefix + path, method, Content_Length="0")
    assert status == 405
    assert set(headers["allow"].split(", ")) == allowed
