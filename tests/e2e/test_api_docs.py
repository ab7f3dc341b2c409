"""The API's documentation in a real browser: it works offline and under the security policy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import Installation
from tests.servers import ROOT, GunicornProcess

pytestmark = pytest.mark.e2e

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@pytest.fixture
def tab(playwright: Playwright) -> Iterator[Page]:
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
    yield browser.new_page()
    browser.close()


def test_a_route_can_be_read_and_tried_under_a_sub_path(
    tab: Page, toy_installation: Installation, tmp_path: Path
) -> None:
    installation = toy_installation.with_cache(tmp_path / "cache", url_prefix="/films/")
    gunicorn = GunicornProcess(
        "dashboard.wsgi:server", tmp_path, workers=1, env=installation.env, config=ROOT / "gunicorn.conf.py"
    )
    with gunicorn.start("/readyz", timeout=90) as server:
        complaints: list[str] = []
        asked: list[str] = []
        tab.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{server.url}/films/api/docs")
        operation = tab.locator("#operations-data-get_dataset")
        operation.get_by_role("button").first.click()
        operation.get_by_role("button", name="Execute").click()
        expect(operation.locator(".live-responses-table")).to_contain_text('"fingerprint"', timeout=15_000)
        assert complaints == []
        assert all(url.startswith((server.url, "data:")) for url in asked), asked
