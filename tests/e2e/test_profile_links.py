"""A person's films as a link: there and back, what a friend sees who opens one, and what a damaged one says."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settle, titles
from tests.e2e.test_pages import violations

pytestmark = pytest.mark.e2e

Visit = Callable[[str], Page]
_MINE = {10: 5.0, 20: 2.0, 30: 4.5, 40: 1.0, 50: 3.0, 60: 4.0}
_ANAS = [[50, 3.0], [10, 4.5], [20, 2.5], [80, 1.5], [30, 4.0], [40, 3.5], [70, 5.0]]

# Profiles of every size with ids of every length: each comes back as it was, and none that was cut or changed does.
_ROUND_TRIPS = """() => {
  let seed = 20;
  const random = () => { seed = (seed * 48271) % 2147483647; return seed / 2147483647; };
  const below = (end) => Math.floor(random() * end);
  const { encode, decode } = window.cinematchProfileCode;
  let refused = 0;
  for (let round = 0; round < 150; round += 1) {
    const length = below(2) ? below(12) : below(900);
    const movies = new Set(Array.from({ length: length }, () => below(10 ** (1 + below(9)))));
    const person = {
      mark: below(2 ** 32), name: ["", "Ana", "Zoë 🎬", "x".repeat(40)][below(4)], dataset: "toy-0123456789ab",
      ratings: [...movies].map((movie) => ({ movie: movie, rating: (1 + below(10)) / 2 }))
    };
    const code = encode(person);
    const [before, latest] = [person.ratings.slice(0, -40), person.ratings.slice(-40)];
    const sorted = { ...person, ratings: [...before.sort((one, other) => one.movie - other.movie), ...latest] };
    if (JSON.stringify(decode(code)) !== JSON.stringify(sorted)) { return `lost: ${JSON.stringify(person)}`; }
    if (!/^[A-Za-z0-9_-]+$/.test(code)) { return `not for an address: ${code}`; }
    if (movies.size > 300 && code.length / movies.size > 7) { return `long: ${code.length} for ${movies.size}`; }
    for (let turn = 0; turn < 4; turn += 1) {
      const place = below(code.length);
      const other = code[place] === "A" ? "B" : "A";
      [code.slice(0, place), code.slice(0, place) + other + code.slice(place + 1)].forEach((broken) => {
        try { decode(broken); } catch (error) { refused += error.message.includes("not whole") ? 1 : 0; }
      });
    }
  }
  return refused;
}"""


def code_of(page: Page, ratings: list[list[float]], name: str = "Ana", **changed: Any) -> str:
    """Return the code of a friend's films, as the friend's browser makes it."""
    person = {"mark": 4711, "name": name, "ratings": [{"movie": movie, "rating": stars} for movie, stars in ratings]}
    return str(
        page.evaluate(
            "person => cinematchProfileCode.encode({dataset: cinematchDataset(), ...person})", {**person, **changed}
        )
    )


def rated(page: Page, ratings: dict[int, float]) -> None:
    """Have the browser hold ratings before the page is opened."""
    entries = [{"movie": movie, "rating": stars, "time": 1_700_000_000} for movie, stars in ratings.items()]
    text = json.dumps(json.dumps({"ratings": entries, "hidden": [], "watched": []}))
    page.add_init_script(
        f"if (location.protocol !== 'about:' && !localStorage.visitor) localStorage.visitor = {text};"
    )


def close_explanation(page: Page) -> None:
    """Close the drawer: that is a step back in the history, which would cut off what is opened meanwhile."""
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_function("!(history.state || {}).explained")


def follow(page: Page, address: str) -> Page:
    """Open an address as somebody does who was sent it."""
    page.goto("about:blank")
    page.goto(address)
    settle(page)
    return page


def test_ratings_come_back_as_they_were_and_damaged_codes_do_not(visit: Visit) -> None:
    page = visit("/people")
    # The last letter of a code may hold bits that say nothing: of 1,200 damaged ones a few are none.
    assert 1150 <= page.evaluate(_ROUND_TRIPS) <= 1200


def test_a_link_that_is_cut_or_of_other_data_says_so(visit: Visit, site: str) -> None:
    page = visit("/people")
    code = code_of(page, _ANAS)
    follow(page, f"{site}/people#p={code[:-7]}")
    expect(page.get_by_role("alert")).to_contain_text("not whole: a part was lost on the way")
    follow(page, f"{site}/people#p={code_of(page, _ANAS, dataset='ml-100k-0123456789ab')}")
    expect(page.get_by_role("alert")).to_contain_text("of the data set ml-100k, and here it is toy")
    expect(page.get_by_role("group", name="Friends")).to_contain_text("Nobody yet")


def test_a_friends_link_shows_how_alike_we_are_and_what_can_be_done(page: Page, visit: Visit, site: str) -> None:
    rated(page, _MINE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit("/people")
    code = code_of(page, _ANAS)
    follow(page, f"{site}/people#p={code}")
    expect(page.get_by_role("heading", name="Ana", exact=True)).to_be_visible()
    expect(page.locator(".alike")).to_contain_text("5 films in common")
    expect(page.get_by_role("list", name="Where you differ most").locator("li")).to_have_count(1)
    expect(page.locator("#ppl-pair .rail .movie-card")).to_have_count(1)
    assert page.url.endswith(f"/people?mode=friend#p={code}")
    assert not violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert not violations(page, {"runOnly": ["color-contrast"]})

    page.get_by_role("link", name="Their list").click()
    settle(page)
    expect(page.locator("#rec-summary")).to_contain_text("for Ana, by")
    assert page.url.endswith(f"#p={code}")
    first = titles(page)[0]
    page.get_by_role("button", name=f"Why this? {first}", exact=True).click()
    expect(page.get_by_role("dialog").locator(".why-text")).not_to_be_empty()
    close_explanation(page)

    # Carrying films is one step, and one step back.
    follow(page, f"{site}/people#p={code}")
    page.get_by_role("button", name="Add 2 ratings to mine").click()
    expect(page.get_by_role("status").filter(has_text="Added 2 ratings to yours.")).to_be_visible()
    assert len(page.evaluate("cinematchOwnFilms.read().ratings")) == 8
    page.get_by_role("button", name="Undo").click()
    page.evaluate("cinematchOwnFilms.hide(80, 'a film of hers')")
    page.get_by_role("button", name="Replace mine by these").click()
    kept = page.evaluate("cinematchOwnFilms.read().ratings.map((one) => [one.movie, one.rating])")
    assert kept == _ANAS, "in the order in which they were given"
    assert page.evaluate("cinematchOwnFilms.read().hidden") == [], "what is rated is waved away no more"
    page.get_by_role("button", name="Undo").click()
    assert len(page.evaluate("cinematchOwnFilms.read().ratings")) == 6
    assert not [address for address in asked if code in address or "#" in address]


def test_two_real_people_watch_together_and_the_address_carries_the_friend(
    page: Page, visit: Visit, site: str, new_context: Callable[..., Any]
) -> None:
    rated(page, _MINE)
    visit("/people")
    code = code_of(page, _ANAS)
    follow(page, f"{site}/together?me=1&friends=1&algorithm=ease&n=5#p={code}")
    expect(page.locator("#tog-summary")).to_contain_text("for you and Ana, by EASE")
    expect(page.get_by_label("What came with the link")).to_contain_text("Ana (7 ratings)")
    shown = page.locator(".together-row .row-title").all_inner_texts()
    assert page.url.partition("#")[2].startswith(f"p={code}&of=")
    page.get_by_role("button", name=f"Ana: why {shown[0]}?").click()
    expect(page.get_by_role("dialog").locator(".why-text")).not_to_be_empty()
    close_explanation(page)

    # The bar is drawn from the number beside it.
    for place in range(2):
        opinion = page.locator(".together-row").first.locator(".opinion").nth(place)
        stars = float(opinion.locator(".opinion-stars").inner_text())
        width = opinion.locator(".bar-fill").evaluate("bar => bar.offsetWidth / bar.parentNode.offsetWidth")
        assert width == pytest.approx(stars / 5, abs=0.02)

    page.get_by_role("button", name="Share").click()
    sheet = page.get_by_role("dialog", name="Share this list")
    sheet.get_by_label("What they shall call you").fill("Bo")
    assert not violations(page)
    link = sheet.get_by_label("Link").input_value()
    other = new_context().new_page()
    follow(other, link)
    expect(other.locator("#tog-summary")).to_contain_text("for Bo and Ana, by EASE")
    assert other.locator(".together-row .row-title").all_inner_texts() == shown


def test_a_friend_has_a_shelf_at_home_and_lists_side_by_side(page: Page, visit: Visit, site: str) -> None:
    rated(page, _MINE)
    visit("/people")
    code = code_of(page, _ANAS)
    follow(page, f"{site}/compare?mode=friend&algorithms=ease,popularity&n=5#p={code}")
    expect(page.locator("#compare-summary")).to_contain_text("films in all")
    hers = set(page.locator(".side-title").all_inner_texts())
    page.get_by_text("For me", exact=True).click()
    expect(page).to_have_url(re.compile(r"/compare\?mode=me&"))
    settle(page)
    assert set(page.locator(".side-title").all_inner_texts()) != hers

    page.get_by_role("link", name="CineMatch").first.click()
    shelf = page.get_by_role("region", name="With Ana", exact=True)
    expect(shelf.locator(".movie-card").first).to_be_visible()
    shelf.get_by_role("link", name="The whole list: With Ana").click()
    expect(page.locator("#tog-summary")).to_contain_text("for you and Ana")


def test_a_shared_list_of_mine_is_mine_elsewhere_and_a_bare_address_says_that_it_is_not(
    page: Page, visit: Visit, new_context: Callable[..., Any]
) -> None:
    rated(page, _MINE)
    visit("/recommend?mode=me&algorithm=ease&n=5")
    shown = titles(page)
    bare = page.url
    page.locator(".results").get_by_role("button", name="Share").click()
    link = page.get_by_role("dialog", name="Share this list").get_by_label("Link").input_value()
    other = new_context().new_page()
    follow(other, link)
    expect(other.locator("#rec-summary")).to_contain_text("5 films for Friend")
    assert titles(other) == shown
    expect(other.get_by_label("What came with the link")).to_contain_text("(6 ratings) came with this link")

    stranger = new_context().new_page()
    follow(stranger, bare)
    expect(stranger.get_by_label("What came with the link")).to_contain_text("made from their own ratings")
    expect(stranger.locator("#rec-summary")).to_contain_text("for you, who have rated nothing in this browser yet")
    stranger.get_by_role("button", name="Close this message").click()
    expect(stranger.get_by_label("What came with the link")).to_have_count(0)
    # In the browser that made it the address says nothing of the kind.
    follow(page, bare)
    expect(page.get_by_label("What came with the link")).to_have_count(0)


def test_people_like_me_lead_to_their_pages(page: Page, visit: Visit) -> None:
    rated(page, _MINE)
    visit("/people")
    row = page.locator(".like-table tbody tr").first
    name = row.get_by_role("link").inner_text()
    row.get_by_role("link").click()
    settle(page)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(page.locator(".alike")).to_contain_text("films in common")
    assert page.url.endswith(f"/people?user={name.removeprefix('User ')}")
