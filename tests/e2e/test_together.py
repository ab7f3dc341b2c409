"""Two people and the visitor get one list, with everybody's stars and reasons."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settle
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e

Visit = Callable[[str], Page]


def test_a_group_is_chosen_joined_and_explained(visit: Visit) -> None:
    page = visit("/together?users=1&n=5")
    expect(page.locator("#tog-results")).to_contain_text("Who watches together?")
    page.get_by_role("textbox", name="Viewers").fill("7")
    page.get_by_role("option", name="User 7 ·").click()
    page.keyboard.press("Escape")
    expect(page.locator(".together-row")).to_have_count(5)
    expect(page.locator(".together-row").first.locator(".opinion")).to_have_count(2)
    page.get_by_role("switch", name="Me, too").click()
    expect(page.locator("#tog-me-note")).to_contain_text("rated nothing yet")
    expect(page.locator(".together-row").first.locator(".opinion")).to_have_count(3)
    page.get_by_text("Least misery").click()
    expect(page.locator("#tog-method-note")).to_contain_text("predicted to rate low")
    settle(page)
    assert "users=1,7&me=1" in page.url
    assert "method=least-misery" in page.url
    expect(page.locator(".opinion-mark")).to_have_count(5)

    shown = page.locator(".together-row .row-title").all_inner_texts()
    page.reload()
    settle(page)
    expect(page.locator(".together-row .row-title").first).to_have_text(shown[0])
    page.get_by_role("button", name=f"User 7: why {shown[0]}?").click()
    expect(page.get_by_role("dialog").locator(".why-text")).not_to_be_empty()


def test_who_has_rated_films_is_one_of_the_group_unless_the_address_says_whom(page: Page, visit: Visit) -> None:
    kept = {"ratings": [{"movie": 10, "rating": 4.5, "time": 1_700_000_000}], "hidden": [], "watched": []}
    page.add_init_script(f"localStorage.setItem('visitor', {json.dumps(json.dumps(kept))});")
    visit("/together")
    expect(page.get_by_role("switch", name="Me, too")).to_be_checked()
    expect(page.locator("#tog-summary")).to_contain_text("for you and user 1,")
    settle(page)
    assert "users=1&me=1" in page.url
    visit("/together?users=1,2")
    expect(page.locator("#tog-summary")).to_contain_text("for user 1 and user 2,")
    expect(page.get_by_role("switch", name="Me, too")).not_to_be_checked()


@pytest.mark.parametrize(
    "context_options",
    [
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "reduced_motion": "reduce"},
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "reduced_motion": "reduce"},
    ],
)
def test_the_page_is_accessible_and_fits(visit: Visit, context_options: dict[str, Any]) -> None:
    page = visit("/together?users=1,2,3&me=1")
    expect(page.locator(".together-row").first).to_be_visible()
    assert not violations(page)
    wide = page.locator("html").evaluate("html => html.scrollWidth - html.clientWidth")
    assert wide <= 0


def test_a_group_goes_by_what_everybody_watched_lately(visit: Visit) -> None:
    page = visit("/together?users=1,7&n=5&algorithm=hybrid")
    usual = page.locator(".together-row .row-title").all_inner_texts()
    slider = page.get_by_role("slider", name="What I watched lately")
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("#tog-lately-note")).to_have_text("What this costs was not measured for this algorithm.")
    settle(page)
    assert page.url.endswith("/together?users=1,7&algorithm=hybrid&n=5&lately=1")
    assert page.locator(".together-row .row-title").all_inner_texts() != usual
    page.get_by_role("textbox", name="Algorithm").click()
    page.get_by_role("option", name="EASE").click()
    expect(page.locator("#tog-lately-note")).to_contain_text("one order only")
