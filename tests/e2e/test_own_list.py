"""One's own stars: given by keys, taken back, kept in order, and never lost under the hand."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import settle, titles
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e

Visit = Callable[[str], Page]
_MINE = "/recommend?mode=me&algorithm=ease&n=5"


def card_stars(page: Page, name: str) -> Locator:
    """Return the stars of a film on the list."""
    return page.locator("#rec-results").get_by_role("slider", name=f"Your rating of {name}", exact=True)


def own_titles(page: Page) -> list[str]:
    """Return the titles of one's own ratings, as they are shown."""
    return page.get_by_role("list", name="Your ratings").locator(".row-title").all_inner_texts()


def test_keys_choose_and_enter_rates_and_the_focus_goes_on(visit: Visit) -> None:
    page = visit(_MINE)
    first, second, *_ = titles(page)
    stars = card_stars(page, first)
    stars.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(stars).to_have_attribute("aria-valuetext", "4 of 5 stars")
    # Nothing has been kept yet, and Escape takes it back.
    expect(page.get_by_role("list", name="Your ratings")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(stars).to_have_attribute("aria-valuetext", "not rated")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=f"Rated 4: {first}.")).to_be_visible()
    expect(card_stars(page, first)).to_have_count(0)
    expect(card_stars(page, second)).to_be_focused()
    settle(page)
    assert not violations(page)

    page.get_by_role("button", name="Undo").click()
    expect(card_stars(page, first)).to_be_focused()
    expect(page.get_by_text("Your ratings (1)")).to_have_count(0)
    settle(page)
    assert titles(page)[0] == first


def test_for_who_comes_back_the_films_to_rate_stand_still(visit: Visit, shift: Callable[[], float]) -> None:
    rows = visit(_MINE).locator("#rec-rate-results .movie-row")
    known = [int(str(row.get_attribute("data-movie"))) for row in rows.all()[:3]]
    visitor = {
        "ratings": [{"movie": movie, "rating": 4, "time": None} for movie in known],
        "hidden": [],
        "watched": [],
    }
    rows.page.evaluate("text => localStorage.setItem('visitor', text)", json.dumps(visitor))
    page = visit(_MINE)
    expect(page.get_by_text("Your ratings (3)")).to_be_visible()
    assert not {int(str(row.get_attribute("data-movie"))) for row in rows.all()} & set(known)
    assert shift() < 0.005


def test_a_film_is_rated_where_it_was_found_and_stays_there(visit: Visit) -> None:
    page = visit("/search?q=film 7")
    name = titles(page, "#search-results")[0]
    stars = page.locator("#search-results").get_by_role("slider", name=f"Your rating of {name}", exact=True)
    stars.focus()
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=f"Rated 4: {name}.")).to_be_visible()
    expect(stars).to_have_attribute("aria-valuetext", "4 of 5 stars")
    expect(stars).to_be_focused()
    assert not violations(page)
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(stars).to_have_attribute("aria-valuetext", "not rated")


def test_the_focus_stays_near_a_control_that_goes_when_it_is_pressed(visit: Visit) -> None:
    page = visit(_MINE)
    stars = card_stars(page, titles(page)[0])
    stars.focus()
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Forget all").press("Enter")
    expect(page.locator(".history-head").get_by_role("button", name="Share")).to_be_focused()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("Your ratings (1)")).to_be_visible()
    expect(page.locator(".history-head").get_by_role("button", name="Share")).to_be_focused()


