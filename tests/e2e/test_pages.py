"""Every page opens in light and dark without an error, without leaving the server, and accessibly."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PATHS, settle

pytestmark = pytest.mark.e2e

_PAGES = (
    *PATHS,
    "/recommend?user=1",
    "/recommend?mode=me",
    "/analytics?tab=compare",
    "/analytics?tab=similar",
    "/search?q=film",
    "/movie/10?user=2",
)


def violations(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """Return what axe finds, one line each."""
    report = Axe().run(page, options=options).response
    return [
        f"{rule['impact']} {rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in report["violations"]
        for node in rule["nodes"][:3]
    ]


@pytest.mark.parametrize("path", _PAGES)
def test_page_is_accessible_in_light_and_follows_the_system_to_dark(visit: Callable[[str], Page], path: str) -> None:
    page = visit(path)
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "en")
    expect(html).to_have_attribute("data-mantine-color-scheme", "light")
    if path.startswith("/analytics"):
        expect(page.locator(".tab-body:visible > *").first).to_be_visible()
        settle(page)
    assert not violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
    # All that the scheme changes is colour.
    assert not violations(page, {"runOnly": ["color-contrast"]})


@pytest.mark.parametrize("path", ["/recommend?user=1", "/analytics", "/movie/10?user=2", "/system"])
def test_a_page_is_whole_once_somebody_has_seen_its_end(visit: Callable[[str], Page], path: str) -> None:
    page = visit(path)
    for _ in range(8):
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(50)
    settle(page)
    expect(page.locator("#page .not-yet, #page .later:empty, #page .waiting, #page .row-wait")).to_have_count(0)


def test_only_a_page_that_one_goes_to_moves_into_its_place(visit: Callable[[str], Page]) -> None:
    page = visit("/recommend?user=1")
    page.emulate_media(reduced_motion="no-preference")
    standing = page.locator("#page > .recommend")
    expect(standing).to_have_css("animation-name", "none")
    page.get_by_role("link", name="Films", exact=True).first.click()
    expect(page.locator("#page > *").first).to_have_css("animation-name", "rise")
    page.go_back()
    expect(standing).to_have_css("animation-name", "rise")


def test_an_address_that_leads_nowhere_says_so(visit: Callable[[str], Page]) -> None:
    page = visit("/movie/999999999")
    expect(page.locator("#page")).to_contain_text("There is no movie 999999999")
