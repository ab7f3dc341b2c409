"""Comparisons of algorithms as background jobs that every tab finds, and what is kept of them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import settle

pytestmark = pytest.mark.e2e


def _jobs(page: Page) -> Locator:
    return page.get_by_role("region", name="Background jobs").get_by_role("listitem")


def test_a_measurement_goes_on_is_found_again_and_ends_where_anybody_ends_it(
    visit: Callable[[str], Page], site: str
) -> None:
    page = visit("/analytics?tab=measure")
    # Many folds of everything take long enough to be looked for and stopped.
    page.get_by_role("textbox", name="Question").click()
    page.get_by_role("option", name="Predicting stars").click()
    page.get_by_role("textbox", name="Splits").click()
    page.get_by_role("option", name="10 folds").click()
    page.get_by_role("button", name="Measure", exact=True).click()
    job = _jobs(page).filter(has_text="Predicting stars: ").first
    expect(job).to_contain_text("EASE")
    expect(job).to_contain_text("Running", timeout=20_000)

    # Asked for again, it goes on: it is joined, neither doubled nor ended.
    page.get_by_role("button", name="Measure", exact=True).click()
    settle(page)
    expect(_jobs(page).filter(has_text=re.compile("Running|Waiting"))).to_have_count(1)
    page.get_by_role("link", name="Compare algorithms").click()
    expect(page).to_have_url(re.compile("tab=compare"))
    page.go_back()
    expect(_jobs(page).first).to_contain_text("Running")

    other = page.context.new_page()
    other.goto(f"{site}/system")
    cancel = _jobs(other).first.get_by_role("button", name=re.compile("^Cancel Predicting stars"))
    # In the moment of the press the list is told anew, and its buttons with it.
    cancel.evaluate(
        """(button) => {
            button.click();
            window.dash_clientside.set_props("jobs-list", { children: null });
        }"""
    )
    expect(_jobs(other).first).to_contain_text("Cancelled", timeout=20_000)
    expect(_jobs(page).first).to_contain_text("Cancelled", timeout=20_000)


def test_a_measurement_is_kept_and_shown(visit: Callable[[str], Page]) -> None:
    page = visit("/analytics?tab=measure")
    for box in page.get_by_role("group", name="Algorithms").get_by_role("checkbox").all():
        if box.get_attribute("value") not in ("ease", "popularity"):
            box.evaluate("box => box.click()")
    page.get_by_role("button", name="Measure", exact=True).click()
    job = _jobs(page).filter(has_text="Ranking films: ").first
    expect(job).to_contain_text("Finished", timeout=60_000)

    # The same question again is answered from the store.
    page.get_by_role("button", name="Measure", exact=True).click()
    page.get_by_role("link", name="See the stored result").click()
    expect(page).to_have_url(re.compile("run="))
    settle(page)
    expect(page.locator("#ana-run-view")).to_contain_text("of each user's ratings held out, seed 42")
    table = page.get_by_role("region", name="All metrics")
    expect(table.locator("tbody tr")).to_have_count(2)
    expect(table.locator("tbody .cell-interval").first).to_contain_text(" to ")
    page.get_by_role("textbox", name="Sorted by").click()
    page.get_by_role("option", name="Coverage@10").click()
    expect(table.get_by_role("columnheader", name="Coverage@10")).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile("sort=coverage%4010"))
    expect(page.locator("#ana-run-view .js-plotly-plot").first).to_be_visible()


def test_the_next_film_is_asked_for_by_its_name(visit: Callable[[str], Page]) -> None:
    page = visit("/analytics?tab=measure")
    for box in page.get_by_role("group", name="Algorithms").get_by_role("checkbox").all():
        if box.get_attribute("value") not in ("slist", "popularity"):
            box.evaluate("box => box.click()")
    page.get_by_role("textbox", name="Question").click()
    page.get_by_role("option", name="The next film", exact=True).click()
    page.get_by_role("button", name="Measure", exact=True).click()
    job = _jobs(page).filter(has_text="The next film: ").first
    expect(job).to_contain_text("Finished", timeout=60_000)
    page.get_by_role("button", name="Measure", exact=True).click()
    page.get_by_role("link", name="See the stored result").click()
    expect(page.locator("#ana-run-view")).to_contain_text("in the order in which the site showed them")
    expect(page.locator("#ana-run-view")).to_contain_text("“The next film, orders shuffled” beside this: measure it")
