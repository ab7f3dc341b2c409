"""The first page: how to begin, and shelves for who has begun."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import settle, titles
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e

Visit = Callable[[str], Page]


@pytest.fixture
def returning(page: Page) -> None:
    """A browser that keeps ratings and a watchlist."""
    ratings = [{"movie": movie, "rating": 4.5, "time": 1_700_000_000 + movie} for movie in (10, 250, 310)]
    stores = {
        "visitor": {
            "ratings": [*ratings, {"movie": 20, "rating": 2, "time": 1_700_000_900}],
            "hidden": [],
            "watched": [],
        },
        "watchlist": {"films": {"40": 1_700_000_000_000, "60": 1_700_000_001_000}},
    }
    page.add_init_script(
        "".join(
            f"if (!localStorage.getItem('{name}')) localStorage.setItem('{name}', {json.dumps(json.dumps(data))});"
            for name, data in stores.items()
        )
    )


def shelf(page: Page, name: str) -> Locator:
    """Return a shelf by its title."""
    return page.get_by_role("region", name=name)


def test_a_newcomer_is_told_how_to_begin_and_sees_shelves_at_the_first_star(
    visit: Visit, shift: Callable[[], float]
) -> None:
    page = visit("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Find the next film. See why.", use_inner_text=True)
    expect(page.locator("#page")).not_to_contain_text("User 1")
    expect(page.locator("#home-shelves .shelf")).to_have_count(0)
    first, second = titles(page, "#home-starters")[:2]
    assert shift() < 0.02
    stars = shelf(page, "Rate what you have seen").get_by_role("slider", name=f"Your rating of {first}", exact=True)
    stars.focus()
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(shelf(page, "For you")).to_be_visible()
    expect(page.locator("#home-starters .card-title").first).to_have_text(second)
    expect(page.locator("#home-starters [data-control='rate']").first).to_be_focused()
    # Nothing is taken away from under somebody who has begun.
    expect(page.get_by_role("heading", level=1)).to_have_text("Find the next film. See why.", use_inner_text=True)
    settle(page)
    assert first not in page.locator("#home-shelves .card-title").all_text_contents()
    assert not violations(page)
    page.keyboard.press("Control+z")
    expect(page.locator("#home-shelves .shelf")).to_have_count(0)
    page.get_by_role("link", name="Bring your ratings").click()
    expect(page.get_by_text("Drop files here")).to_be_visible()


@pytest.mark.usefixtures("returning")
def test_who_comes_back_sees_shelves_with_their_reasons_and_no_film_twice(
    visit: Visit, shift: Callable[[], float]
) -> None:
    page = visit("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your next film", use_inner_text=True)
    expect(shelf(page, "For you")).to_contain_text("The best for your 4 ratings")
    expect(page.locator("#home-starters")).to_have_count(0)
    assert shift() < 0.02
    # Shelves below the window are not painted yet: what they hold is no text that is seen.
    shown = page.locator("#home-shelves .card-title").all_text_contents()
    assert len(shown) == len(set(shown)) > 12
    kept = shelf(page, "Your watchlist tonight")
    assert kept.locator(".card-title").count() == 2
    assert not violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert not violations(page, {"runOnly": ["color-contrast"]})

    # A star in a shelf: the film goes, the focus stays on the shelf, undo brings it back.
    whole = shelf(page, "For you").locator(".card-title")
    first, second = whole.all_inner_texts()[:2]
    shelf(page, "For you").get_by_role("slider", name=f"Your rating of {first}", exact=True).focus()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(whole.first).to_have_text(second)
    expect(shelf(page, "For you").locator(":focus")).to_have_count(1)
    settle(page)
    page.keyboard.press("Control+z")
    expect(whole.first).to_have_text(first)

    kept.get_by_role("link", name="The whole list: Your watchlist tonight").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recommendations")
    settle(page)
    expect(page.get_by_role("switch", name="Only my watchlist")).to_be_checked()


@pytest.mark.usefixtures("returning")
def test_the_navigation_leads_to_ones_own_list(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("link", name="Recommend", exact=True).first.click()
    expect(page.get_by_text("Your ratings (4)")).to_be_visible()
    expect(page.locator("#rec-summary")).to_contain_text("for you")


@pytest.mark.usefixtures("returning")
def test_arrow_keys_move_along_a_shelf_and_to_the_next(visit: Visit) -> None:
    page = visit("/")
    first = shelf(page, "For you")
    names = first.locator(".card-title")
    names.first.focus()
    page.keyboard.press("ArrowRight")
    expect(names.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(names.last).to_be_focused()
    expect(names.last).to_be_in_viewport()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#home-shelves .shelf").nth(1).locator(".card-title").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(names.last).to_be_focused()
    # One film of a shelf is a stop of the Tab key: the way to the next shelf is short.
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(page.locator("#home-shelves .shelf").nth(1).locator(":focus")).to_have_count(1)


class TestSmallScreen:
    """A telephone."""

    @pytest.fixture
    def context_options(self, context_options: dict[str, Any]) -> dict[str, Any]:
        return {**context_options, "viewport": {"width": 390, "height": 844}, "has_touch": True}

    @pytest.mark.usefixtures("returning")
    def test_shelves_scroll_sideways_and_the_page_does_not(self, visit: Visit) -> None:
        page = visit("/")
        expect(shelf(page, "For you")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        rail = shelf(page, "For you").locator(".rail")
        assert rail.evaluate("rail => rail.scrollWidth > 2 * rail.clientWidth")
        last = rail.locator(".card-title").last
        last.focus()
        expect(last).to_be_in_viewport()
