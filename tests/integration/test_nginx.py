"""The deployed nginx configuration in front of two gunicorn workers, at / and under a sub-path."""

import re
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from core.recommenders.registry import algorithm_keys
from tests.conftest import Installation
from tests.integration.conftest import Site
from tests.integration.nginx import NginxProcess
from tests.servers import ROOT, GunicornProcess, free_port, wait_for

pytestmark = pytest.mark.integration

HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "X-Request-ID")


def test_page_and_everything_that_it_loads(site: Site) -> None:
    page = site.get("")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    loaded = re.findall(r'(?:src|href)="(/[^"]*)"', page.text)
    assert len(loaded) > 5
    for path in (*loaded, f"{site.prefix}_dash-layout", f"{site.prefix}_dash-dependencies"):
        assert path.startswith(site.prefix)
        found = requests.get(site.nginx.url + path, timeout=20)
        assert found.status_code == 200, path
        for name in HEADERS:
            assert len(found.raw.headers.getlist(name)) == 1, f"{path}: {name}"


def test_api_answers_and_its_errors_pass_unchanged(site: Site) -> None:
    for key in algorithm_keys():
        items = site.get(f"api/v1/users/1/recommendations?algorithm={key}&n=10").json()["items"]
        assert len(items) == 10
    missing = site.get("api/v1/movies/11")
    assert missing.status_code == 404
    assert missing.headers["Content-Type"] == "application/problem+json"
    assert missing.json()["instance"] == f"{site.prefix}api/v1/movies/11"
    posted = requests.post(
        f"{site.nginx.url}{site.prefix}api/v1/recommendations", json={"ratings": [], "n": 3}, timeout=20
    )
    assert len(posted.json()["items"]) == 3
    assert site.get("api/docs").status_code == 200
    assert site.get("readyz").json()["status"] == "ready"


