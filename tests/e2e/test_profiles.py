"""A browser whose films follow their profile: to the server, through an outage, to another device, and away."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from tests.conftest import Installation
from tests.e2e.conftest import settle
from tests.e2e.test_pages import violations
from tests.servers import GunicornProcess, wait_for

pytestmark = pytest.mark.e2e

API = "/api/v1/me"


@pytest.fixture(scope="module")
def kept_site(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a database."""
    work = tmp_path_factory.mktemp("kept")
    chosen = {"database_url": f"sqlite:///{work / 'profiles.db'}", "algorithms": "ease,popularity"}
    installation = toy_installation.with_cache(work / "cache", **chosen)
    server = GunicornProcess("dashboard.wsgi:server", work, workers=2, env=installation.env)
    try:
        yield server.start("/readyz", 60).url
    finally:
        server.kill()


@pytest.fixture
def another(new_context: Callable[..., Any], kept_site: str) -> Callable[[], Page]:
    """Open the page on a device of its own."""

    def opened() -> Page:
        page: Page = new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
        page.goto(f"{kept_site}/recommend?mode=me&algorithm=ease")
        settle(page)
        return page

    return opened


def kept(page: Page, site: str) -> dict[int, float]:
    """Return what the server keeps of a browser's person."""
    context: BrowserContext = page.context
    cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
    answer = requests.get(f"{site}{API}", cookies=cookies, timeout=10)
    return {one["movie_id"]: one["rating"] for one in answer.json()["ratings"]} if answer.ok else {}


def told(page: Page, site: str) -> set[str]:
    """Return what the server was told of lists."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    found = requests.get(f"{site}{API}/export", cookies=cookies, timeout=10).json()
    return {event["kind"] for one in found["lists"] for event in one["feedback"]}


def rate(page: Page, place: int, key: str) -> None:
    """Rate the film at a place among those that a newcomer is asked for."""
    stars = page.locator("#rec-rate-results [data-control='rate']").nth(place)
    stars.focus()
    stars.press(key)
    stars.press("Enter")


def test_films_follow_their_profile(another: Callable[[], Page], kept_site: str) -> None:
    first = another()
    assert kept(first, kept_site) == {}
    rate(first, 0, "5")
    wait_for(lambda: 5.0 in kept(first, kept_site).values(), "the rating on the server", 30)
    first.reload()
    settle(first)
    expect(first.get_by_text("Your ratings (1)")).to_be_visible()

    # A list that has stood for a while counts, and what becomes of its films.
    first.wait_for_timeout(4_000)
    first.locator("#rec-results [data-control='keep']").first.click()
    wait_for(lambda: "kept" in told(first, kept_site), "what became of the list", 30)

    # Without a connection changes wait, also while the page is closed, and go out when there is one.
    first.route(f"**{API}**", lambda route: route.abort())
    rate(first, 0, "3")
    first.wait_for_timeout(1500)
    assert len(kept(first, kept_site)) == 1
    first.unroute(f"**{API}**")
    first.reload()
    settle(first)
    wait_for(lambda: len(kept(first, kept_site)) == 2, "the rating that waited", 30)

    first.get_by_text("Your films on other devices").click()
    status = first.locator("#profile-status")
    expect(status).to_contain_text("3 films of yours are kept")
    assert not violations(first)
    first.get_by_role("button", name="Make a code for another device").click()
    expect(status).to_contain_text("within 10 minutes")
    code = status.inner_text().split()[1]

    second = another()
    rate(second, 5, "4")
    wait_for(lambda: len(kept(second, kept_site)) == 1, "the other device's rating", 30)
    second.get_by_text("Your films on other devices").click()
    second.get_by_label("A code of another device").fill(code.lower())
    second.get_by_role("button", name="Use this code").click()
    expect(second.get_by_text("Your ratings (3)")).to_be_visible()
    assert kept(second, kept_site) == kept(first, kept_site)

    second.on("dialog", lambda dialog: dialog.accept())
    second.get_by_role("button", name="Delete everything on the server").click()
    expect(second.locator("#profile-status")).to_contain_text("keeps nothing of you any more")
    assert kept(first, kept_site) == {}
    expect(second.get_by_text("Your ratings (3)")).to_be_visible()
    first.reload()
    settle(first)
    expect(first.get_by_text("Your ratings (2)")).to_be_visible()