def test_a_film_waved_away_comes_back_by_undo_and_singly(visit: Visit) -> None:
    page = visit(_MINE)
    before = titles(page)
    page.get_by_role("button", name=f"Not interested in {before[0]}", exact=True).press("Enter")
    expect(page.get_by_role("button", name=f"Not interested in {before[1]}", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Not interested in {before[2]}", exact=True)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("#rec-results .card-title").first).to_have_text(before[1])
    page.get_by_text("Waved away or watched (1)").click()
    page.get_by_role("button", name=f"Bring back {before[0]}", exact=True).click()
    expect(page.locator("#rec-results .card-title").first).to_have_text(before[0])
    settle(page)
    assert titles(page) == before


def test_a_double_click_rates_one_film_and_forgetting_all_can_be_undone(visit: Visit) -> None:
    page = visit(_MINE)
    first = titles(page)[0]
    box = card_stars(page, first).bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    expect(page.get_by_text("Your ratings (1)")).to_be_visible()
    settle(page)
    assert own_titles(page) == [first]
    page.get_by_role("button", name="Forget all").click()
    expect(page.get_by_text("Your ratings (1)")).to_have_count(0)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Your ratings (1)")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_text("Your ratings (1)")).to_be_visible()
    # The same star again takes the rating away; that can be taken back, too.
    own = page.get_by_role("list", name="Your ratings").get_by_role("slider")
    box = own.bounding_box()
    assert box
    own.click(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
    expect(page.get_by_text("Your ratings (1)")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Your ratings (1)")).to_be_visible()


def test_films_to_begin_with_make_room_and_ratings_stand_newest_first(visit: Visit) -> None:
    page = visit(_MINE)
    rows = page.locator("#rec-rate-results .row-title")
    before = rows.all_inner_texts()
    assert len(before) == 8
    for place in (3, 0):
        stars = page.locator("#rec-rate-results").get_by_role("slider", name=before[place], exact=False).first
        stars.focus()
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        expect(rows.filter(has_text=before[place])).to_have_count(0)
        expect(rows).to_have_count(8)
    assert rows.all_inner_texts()[:6] == [name for name in before if name not in (before[3], before[0])]
    expect(page.get_by_text("Your ratings (2)")).to_be_visible()
    assert own_titles(page) == [before[0], before[3]]
    kept = page.evaluate("JSON.parse(localStorage.getItem('visitor')).ratings")
    assert [entry["rating"] for entry in kept] == [3, 3]
    assert all(1.7e9 < entry["time"] < 4e9 for entry in kept)


def _store(page: Page, data: dict[str, Any]) -> None:
    text = json.dumps(json.dumps(data))
    page.add_init_script(f"if (!localStorage.getItem('visitor')) localStorage.setItem('visitor', {text});")


def test_what_was_kept_in_the_former_form_is_taken_over(page: Page, visit: Visit) -> None:
    former = {
        "ratings": {"10": 4, "20": 3, "30": 5},
        "rated": {"20": 1_600_000_000_000, "10": 1_700_000_000_000},
        "hidden": {"40": 1},
        "watched": {"50": 1_650_000_000_000},
    }
    _store(page, former)
    visit(_MINE)
    expect(page.get_by_text("Your ratings (3)")).to_be_visible()
    expect(page.get_by_text("Waved away or watched (2)")).to_be_visible()
    kept = page.evaluate("JSON.parse(localStorage.getItem('visitor'))")
    assert kept["ratings"] == [
        {"movie": 30, "rating": 5, "time": None},
        {"movie": 20, "rating": 3, "time": 1_600_000_000},
        {"movie": 10, "rating": 4, "time": 1_700_000_000},
    ]
    assert kept["hidden"] == [{"movie": 40, "time": None}]
    assert kept["watched"] == [{"movie": 50, "time": 1_650_000_000}]


def test_many_ratings_stand_on_pages(page: Page, visit: Visit) -> None:
    ratings = [{"movie": 10 * place, "rating": 4, "time": 1_700_000_000 + place} for place in range(1, 34)]
    _store(page, {"ratings": ratings, "hidden": [], "watched": []})
    visit(_MINE)
    expect(page.get_by_role("list", name="Your ratings").locator(".row-title")).to_have_count(20)
    newest = own_titles(page)
    page.get_by_role("button", name="Older").click()
    expect(page.get_by_role("list", name="Your ratings").locator(".row-title")).to_have_count(13)
    assert not set(newest) & set(own_titles(page))


def test_films_are_chosen_by_keys_one_after_the_other(visit: Visit) -> None:
    page = visit("/")
    expect(page.get_by_text("Name a film you like")).to_be_visible()
    field = page.get_by_label("Up to three films").and_(page.locator("input"))
    for words, film in (("flm 12", "The Film 12 (1962)"), ("flm 30", "The Film 30")):
        field.fill(words)
        expect(page.get_by_role("option").first).to_contain_text(film)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator(".mantine-Pill-root").filter(has_text=film)).to_be_visible()
    expect(page.locator(".mantine-Pill-root")).to_have_count(2)
