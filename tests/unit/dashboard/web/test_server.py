"""Health, metrics, headers, compression and paths of the server."""

import gzip
import logging
import re
import time
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient

from core.recommenders.registry import algorithm_keys
from core.views import Learning, ModelStatus
from dashboard.app import create_app
from dashboard.web.health import readiness
from dashboard.web.security import content_security_policy, inline_script_hashes
from tests.conftest import Installation
from tests.unit.conftest import MakeClient


def model(key: str, state: str) -> ModelStatus:
    return ModelStatus(key, key, "", state, None if state == "loaded" else "a reason")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("states", "status", "word"),
    [
        (("loaded", "loaded"), 200, "ready"),
        (("loaded", "skipped"), 200, "degraded"),
        (("failed", "missing"), 503, "unavailable"),
        ((), 503, "unavailable"),
    ],
)
def test_readiness(states: tuple[str, ...], status: int, word: str) -> None:
    found, document = readiness([model(f"m{number}", state) for number, state in enumerate(states)])
    assert (found, document["status"]) == (status, word)
    assert [entry["state"] for entry in document["models"].values()] == list(states)
    assert all((entry["reason"] is None) == (entry["state"] == "loaded") for entry in document["models"].values())


def test_a_cache_that_cannot_be_written_degrades_what_serves_all_the_same() -> None:
    found, document = readiness([model("a", "loaded")], "Nothing can be kept.")
    assert (found, document["status"]) == (200, "degraded")
    assert document["storage"] == {"state": "failed", "reason": "Nothing can be kept."}
    found, document = readiness([model("a", "loaded")], jobs_trouble="No worker is there.")
    assert (found, document["status"]) == (200, "degraded")
    assert document["jobs"] == {"state": "failed", "reason": "No worker is there."}


def test_readiness_tells_what_is_learned_and_what_could_not_be() -> None:
    running = Learning("running", {"svd": "waiting", "ease": "running"}, {"svd": "waiting"}, ends_at=time.time() + 40)
    status, document = readiness([model("a", "loaded"), model("svd", "missing")], None, None, running)
    assert (status, document["status"]) == (200, "degraded")
    learning = document["learning"]
    assert (learning["state"], learning["models"], learning["measures"]) == ("running", ["ease", "svd"], ["svd"])
    assert learning["seconds_left"] == pytest.approx(40, abs=2)
    failed = Learning("failed", {"svd": "failed"}, reasons={"svd": "Its process was killed."})
    assert readiness([model("a", "loaded")], learning=failed)[1]["learning"]["reason"] == (
        "svd could not be learned: Its process was killed."
    )
    assert "svd, ease to go" not in str(readiness([], learning=running.stopped())[1])
    assert "ease, svd to go" in str(readiness([], learning=running.stopped())[1])


@pytest.mark.parametrize("prefix", ["/", "/films/"])
def test_operations_answer_at_the_root_and_below_the_prefix(make_client: MakeClient, prefix: str) -> None:
    client = make_client(url_prefix=prefix)
    for base in {"/", prefix}:
        assert client.get(f"{base}healthz").json == {"status": "ok"}
        ready = client.get(f"{base}readyz")
        assert ready.status_code == 200
        assert ready.json == {
            "status": "ready",
            "models": {key: {"state": "loaded", "reason": None} for key in algorithm_keys()},
            "storage": {"state": "ok", "reason": None},
            "dataset": {"state": "ok", "reason": None},
            "learning": {"state": "done", "models": [], "measures": [], "seconds_left": None, "reason": None},
            "jobs": {"state": "ok", "reason": None},
        }
        assert b"cinematch_http_requests_total" in client.get(f"{base}metrics").data
    root = client.get("/")
    assert (root.status_code, root.headers.get("Location")) == ((200, None) if prefix == "/" else (302, prefix))
    page = client.get(prefix)
    assert '<html lang="en">' in page.text
    # Whatever the page loads lies below the prefix.
    assert all(found.startswith(prefix) for found in re.findall(r'(?:src|href)="(/[^"]*)"', page.text))


