"""A real server with two workers on toy data, and a browser that reports whatever goes wrong in a page."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from core.evaluation.manifest import measure_for_manifest
from core.store.artifact import attach_metrics
from dashboard.pages import all_pages
from tests.conftest import Installation
from tests.servers import GunicornProcess

# A loaded machine is slow, not wrong.
expect.set_options(timeout=20_000)

PATHS = tuple(page.path.format(movie_id=10) for page in all_pages().values())
"""An address of every page."""

_CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's Chromium where there is one, without anything that talks to the network."""
    system = {"executable_path": str(_CHROMIUM)} if _CHROMIUM.exists() else {}
    return {**browser_type_launch_args, **system, "args": list(_FLAGS)}


@pytest.fixture(scope="session")
def site(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server; one of its models was measured, as `cinematch train` does it."""
    measured = measure_for_manifest(toy_installation.dataset, ["ease"])["ease"]
    attach_metrics(toy_installation.models_dir / toy_installation.dataset.name / "ease", measured)
    work = tmp_path_factory.mktemp("e2e")
    installation = toy_installation.with_cache(work / "cache")
    with GunicornProcess("dashboard.wsgi:server", work, workers=2, env=installation.env).start(
        "/readyz", 60
    ) as server:
        yield server.url


@pytest.fixture(scope="session")
def base_url(site: str) -> str:
    """The server's address, in place of the command-line option of the same name."""
    return site


@pytest.fixture
def context_options() -> dict[str, Any]:
    """Overridden by tests that need another size or colour scheme."""
    return {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "reduced_motion": "reduce"}


@pytest.fixture
def page(new_context: Callable[..., Any], context_options: dict[str, Any], site: str) -> Iterator[Page]:
    """A page; afterwards nothing may have been logged as an error, and no request may have left the server."""
    page = new_context(**context_options).new_page()
    page.set_default_timeout(15_000)
    problems: list[str] = []

    def complain(line: ConsoleMessage) -> None:
        # An address that leads nowhere is answered with a page and 404, which Chromium reports of the page itself.
        itself = line.location["url"] == page.url and "404" in line.text
        if line.type == "error" and not itself:
            problems.append(line.text)

    page.on("console", complain)
    page.on("pageerror", lambda error: problems.append(str(error)))

    def watch(address: str) -> None:
        if not address.startswith((f"{site}/", "data:", "blob:")):
            problems.append(f"a request left the server: {address}")

    page.on("request", lambda request: watch(request.url))
    yield page
    assert not problems


@pytest.fixture
def shift(page: Page) -> Callable[[], float]:
    """How far what stood has jumped since a page began to load, as browsers score it."""
    page.add_init_script(
        """
        window.shift = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
          if (!entry.hadRecentInput) { window.shift += entry.value; }
        })).observe({ type: "layout-shift", buffered: true });
        """
    )
    return lambda: float(page.evaluate("window.shift"))


@pytest.fixture
def visit(page: Page, site: str) -> Callable[[str], Page]:
    """Open a path and wait until the page has its heading and nothing is being filled in."""

    def open_path(path: str) -> Page:
        page.goto(f"{site}{path}")
        settle(page)
        return page

    return open_path


def settle(page: Page) -> None:
    """Wait until the page stands and no callback is at work."""
    expect(page.locator("#page h1")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-dash-is-loading='true'], [data-waiting]")).to_have_count(0, timeout=30_000)
    expect(page.locator(".await:empty")).to_have_count(0)


def titles(page: Page, within: str = "#rec-results") -> list[str]:
    """Return the titles of the cards of a list."""
    return page.locator(f"{within} .card-title").all_inner_texts()


def number(text: str) -> float:
    """Return the first number in a text."""
    found = re.search(r"[-+]?\d+(?:\.\d+)?", text.replace(",", ""))
    assert found, text
    return float(found.group())
