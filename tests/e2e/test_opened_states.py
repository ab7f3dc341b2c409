"""What opens over a page is accessible, and Back closes it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settle
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e


def test_selects_the_explanation_and_the_way_past_the_controls(visit: Callable[[str], Page]) -> None:
    page = visit("/recommend?user=1")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the films")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#rec-results .card-title").first).to_be_focused()
    page.get_by_label("Algorithm", exact=True).first.click()
    expect(page.get_by_role("option").first).to_be_visible()
    assert not violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Why this?").first.click()
    expect(page.locator("#why-body .why-title")).to_be_visible()
    settle(page)
    assert not violations(page)
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "/recommend" in page.url


def test_a_slider_of_years_moves_by_a_decade(visit: Callable[[str], Page]) -> None:
    page = visit("/search")
    thumb = page.get_by_role("slider", name="From year")
    first = int(thumb.get_attribute("aria-valuenow") or 0)
    thumb.focus()
    page.keyboard.press("PageUp")
    expect(thumb).to_have_attribute("aria-valuenow", str(first + 10))