def test_no_model_is_503_but_the_process_is_up(make_client: MakeClient) -> None:
    client = make_client(models_dir="/nowhere")
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (503, "unavailable")
    assert "cinematch train" in ready.json["models"]["popularity"]["reason"]
    assert client.get("/").status_code == 200


def test_metrics_count_by_rule_and_show_models_and_memory(client: FlaskClient) -> None:
    def count() -> float:
        text = client.get("/metrics").text
        labels = 'method="GET",route="/api/v1/movies/<movie_id>",status="404"'
        found = re.search(rf"^cinematch_http_requests_total\{{{re.escape(labels)}\}} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    before = count()
    for movie in (11, 12, 13):
        client.get(f"/api/v1/movies/{movie}")
    assert count() - before == 3
    text = client.get("/metrics").text
    assert 'cinematch_model_up{model="popularity",state="loaded"} 1.0' in text
    assert re.search(r'cinematch_process_memory_bytes\{kind="uss",role="single"\} \d', text)
    assert re.search(r'cinematch_build_info\{python="3\.\d+\.\d+",version="[\d.]+"\} 1\.0', text)
    assert re.search(r'cinematch_dataset_info\{fingerprint="[0-9a-f]{12}",name="toy"\} 1\.0', text)
    assert re.search(r'cinematch_model_trained_timestamp_seconds\{model="popularity"\} 1\.\d+e\+09', text)
    assert 'cinematch_jobs{state="running"} 0.0' in text
    assert "cinematch_storage_up 1.0" in text
    assert re.search(r'cinematch_http_request_duration_seconds_bucket\{le="0.05",route="/metrics"\}', text)
    # Series of what comes and goes would pile up.
    assert "pid=" not in text
    assert "/movies/11" not in text
    for _ in range(2):
        client.get("/api/v1/users/1/recommendations?algorithm=svd")
    text = client.get("/metrics").text
    assert re.search(r'cinematch_lists_total\{algorithm="svd"\} \d', text)
    assert re.search(r'cinematch_kept_lists_total\{result="hit"\} [1-9]', text)
    assert re.search(r'cinematch_kept_lists_total\{result="miss"\} [1-9]', text)
    assert re.search(r"cinematch_kept_lists_bytes [1-9]", text)
    client.open("/", method="BREW")
    assert "BREW" not in client.get("/metrics").text


# --- headers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/dataset", "/api/v1/nothing", "/healthz", "/_dash-layout", "/api/docs"]
)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "'unsafe-eval'" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]


@pytest.mark.parametrize("prefix", ["/", "/films/"])
def test_the_policy_allows_exactly_the_inline_scripts_that_are_served(make_client: MakeClient, prefix: str) -> None:
    client = make_client(url_prefix=prefix)
    first, other = client.get(prefix), client.get(f"{prefix}recommend?user=1")
    hashes = inline_script_hashes(first.text)
    assert hashes
    for page in (first, other):
        assert set(inline_script_hashes(page.text)) == set(hashes)
        assert content_security_policy(hashes) == page.headers["Content-Security-Policy"]


def test_hashes_are_of_the_text_between_the_tags_and_only_of_inline_scripts() -> None:
    html = '<script src="a.js"></script><SCRIPT type="x">\nab</SCRIPT><script>\nab</script><script>c</script>'
    data = '<script id="config" type="application/json">{"a": 1}</script>'
    expected = [f"'sha256-{b64encode(sha256(text).digest()).decode()}'" for text in (b"\nab", b"c")]
    assert inline_script_hashes(html + data) == expected


