"""What the page loads: our own files joined, each under the hash of its content, and of Dash's what is used."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.web.page_files import CALLED_AT_ONCE, PageFiles
from tests.conftest import Installation

ASSETS = Path(__file__).resolve().parents[4] / "assets"


@pytest.fixture(scope="module")
def client(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    installation = toy_installation.with_cache(tmp_path_factory.mktemp("page-files"), url_prefix="/films/")
    return create_app(installation.settings).server.test_client()


@pytest.fixture(scope="module")
def html(client: FlaskClient) -> str:
    return client.get("/films/").text


def test_all_of_a_kind_come_in_one_file_that_is_kept_for_a_year(client: FlaskClient, html: str) -> None:
    own = re.findall(r'(?:src|href)="(/films/_dash-component-suites/cinematch/[^"]+)"', html)
    assert sorted(path.rpartition(".")[2] for path in own) == ["css", "ico", "js", "woff2", "woff2"]
    texts = {}
    for path in own:
        answer = client.get(path, headers={"Accept-Encoding": "br"})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
        compressed = answer.headers.get("Content-Encoding") == "br"
        assert compressed != path.endswith(".woff2"), path
        texts[path.rpartition(".")[2]] = client.get(path).get_data()
    scripts = [file for folder in ("vendor", "js") for file in sorted((ASSETS / folder).glob("*.js"))]
    places = [texts["js"].find(file.read_bytes()) for file in scripts]
    assert places == sorted(places)
    assert places[0] == len(CALLED_AT_ONCE)
    assert "/assets/" not in html


def test_a_style_sheet_brings_its_icons_and_knows_its_fonts(client: FlaskClient) -> None:
    style = client.get(PageFiles(ASSETS, "/films/").style).text
    assert "url(../" not in style
    assert style.count("data:image/svg+xml,") == sum(
        file.read_text().count("url(../icons/") for file in (ASSETS / "css").glob("*.css")
    )
    fonts = re.findall(r"url\((/films/[^)]+\.woff2)\)", style)
    assert len(fonts) == 4
    assert all(client.get(font).data[:4] == b"wOF2" for font in fonts)


def test_files_of_another_release_are_answered_and_not_kept(client: FlaskClient) -> None:
    here = PageFiles(ASSETS, "/films/").script
    there = re.sub(r"\.[0-9a-f]{16}\.", f".{'0' * 16}.", here)
    assert client.get(there).headers["Cache-Control"] == "no-cache"
    assert client.get(there).data == client.get(here).data
    for unknown in ("script.js", "nothing.0123456789abcdef.js", "../app.py", f"{'x' * 3000}.js"):
        assert client.get(f"/films/_dash-component-suites/cinematch/{unknown}").status_code == 404


def test_the_page_asks_early_and_for_nothing_that_is_not_used(html: str) -> None:
    early = re.findall(r'<link rel="preload" as="fetch" crossorigin href="([^"]+)">', html)
    assert early == ["/films/_dash-layout", "/films/_dash-dependencies"]
    assert "polyfill" not in html
    assert "dash_table/" not in html
    assert [re.search(name, html) is not None for name in ("/react-dom@", "/dash_renderer", "/dcc/", "/html/")] == [
        True
    ] * 4


def test_what_every_page_calls_is_compiled_while_it_arrives_and_nothing_else(client: FlaskClient, html: str) -> None:
    scripts = re.findall(r'<script src="(/films/[^"]+)"', html)
    early = [path for path in scripts if client.get(path).data.startswith(CALLED_AT_ONCE)]
    assert [re.split(r"[@.]", path.rpartition("/")[2])[0] for path in early] == [
        "react-dom",
        "script",
        "dash_mantine_components",
        "dash_renderer",
        "dash_core_components",
        "dash_core_components-shared",
    ]
    first = next(path for path in scripts if "dash_renderer" in path)
    guessed = re.sub(r"\.v[\w-]+m[0-9a-f]+\.", ".", first)
    assert guessed != first
    assert not client.get(guessed).data.startswith(CALLED_AT_ONCE)
