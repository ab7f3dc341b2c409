"""Pictures of every page and of what opens over it, in both colour schemes, on a desk and on a phone.

    python -m benchmarks.pictures [--out build/pictures] [--widths 1440,390] [--schemes light,dark] [--only recommend]

Serves the installed data set and models (CINEMATCH_* variables) with real gunicorn and looks with headless Chromium,
as a visitor with twelve ratings. Files are named `<what>-<scheme>-<width>.png`.
"""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.browser import CHROMIUM, own_ratings, served
from core.data.dataset import Dataset
from core.settings import load_settings
from dashboard.pages import all_pages
from tests.e2e.conftest import _FLAGS, settle
from tests.servers import ROOT

_OWN = 12
_HEIGHTS = {1440: 1000, 390: 844}


def _why(page: Page) -> None:
    page.get_by_role("button", name="Why this?").first.click()
    page.locator("#why-body .why-title").wait_for()


def _choose(page: Page) -> None:
    page.get_by_label("Algorithm", exact=True).first.click()
    page.get_by_role("option").first.wait_for()


def _undo(page: Page) -> None:
    page.get_by_role("button", name="Not interested").first.click()
    page.locator(".undo-bar .link-button").wait_for()


def _suggest(page: Page) -> None:
    fields = page.get_by_role("combobox", name="Find a film").locator("visible=true")
    if not fields.count():
        page.get_by_role("button", name="Open the navigation").click()
        fields.first.wait_for()
    fields.first.fill("godfath")
    page.get_by_role("option").first.wait_for()


def _folds(page: Page) -> None:
    closed = page.locator("#page details:not([open]) > summary")
    while closed.count():
        closed.first.click()


def _sentence(page: Page) -> None:
    page.goto(page.url.replace("/search", "/recommend?mode=me&say=like+Heat+but+funny,+from+the+90s"))
    page.locator("#rec-results .movie-card").first.wait_for()


_OPENED: dict[str, tuple[str, Callable[[Page], None]]] = {
    "why": ("/recommend?mode=me", _why),
    "select": ("/recommend?user=1", _choose),
    "undo": ("/recommend?mode=me", _undo),
    "folds": ("/recommend?mode=me", _folds),
    "suggestions": ("/", _suggest),
    "sentence": ("/search", _sentence),
}
"""What opens over a page: the page, and how."""

_FURTHER = {
    "recommend-user": "/recommend?user=1",
    "recommend-me": "/recommend?mode=me",
    "together-three": "/together?users=1,5,9",
    "search-found": "/search?q=godfather",
    "movie-unknown": "/movie/999999999",
}


def addresses(dataset: Dataset) -> dict[str, str]:
    """Return what is looked at: every page, the tabs of Analytics, and a few addresses more."""
    movie = int(dataset.movies.ids[dataset.movie_counts.argmax()])
    found = {name: page.path.format(movie_id=movie) for name, page in all_pages().items()}
    return {**found, **_FURTHER}


def tabs(page: Page, site: str) -> dict[str, str]:
    """Return the tabs that a page of Analytics links to."""
    page.goto(f"{site}/analytics")
    settle(page)
    links = page.locator("a[href*='tab=']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    named = {match.group(1): link for link in links if (match := re.search(r"[?&]tab=([\w-]+)$", link))}
    return {f"analytics-{name}": link for name, link in named.items()}


def shoot(chromium: Browser, site: str, dataset: Dataset, given: argparse.Namespace) -> int:
    """Take all pictures; return how many."""
    count = 0
    store = json.dumps(json.dumps(own_ratings(dataset, _OWN)))
    for scheme in given.schemes.split(","):
        for width in map(int, given.widths.split(",")):
            context = chromium.new_context(
                viewport={"width": width, "height": _HEIGHTS.get(width, 900)},
                color_scheme=scheme,
                reduced_motion="reduce",
            )
            context.add_init_script(
                f"if (!localStorage.getItem('visitor')) {{ localStorage.setItem('visitor', {store});"
                " localStorage.setItem('visitor-timestamp', '1'); }"
            )
            page = context.new_page()
            page.set_default_timeout(60_000)
            wanted: dict[str, tuple[str, Callable[[Page], None] | None]] = {
                name: (path, None) for name, path in {**addresses(dataset), **tabs(page, site)}.items()
            }
            for name, (path, act) in {**wanted, **_OPENED}.items():
                if given.only and given.only not in name:
                    continue
                page.goto(f"{site}{path}")
                page.wait_for_selector("#page h1")
                settle(page)
                if act is not None:
                    act(page)
                    settle(page)
                page.wait_for_timeout(400)
                file = given.out / f"{name}-{scheme}-{width}.png"
                # What opens over a page belongs to what is seen of it.
                page.screenshot(path=str(file), full_page=act is None or act is _folds)
                print(file, flush=True)
                count += 1
            context.close()
    return count


def main() -> None:
    """Serve, look, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/pictures"), help="folder for the pictures")
    parser.add_argument("--widths", default="1440,390", help="widths of the screen, in CSS pixels")
    parser.add_argument("--schemes", default="light,dark", help="colour schemes")
    parser.add_argument("--only", default="", help="only what has this in its name")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    settings = load_settings()
    dataset = Dataset.open(settings.data_dir / settings.dataset)
    with sync_playwright() as playwright, served("this", ROOT, settings.models_dir) as site:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        count = shoot(chromium, site.url, dataset, given)
        chromium.close()
    print(f"{count} pictures in {given.out}")


if __name__ == "__main__":
    main()
