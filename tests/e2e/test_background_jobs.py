"""A background job as a person sees it in a real browser."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.servers import GunicornProcess

pytestmark = pytest.mark.e2e

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@pytest.fixture
def tab(playwright: Playwright) -> Iterator[Page]:
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
    yield browser.new_page()
    browser.close()


def order(tab: Page, job: str) -> None:
    tab.evaluate("job => window.dash_clientside.set_props('start', {title: job})", job)


def test_page_sees_progress_errors_cancel_and_a_result_across_a_restart(tab: Page, tmp_path: Path) -> None:
    with GunicornProcess("tests.integration.job_app:server", tmp_path, env={"JOB_APP_DIR": str(tmp_path)}) as server:
        tab.goto(server.url)
        step, result, stop = tab.locator("#step"), tab.locator("#result"), tab.locator("#stop")
        expect(stop).to_be_attached()

        order(tab, "fail:Pick a film.")
        expect(result).to_have_text("Pick a film.")

        order(tab, "wait:cancelled")
        expect(step).not_to_be_empty()
        stop.click()
        expect(step).to_be_empty()

        order(tab, "wait:killed")
        expect(step).not_to_be_empty()
        os.kill(int(step.inner_text()), signal.SIGKILL)
        expect(result).to_contain_text("killed or crashed")

        order(tab, "say:restart")
        expect(step).not_to_be_empty()
        with tab.expect_event("requestfailed"):
            server.kill()
        server.start()
        (tmp_path / "restart").touch()
        expect(result).to_have_text("restart", timeout=10_000)
        expect(step).to_be_empty()
