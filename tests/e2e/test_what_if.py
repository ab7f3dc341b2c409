"""The hybrid's weights: a slider changes the list, a measurement says whether that is better."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settle
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e


def test_a_slider_is_moved_and_the_change_is_measured(visit: Callable[[str], Page]) -> None:
    page = visit("/analytics?tab=what-if&user=3")
    changed = page.get_by_role("region", name="With your weights")
    expect(changed.locator("li")).to_have_count(10)
    order = page.get_by_role("region", name="Order of the list")
    # Exactly, as "please" contains the name.
    slider = order.get_by_role("slider", name="EASE: times the learned weight", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator(".weight-bar").first).to_contain_text("0.00, learned")
    settle(page)
    assert "ranking=ease%3A0" in page.url
    assert not violations(page)

    page.get_by_role("button", name="Measure on held-out ratings").click()
    measured = page.locator("#what-measured")
    expect(measured).to_contain_text("Measured with order: ease ×0.", timeout=120_000)
    expect(measured.locator("tbody tr")).to_have_count(3)
    expect(measured).to_contain_text("seed 42")
    page.get_by_role("button", name="As learned").click()
    expect(slider).to_have_attribute("aria-valuenow", "1")
