"""A comparison of algorithms in the background: progress, cancel, a result that is kept."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settle

pytestmark = pytest.mark.e2e


def test_a_comparison_is_cancelled_then_finished_then_remembered(visit: Callable[[str], Page]) -> None:
    page = visit("/analytics?tab=compare")
    run, cancel = page.get_by_role("button", name="Measure"), page.get_by_role("button", name="Cancel")
    expect(page.get_by_text("Nothing measured yet")).to_be_visible()
    expect(cancel).to_be_disabled()

    # Many folds of everything take long enough to be stopped.
    page.get_by_text("Predicting stars").click()
    page.get_by_role("textbox", name="Splits").click()
    page.get_by_role("option", name="10 folds").click()
    run.click()
    expect(page.locator("#ana-progress-box")).to_be_visible()
    expect(page.locator("#ana-progress-text")).to_contain_text("%", timeout=20_000)
    expect(run).to_be_disabled()
    cancel.click()
    expect(run).to_be_enabled()
    expect(page.locator("#ana-progress-box")).to_be_hidden()
    expect(page.get_by_text("Nothing measured yet")).to_be_visible()

    page.get_by_text("Ranking films").click()
    chosen = page.get_by_role("group", name="Algorithms").get_by_role("checkbox")
    for box in chosen.all():
        if box.get_attribute("value") not in ("ease", "popularity"):
            box.evaluate("box => box.click()")
    run.click()
    expect(page.locator("#ana-run-view")).to_contain_text("of each user's ratings held out, seed 42", timeout=60_000)
    expect(page.locator(".ag-center-cols-container [role=row]")).to_have_count(2)
    expect(page.locator("#ana-run-view .js-plotly-plot").first).to_be_visible()
    expect(page).to_have_url(re.compile("run="))

    # The same question again is answered from the store, also in a new page.
    run.click()
    expect(page.get_by_text("Measured before")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.locator(".ag-center-cols-container [role=row]")).to_have_count(2)
