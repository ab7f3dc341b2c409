"""Recommendations as people get them: for a stored user, for themselves, with reasons, filters and exports."""

import csv
import io
import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import number, settle, titles
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e

Visit = Callable[[str], Page]


def explain_first(page: Page) -> None:
    """Open the first explanation and check that its parts add up."""
    page.get_by_role("button", name="Why this?").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".why-text")).not_to_be_empty()
    values = [number(text) for text in drawer.locator("table:visible td:last-child").all_inner_texts()]
    assert sum(values[:-1]) == pytest.approx(values[-1], abs=0.0006 * len(values))
    expect(drawer.locator(".what-if li").first).to_contain_text("Without ")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_a_list_for_a_stored_user_with_a_reason_filters_and_exports(visit: Visit) -> None:
    page = visit("/recommend?user=3&algorithm=ease&n=5")
    first = titles(page)
    assert len(first) == 5
    expect(page.locator("#rec-summary")).to_contain_text("5 films for user 3")
    explain_first(page)

    page.get_by_text("Filters", exact=True).click()
    page.get_by_role("textbox", name="Genres").click()
    page.get_by_role("option", name="Comedy", exact=True).click()
    expect(page.locator("#rec-results .card-meta").first).to_contain_text("Comedy")
    settle(page)
    assert titles(page) != first
    assert all("Comedy" in text for text in page.locator("#rec-results .card-meta").all_inner_texts())
    assert page.url.endswith("/recommend?user=3&algorithm=ease&n=5&genres=Comedy")

    shown = titles(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the list as CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert [row["title"] for row in rows] == shown
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the list as JSON").click()
    assert len(json.loads(download.value.path().read_text())["items"]) == len(shown)

    page.reload()
    settle(page)
    assert titles(page) == shown

    page.get_by_role("button", name="Reset filters").click()
    expect(page.locator("#rec-results .card-title").first).to_have_text(first[0])


def test_a_visitor_rates_by_a_misspelt_title_and_the_list_follows_at_once(visit: Visit) -> None:
    page = visit("/recommend?mode=me&algorithm=ease")
    nobody = titles(page)
    page.get_by_label("Rate films you have seen").fill("flim 10")
    expect(page.locator("#rec-rate-results .row-title").first).to_have_text("The Film 10")
    stars = page.locator("#rec-rate-results").get_by_role("slider", name="Your rating of The Film 10", exact=True)
    stars.focus()
    page.keyboard.press("End")
    expect(stars).to_have_attribute("aria-valuetext", "5 of 5 stars")
    page.keyboard.press("ArrowLeft")
    expect(stars).to_have_attribute("aria-valuetext", "4.5 of 5 stars")
    expect(page.get_by_text("Your ratings (1)")).to_be_visible()
    page.locator("#rec-taste").scroll_into_view_if_needed()
    expect(page.locator("#rec-taste")).to_contain_text("1 ratings, 4.50 stars")
    settle(page)
    mine = titles(page)
    assert mine != nobody
    assert "The Film 10" not in mine
    explain_first(page)

    page.get_by_role("button", name=f"Not interested in {mine[0]}", exact=True).click()
    expect(page.locator("#rec-results .card-title").first).not_to_have_text(mine[0])
    settle(page)
    assert mine[0] not in titles(page)
    assert len(titles(page)) == len(mine)

    # Another star on a card: the film moves from the list to the ratings, by pointer this time.
    seen = titles(page)[0]
    expect(page.locator("#rec-results").get_by_role("link", name=seen, exact=True)).to_have_count(1)
    card = page.locator("#rec-results").get_by_role("slider", name=f"Your rating of {seen}", exact=True)
    box = card.bounding_box()
    assert box
    card.click(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
    expect(page.get_by_text("Your ratings (2)")).to_be_visible()
    # Not by what the list contains: "The Film 2" is part of "The Film 20".
    card_title = page.locator("#rec-results").get_by_role("link", name=seen, exact=True)
    expect(card_title).to_have_count(0)

    page.reload()
    settle(page)
    expect(page.get_by_text("Your ratings (2)")).to_be_visible()
    page.get_by_role("button", name="Forget all").click()
    expect(page.get_by_text("Your ratings (2)")).to_be_hidden()
    settle(page)
    assert titles(page) == nobody


def test_a_list_at_once_from_films_that_are_liked(visit: Visit) -> None:
    page = visit("/")
    expect(page.get_by_text("Name a film you like")).to_be_visible()
    page.get_by_label("Up to three films").and_(page.locator("input")).fill("flm 12")
    film = page.get_by_role("option", name="The Film 12 (1962)")
    expect(film).to_be_visible()
    # A click of the browser's tool scrolls first, and who scrolls away from a select closes it.
    film.dispatch_event("click")
    expect(page.locator("#home-results .card-title")).to_have_count(6)
    assert "The Film 12" not in titles(page, "#home-results")
    explain_first(page)


def test_a_film_explains_itself_and_leads_to_others(visit: Visit) -> None:
    page = visit("/movie/30?user=2&algorithm=ease")
    expect(page.locator("#movie-next-told")).to_contain_text("not when they were watched")
    expect(page.locator("#movie-why .why-text")).not_to_be_empty()
    first = page.locator("#movie-similar .card-title").first
    name = first.inner_text()
    first.click()
    expect(page.locator("#page h1")).to_contain_text(name)
    expect(page).to_have_title(
        f"{page.locator('#page h1').inner_text().rsplit(' ', 1)[0]} "
        f"({page.locator('.film-year').inner_text().strip()}) · CineMatch"
    )
    page.go_back()
    expect(page.locator("#page h1")).to_contain_text("The Film 2")


def test_a_wish_moves_the_list_and_says_what_it_costs(visit: Visit) -> None:
    page = visit("/recommend?user=3&algorithm=ease&n=5")
    plain = titles(page)
    page.get_by_text("Wishes", exact=True).click()
    slider = page.get_by_role("slider", name="How well known")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    cost = page.locator("#rec-popularity-cost")
    expect(cost).to_have_text(re.compile(r"^On held-out ratings the list hits what people like .*95% interval"))
    expect(page.locator("#rec-summary")).to_contain_text("re-ranked as wished")
    settle(page)
    wished = titles(page)
    assert wished != plain
    expect(page).to_have_url(re.compile(r"/recommend\?user=3&algorithm=ease&n=5&popularity=-0\.4$"))
    page.keyboard.press("ArrowRight")
    expect(cost).to_contain_text("Measured beside this: on held-out ratings")
    page.get_by_text("How this was measured").click()
    expect(page.locator("#rec-wish-note")).to_contain_text("seed 42")
    expect(page.locator("#rec-wish-note")).to_contain_text("-0.3 was not measured. On held-out ratings -0.2")
    assert not violations(page)

    page.goto(page.url.split("?")[0] + "?user=3&algorithm=popularity&n=5&diversity=0.2")
    settle(page)
    expect(page.locator("#rec-diversity-cost")).to_have_text("What this costs was not measured for this algorithm.")
    page.get_by_role("button", name="Reset wishes").click()
    expect(page.locator("#rec-diversity-cost")).to_have_text("")
    expect(page.locator("#rec-summary")).not_to_contain_text("re-ranked")


def test_films_are_kept_for_later_and_listed_alone(visit: Visit) -> None:
    page = visit("/recommend?user=3&algorithm=ease&n=5")
    names = titles(page)
    for name in (names[3], names[1]):
        keep = page.get_by_role("button", name=f"Keep for later: {name}", exact=True)
        expect(keep).to_have_attribute("aria-pressed", "false")
        keep.click()
        expect(keep).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Watchlist", exact=True).click()
    rows = page.locator("#rec-watchlist .row-title")
    expect(rows).to_have_text([names[1], names[3]])
    page.get_by_role("switch", name="Only my watchlist").check()
    expect(page.locator("#rec-results .card-title")).to_have_text([names[1], names[3]])
    expect(page).to_have_url(re.compile("&watchlist=1$"))
    assert not violations(page)

    page.reload()
    settle(page)
    expect(page.locator("#rec-results .card-title")).to_have_text([names[1], names[3]])
    page.get_by_role("button", name=f"Take {names[1]} off the watchlist", exact=True).click()
    expect(page.locator("#rec-results .card-title")).to_have_text([names[3]])
    page.get_by_role("button", name=f"Keep for later: {names[3]}", exact=True).click()
    expect(page.locator("#rec-results")).to_contain_text("Your watchlist is empty")


def test_a_film_that_was_rated_leaves_the_watchlist(visit: Visit) -> None:
    page = visit("/recommend?mode=me&algorithm=ease&n=5")
    name = titles(page)[0]
    page.get_by_role("button", name=f"Keep for later: {name}", exact=True).click()
    page.get_by_text("Watchlist", exact=True).click()
    expect(page.locator("#rec-watchlist .row-title")).to_have_text([name])
    stars = page.locator("#rec-results").get_by_role("slider", name=f"Your rating of {name}", exact=True)
    stars.focus()
    page.keyboard.press("End")
    expect(page.get_by_text("Your ratings (1)")).to_be_visible()
    expect(page.locator("#rec-watchlist")).to_contain_text("Empty.")


def test_a_rating_that_shaped_the_list_is_switched_off_and_counts_again(visit: Visit) -> None:
    page = visit("/recommend?user=3&algorithm=ease&n=5")
    whole = titles(page)
    page.get_by_text("What shaped this list").click()
    heaviest = page.locator(".shaping-row").first
    expect(heaviest.locator(".note")).to_contain_text("rank")
    heaviest.get_by_role("switch").click()
    expect(page.locator("#rec-summary")).to_contain_text("1 rating left out")
    expect(page.locator("#rec-results .card-shift").first).to_be_visible()
    expect(heaviest.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert "&without=" in page.url
    changed = titles(page)
    assert changed != whole
    assert not violations(page)

    page.reload()
    expect(page.locator("#rec-summary")).to_contain_text("1 rating left out")
    assert titles(page) == changed
    page.get_by_role("button", name="Count all again").click()
    expect(page.locator("#rec-summary")).not_to_contain_text("left out")
    assert titles(page) == whole


def test_what_was_changed_while_it_was_folded_away_is_seen_when_it_is_opened(visit: Visit) -> None:
    page = visit("/recommend?mode=me&algorithm=ease")
    page.locator("#rec-algorithm").click()
    page.get_by_role("option", name="Popular").click()
    expect(page.locator("#rec-summary")).to_contain_text("Popular")
    page.get_by_text("About the algorithm").click()
    expect(page.locator("#rec-algorithm-note")).to_contain_text("What most people rated")
