"""Exports of other services over REST: as they are, or in a form."""

import io
import logging

import pytest
from flask.testing import FlaskClient

from core.service import MAX_BYTES

PATH = "/api/v1/imports"
CONTENT = b"Date,Name,Year,Letterboxd URI,Rating\n2024-01-02,The Film 3,1953,x,4\n2024-01-02,Nowhere,1999,x,4\n"


def test_a_file_is_matched_alone_or_in_a_form(client: FlaskClient) -> None:
    plain = client.post(PATH, data=CONTENT, content_type="text/csv")
    assert plain.status_code == 200, plain.text
    (film,) = plain.json["matched"]
    assert (film["movies"][0]["movie_id"], film["stars"], film["certainty"]) == (40, 4.0, "exact")
    assert [film["title"] for film in plain.json["not_here"]] == ["Nowhere"]
    form = client.post(PATH, data={"file": (io.BytesIO(CONTENT), "ratings.csv")})
    assert form.json == plain.json


def test_the_name_tells_letterboxds_equal_tables_apart(client: FlaskClient) -> None:
    content = b"Date,Name,Year,Letterboxd URI\n2024-01-02,The Film 3,1953,x\n"
    named = client.post(f"{PATH}?name=watchlist.csv", data=content)
    assert named.json["matched"][0]["watchlist"] is True
    assert len(client.post(PATH, data=content).json["refused"]) == 1


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04"])
def test_what_is_no_export_is_a_problem(client: FlaskClient, content: bytes) -> None:
    answer = client.post(PATH, data=content)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json["detail"].endswith(".")


def test_ten_megabytes_are_taken_on_this_route_alone(client: FlaskClient) -> None:
    head = b"Title,Notes\n"
    full = head + (b"Nowhere," + b"y" * 100_000 + b"\n") * 104
    assert MAX_BYTES * 0.98 < len(full) < MAX_BYTES
    assert client.post(PATH, data=full).status_code == 200
    assert client.post(PATH, data=full + b"\n" * (200 * 1024)).status_code == 413
    assert client.post("/api/v1/recommendations", data=full, content_type="application/json").status_code == 413


def test_nothing_of_an_export_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.post(f"{PATH}?name=secret.csv", data=CONTENT)
        client.post(f"{PATH}?name=secret.csv", data=b"Nowhere,b\n1,2\n")
    assert "Nowhere" not in caplog.text
    assert "The Film 3" not in caplog.text


def test_a_file_in_a_form_stays_in_memory(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def written(**_: object) -> None:
        raise AssertionError("a file was opened on the disk")

    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", written)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="ratings.csv"\r\n\r\n'
    body = head + CONTENT + b"2024-01-02,Nowhere,1999,x,4\n" * 40_000 + b"\r\n--x--\r\n"
    answer = client.post(PATH, data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 200, answer.text