def test_a_request_keeps_the_id_that_a_proxy_gave_when_it_is_sane(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-12345"}).headers["X-Request-ID"] == "abc-12345"
    made = client.get("/healthz", headers={"X-Request-ID": 'x" y'}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", made)
    assert client.get("/healthz").headers["X-Request-ID"] != made


# --- compression ------------------------------------------------------------------------------------------------


def test_json_is_compressed_for_those_who_take_it(client: FlaskClient) -> None:
    plain = client.get("/api/v1/movies?limit=50")
    packed = client.get("/api/v1/movies?limit=50", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert orjson.loads(gzip.decompress(packed.data)) == plain.json
    assert len(packed.data) < len(plain.data) / 3


def test_plotly_is_asked_for_anew_only_when_what_is_served_changes(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/_dash-component-suites/plotly/package_data/plotly.min.js"
    first = client.get(path, headers={"Accept-Encoding": "br"})
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-cache")
    known = {"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    again = client.get(path, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={"Accept-Encoding": "br"}).headers["ETag"] == first.headers["ETag"]
    monkeypatch.setattr("dashboard.web.dash_backend.lean_plotly", lambda: b"others")
    assert client.get(path, headers=known).status_code == 200


def test_a_bundle_is_compressed_once_for_all_workers_and_starts(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, restarted = make_client(), make_client()
    import flask_compress.flask_compress as library

    runs = []
    real = library._compress_data
    monkeypatch.setattr(library, "_compress_data", lambda *given: runs.append(given[2]) or real(*given))
    found = re.search(
        r'src="(/_dash-component-suites/dash/dash-renderer/build/dash_renderer[^"]+)"', client.get("/").text
    )
    assert found
    path = found[1]
    plain = client.get(path).data
    first = client.get(path, headers={"Accept-Encoding": "gzip"})
    second = client.get(path, headers={"Accept-Encoding": "gzip"})
    # The fingerprint is the client's to choose: another one must not fill memory with another copy.
    other = client.get(path.replace(".v", ".v9"), headers={"Accept-Encoding": "gzip"})
    assert [gzip.decompress(answer.data) for answer in (first, second, other)] == [plain] * 3
    assert runs == ["gzip"]
    brotli = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert brotli.headers["Content-Encoding"] == "br"
    assert runs == ["gzip", "br"]
    again = restarted.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert (again.headers["Content-Encoding"], again.data) == ("br", brotli.data)
    assert runs == ["gzip", "br"]


def test_without_a_writable_cache_a_bundle_is_compressed_once_in_each_process(
    make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    (tmp_path / "bundles").write_text("no directory")
    found = re.search(r'src="(/_dash-component-suites/[^"]+)"', client.get("/").text)
    assert found
    first, second = (client.get(found[1], headers={"Accept-Encoding": "br"}) for _ in range(2))
    assert first.headers["Content-Encoding"] == second.headers["Content-Encoding"] == "br"
    assert first.data == second.data


# --- the rest ---------------------------------------------------------------------------------------------------


def test_large_bodies_are_refused_everywhere(client: FlaskClient) -> None:
    answer = client.post("/_dash-update-component", data=b" " * (2**21 + 1), content_type="application/json")
    assert answer.status_code == 413


def test_a_failing_callback_is_logged_and_tells_nothing(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.post("/_dash-update-component", json={"output": "nothing.at-all", "inputs": []})
    assert answer.status_code >= 400
    assert "Traceback" not in answer.text


def test_no_answer_tells_where_files_lie(toy_installation: Installation, tmp_path: Path) -> None:
    models = tmp_path / "somewhere" / "models"
    for key in ("svd", "ease"):
        (models / toy_installation.dataset.name / key).mkdir(parents=True)
    (models / toy_installation.dataset.name / "ease" / "manifest.json").write_text("{")
    settings = toy_installation.with_cache(tmp_path / "cache", models_dir=models).settings
    client = create_app(settings).server.test_client()
    for path in ("/readyz", "/api/v1/models", "/api/v1/users/1/recommendations?algorithm=ease", "/nothing"):
        text = client.get(path).text
        assert text
        assert "somewhere" not in text, path
        assert str(tmp_path) not in text, path
