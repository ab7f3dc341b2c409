"""The frame: navigation, colour scheme, small screens, keyboard."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.pages.analytics.layout import TABS
from tests.e2e.conftest import PATHS, settle, titles
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e

Visit = Callable[[str], Page]


def test_the_colour_scheme_is_remembered_and_set_before_anything_is_painted(visit: Visit) -> None:
    page = visit("/system")
    html = page.locator("html")
    page.get_by_role("button", name="Switch between dark and light").click()
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
    # Dash has not drawn anything yet when the document has been read.
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => {"
        "  window.firstGround = getComputedStyle(document.body).backgroundColor; });"
    )
    page.reload()
    settle(page)
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")
    assert page.evaluate("window.firstGround") == "rgb(20, 21, 25)"


def test_search_from_the_header_leads_to_films_and_pages_of_them(visit: Visit) -> None:
    page = visit("/")
    field = page.get_by_role("combobox", name="Find a film").first
    field.fill("flim")
    expect(page.get_by_role("option")).to_have_count(8)
    assert not violations(page)
    field.press("Enter")
    expect(page.locator("#page h1")).to_have_text("Films")
    expect(page.get_by_label("Title")).to_have_value("flim")
    settle(page)
    first = titles(page, "#search-results")
    assert len(first) == 24
    page.get_by_role("button", name="2", exact=True).click()
    expect(page.locator("#search-results .card-title").first).not_to_have_text(first[0])
    expect(page).to_have_url(re.compile("q=flim&page=2"))
    page.go_back()
    expect(page.locator("#search-results .card-title").first).to_have_text(first[0])
    # The answer of the page that is left comes late, and must not undo the step.
    page.evaluate(
        """() => new Promise((done) => {
            window.addEventListener("popstate", () => {
                window.dash_clientside.cinematch.write_address("/search?q=flim");
                done();
            }, { once: true });
            window.history.forward();
        })"""
    )
    expect(page).to_have_url(re.compile("q=flim&page=2"))
    expect(page.locator("#search-results .card-title").first).not_to_have_text(first[0])
    settle(page)
    page.get_by_label("Title").fill("xyzzyqqq")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    field.fill("film 3")
    expect(page.get_by_role("option").first).to_contain_text("Film 3")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.locator("#page h1")).to_contain_text("Film 3")
    # Links move without loading anew, name the page and put the focus on its heading.
    page.get_by_role("link", name="System", exact=True).first.click()
    expect(page).to_have_title("System · CineMatch")
    expect(page.locator("#page h1")).to_be_focused()


def test_an_error_is_told_to_the_person(visit: Visit) -> None:
    page = visit("/recommend?user=999")
    expect(page.get_by_role("alert")).to_contain_text("There is no user 999")


class TestSmallScreen:
    """A telephone."""

    @pytest.fixture
    def context_options(self, context_options: dict[str, Any]) -> dict[str, Any]:
        return {**context_options, "viewport": {"width": 390, "height": 844}, "has_touch": True}

    def test_pages_fit_and_the_navigation_opens(self, visit: Visit) -> None:
        for path in (*PATHS, *(f"/analytics?tab={tab}" for tab in TABS)):
            page = visit(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page = visit("/movie/10")
        # What is watched next is a row that scrolls, however many films there are.
        films = f'<ul class="rail plain">{"<li>Film</li>" * 30}</ul>'
        page.locator("#movie-next").evaluate("(list, films) => { list.innerHTML = films; }", films)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Open the navigation").click()
        page.get_by_role("navigation", name="Main, small screen").get_by_role("link", name="Recommend").click()
        expect(page.locator("#page h1")).to_have_text("Recommendations")
        expect(page.get_by_role("navigation", name="Main, small screen")).to_be_hidden()


@pytest.mark.parametrize("width", [768, 1000])
def test_the_header_fits_with_all_its_pages(visit: Visit, width: int) -> None:
    page = visit("/people")
    page.set_viewport_size({"width": width, "height": 700})
    header = page.locator(".header")
    assert header.evaluate("header => header.scrollWidth - header.clientWidth") == 0
    folded = page.get_by_role("button", name="Open the navigation")
    field = page.get_by_role("search", name="All films", exact=True)
    assert folded.is_visible() != field.is_visible()


def test_a_list_is_printed_without_what_is_pressed_and_in_ink(visit: Visit) -> None:
    page = visit("/recommend?user=1&algorithm=ease&say=since+1960")
    page.get_by_role("button", name="Switch between dark and light").click()
    pressed = (".header", ".asked-folds", "#rec-others", ".card-actions", ".results-head .toolbar-end")
    for part in pressed:
        expect(page.locator(part).first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Recommendations")).to_be_visible()
    expect(page.locator("#rec-results .card-title").first).to_be_visible()
    expect(page.get_by_text("from 1960 on")).to_be_visible()
    for part in pressed:
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_server_that_is_not_reached_is_told_until_it_answers(
    new_context: Callable[..., Any], context_options: dict[str, Any], site: str
) -> None:
    # Not the page that takes no errors: what is not reached is one.
    page = new_context(**context_options).new_page()
    page.goto(f"{site}/recommend?user=1&algorithm=ease")
    settle(page)
    page.context.set_offline(True)
    told = page.locator(".connection")
    expect(told).to_contain_text("You are offline. Your films are kept")
    assert not violations(page)
    page.context.set_offline(False)
    expect(told).to_contain_text("The server answers again.")
    page.get_by_role("button", name="Load the page anew").click()
    settle(page)
    expect(told).to_be_hidden()
    # Behind nginx a server that is gone is a 503. Twice, as what is told first has not gone when it is lost again.
    for _ in range(2):
        for address in ("**/_dash-update-component*", "**/healthz"):
            page.route(address, lambda route: route.fulfill(status=503))
        page.get_by_role("button", name="Show me others").click()
        expect(told).to_contain_text("The server does not answer.")
        page.unroute_all()
        page.get_by_role("button", name="Try again").click()
        expect(told).to_contain_text("The server answers again.")
