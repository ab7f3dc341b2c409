"""Several algorithms for one person, side by side."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settle
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e

Visit = Callable[[str], Page]


def column(page: Page, name: str) -> list[str]:
    """Return the films of a list, as its drawing names them."""
    return page.get_by_role("region", name=name, exact=True).locator(".side-title").all_inner_texts()


def test_lists_stand_side_by_side_and_the_address_holds_what_is_asked(visit: Visit) -> None:
    page = visit("/compare?user=3&algorithms=ease,popularity&n=5")
    ease, popularity = column(page, "EASE"), column(page, "Popularity")
    assert (len(ease), len(popularity)) == (5, 5)
    shared = set(ease) & set(popularity)
    expect(page.locator(".side-line")).to_have_count(len(shared))
    expect(page.locator("#compare-summary")).to_have_text(
        f"{len({*ease, *popularity})} films in all, {len(shared)} of them on both lists."
    )
    expect(page.locator("#compare-overlap")).to_contain_text(f"{len(shared)} of 5")
    assert not violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert not violations(page, {"runOnly": ["color-contrast"]})

    page.get_by_role("button", name=f"Why this? {ease[0]}, by EASE").click()
    expect(page.locator("#why-body .why-title")).to_contain_text(ease[0])
    settle(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("textbox", name="How many").click()
    page.get_by_role("option", name="10 films").click()
    expect(page.get_by_role("region", name="EASE", exact=True).locator(".side-title")).to_have_count(10)
    page.get_by_text("For me", exact=True).click()
    expect(page.get_by_text("You have rated nothing yet")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/compare\?mode=me&algorithms=ease,popularity#of=\w+$"))


def test_a_films_page_asks_each_algorithm_what_is_like_it(visit: Visit) -> None:
    page = visit("/movie/30")
    default, ease = column(page, "Liked by the same people"), column(page, "EASE")
    assert (len(default), len(ease)) == (8, 8)
    assert default == page.locator("#movie-similar .card-title").all_inner_texts()[:8]
    expect(page.get_by_role("region", name="Popularity", exact=True)).to_have_count(0)
    page.get_by_role("region", name="EASE", exact=True).get_by_role("link", name="EASE", exact=True).click()
    expect(page).to_have_url(re.compile(r"/analytics\?tab=similar&film=30&algorithm=ease"))


class TestSmallScreen:
    """A telephone."""

    @pytest.fixture
    def context_options(self, context_options: dict[str, Any]) -> dict[str, Any]:
        return {**context_options, "viewport": {"width": 390, "height": 844}, "has_touch": True}

    def test_places_stand_in_a_table(self, visit: Visit) -> None:
        page = visit("/compare?user=3&algorithms=ease,popularity,svd,content&n=5")
        rows = page.locator(".side-table tbody tr")
        expect(rows.first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert not violations(page)
        rows.first.get_by_role("button").first.click()
        expect(page.locator("#why-body .why-title")).to_be_visible()