def test_answers_are_compressed_once(site: Site) -> None:
    packed = site.get("api/v1/movies?limit=60", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json()["total"] == 60
    plain = site.get("api/v1/movies?limit=60", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == packed.json()


def test_bundles_come_from_the_cache_in_three_forms(site: Site) -> None:
    found = re.search(r'src="([^"]*/dash_renderer[^"]*)"', site.get("").text)
    assert found
    url = site.nginx.url + found[1]
    for spelling, encoding in (("gzip", "gzip"), ("gzip, deflate, br", "br"), ("identity", None)):
        answers = [
            requests.get(url, headers={"Accept-Encoding": spelling}, timeout=20, stream=True) for _ in range(2)
        ]
        for answer in answers:
            assert answer.headers.get("Content-Encoding") == encoding
            assert "max-age=31536000" in answer.headers["Cache-Control"]
            assert answer.raw.read(100)
            answer.close()
        assert answers[1].headers["X-Cache"] == "HIT"
    other_spelling = requests.get(url, headers={"Accept-Encoding": "deflate, gzip;q=0.9"}, timeout=20)
    assert other_spelling.headers["X-Cache"] == "HIT"


def test_metrics_are_not_for_visitors(site: Site) -> None:
    assert site.get("metrics").status_code == 404
    inside = requests.get(f"{site.gunicorn.url}/metrics", timeout=20).text
    assert 'cinematch_processes{role="worker"} 2.0' in inside
    assert "cinematch_http_requests_total" in inside


def test_bodies_that_are_too_large_are_problems_on_both_sides(site: Site) -> None:
    # More than once: an answer that is lost to a reset connection is a race.
    for megabytes in (1.5, 6, 1.5, 3.5, 1.5, 1.5, 1.5):
        answer = requests.post(
            f"{site.nginx.url}{site.prefix}api/v1/recommendations",
            data=b" " * int(megabytes * 2**20),
            headers={"Content-Type": "application/json"},
            timeout=20,
        )
        assert answer.status_code == 413
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == 413


def test_a_large_upload_is_answered_and_is_in_no_log(site: Site) -> None:
    address = f"{site.nginx.url}{site.prefix}api/v1/imports"
    row = f"Film 3,1953,4,{'confided ' * 200}\n"
    table = ("Title,Year,Rating,Review\n" + row * 1_000).encode()
    assert len(table) > 3 * 2**19
    before = len(site.nginx.log())
    answers = [
        requests.post(address, files={"file": ("secretly-named.csv", table)}, timeout=60),
        requests.post(address, params={"name": "secretly-named.csv"}, data=table, timeout=60),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["rows"], found["refused"], len(found["matched"])) == (1_000, [], 1)
        assert (found["matched"][0]["movies"][0]["movie_id"], found["matched"][0]["stars"]) == (40, 4.0)
        name = answer.headers["X-Request-ID"]
        wait_for(lambda name=name: name in site.nginx.log() and name in site.gunicorn.log(), "both access logs")
    for log in (site.nginx.log()[before:], site.gunicorn.log()):
        assert not re.search("secretly-named|confided|Film 3|temporary file", log)


def test_an_id_names_the_request_on_both_sides(site: Site) -> None:
    name = site.get("healthz", headers={"X-Request-ID": "chosen-by-client"}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", name)
    # Written after the answer has left.
    wait_for(lambda: name in site.nginx.log() and name in site.gunicorn.log(), "both access logs")


def test_limits_count_the_visitor_and_not_the_proxy(toy_installation: Installation, tmp_path: Path) -> None:
    installation = toy_installation.with_cache(
        tmp_path / "cache", trusted_proxies=1, rate_limit="2 per hour", workers=1
    )
    gunicorn = GunicornProcess(
        "dashboard.wsgi:server", tmp_path, workers=1, env=installation.env, config=ROOT / "gunicorn.conf.py"
    )
    with gunicorn.start("/healthz", timeout=60), NginxProcess(gunicorn.port, tmp_path) as nginx:

        def ask(number: int) -> int:
            # What a client says of its own address is not believed.
            headers = {"X-Forwarded-For": f"10.0.0.{number}"}
            return requests.get(f"{nginx.url}/api/v1/movies/10", headers=headers, timeout=20).status_code

        assert [ask(number) for number in range(3)] == [200, 200, 429]
        gunicorn.stop()
        for path, accept in (("/api/v1/movies/10", "text/html"), ("/readyz", "*/*"), ("/_dash-layout", "text/html")):
            down = requests.get(f"{nginx.url}{path}", headers={"Accept": accept}, timeout=20)
            assert (down.status_code, down.headers["Retry-After"]) == (503, "5")
            assert down.headers["Content-Type"] == "application/problem+json"
            assert down.json()["status"] == 503
        polled = f"{nginx.url}/_dash-update-component?cacheKey=secret-one&job=secret-two"
        assert requests.post(polled, json={}, timeout=20).status_code == 503
        wait_for(lambda: '"POST /_dash-update-component" 503' in nginx.log(), "the access log's line")
        assert "Connection refused" in nginx.log()
        assert "secret-" not in nginx.log()
        page = requests.get(f"{nginx.url}/recommend?n=5", headers={"Accept": "text/html,*/*;q=0.8"}, timeout=20)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert page.headers["Content-Type"].startswith("text/html")
        assert '<meta http-equiv="refresh" content="5">' in page.text


class Anew(BaseHTTPRequestHandler):
    """Answers with the number of the container that it stands for, and keeps connections open as gunicorn does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told = str(self.server.number).encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Container(ThreadingHTTPServer):
    """What is gone altogether when it is gone, connections that were kept among it."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(("127.0.0.1", port), Anew)
        self.number, self.kept = number, list[socket.socket]()
        threading.Thread(target=self.serve_forever, args=(0.02,)).start()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.kept.append(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        self.shutdown()
        for connection in self.kept:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


def test_an_application_that_is_made_anew_at_its_address_is_found_at_once(tmp_path: Path) -> None:
    port = free_port()
    with NginxProcess(port, tmp_path) as nginx:
        for number in range(3):
            with Container(port, number):
                for ask in (requests.get, requests.post, requests.get):
                    answer = ask(f"{nginx.url}/healthz", timeout=20)
                    assert (answer.status_code, answer.text) == (200, str(number))
            assert requests.get(f"{nginx.url}/healthz", timeout=20).status_code == 503


def test_addresses_that_are_too_long_are_problems(site: Site) -> None:
    answer = site.get("api/v1/movies?q=" + "x" * 9000)
    assert answer.status_code == 414
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 414
    assert "Host" not in answer.text


def test_three_hundred_ids_fit_into_an_address(site: Site) -> None:
    ids = "%2C".join(str(60_000_000 + number) for number in range(300))
    assert site.get(f"api/v1/users/1/recommendations?only={ids}&exclude={ids}").status_code in (200, 404)


def test_no_address_forges_a_line_of_the_log(site: Site) -> None:
    name = site.get("movie/1%0A2026-01-01%20CRITICAL%20forged%1b[2J", headers={"Accept": "*/*"}).headers[
        "X-Request-ID"
    ]
    wait_for(lambda: name in site.gunicorn.log(), "the access log's line")
    assert not any(line.startswith("2026-01-01 CRITICAL") for line in site.gunicorn.log().split("\n"))
    assert "\x1b" not in site.gunicorn.log() + site.nginx.log()


def test_no_handle_of_a_job_is_logged(site: Site) -> None:
    answer = site.get("_dash-layout?cacheKey=secret-one&job=secret-two&endId=secret-three&x=1")
    name = answer.headers["X-Request-ID"]
    wait_for(lambda: name in site.gunicorn.log() and name in site.nginx.log(), "both access logs")
    assert "secret-" not in site.gunicorn.log() + site.nginx.log()
