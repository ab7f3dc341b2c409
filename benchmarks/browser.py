"""The dashboard in a browser: page complete, star to list, blocking time, shifts of layout, frames of the map.

    python -m benchmarks.browser [--own 0,100,1000] [--stars 7] [--base DIR --base-models DIR] [--json FILE]

Serves the installed data set and models (CINEMATCH_* variables) with real gunicorn and asks with headless Chromium.
With `--base`, a checkout of another version is measured in the same run, so that ratios hold on a machine that does
other work as well; a page of it that takes longer than `--patience` is reported as that. CPU is the main thread's
own, which no other process makes longer.
"""

import argparse
import json
import math
import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from core.data.dataset import Dataset
from core.settings import load_settings
from tests.e2e.conftest import _FLAGS
from tests.servers import ROOT, GunicornProcess

CHROMIUM = "/usr/bin/chromium"
_QUIET_MS = 1500
_DRAGS = 240
_PAGES = ("/", "/recommend?user=1", "/recommend?mode=me", "/together", "/analytics", "/search", "/movie/1", "/system")
_WATCH = """
window.measured = { changed: 0, blocked: 0, longest: 0, shift: 0 };
const onPage = ({ target }) => (target.closest ? target : target.parentNode || document.body).closest("#page");
new MutationObserver((changes) => { if (changes.some(onPage)) { measured.changed = performance.now(); } })
  .observe(document, { subtree: true, childList: true, characterData: true });
new PerformanceObserver((list) => list.getEntries().forEach((task) => {
  measured.blocked += task.duration - 50;
  measured.longest = Math.max(measured.longest, task.duration);
})).observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.hadRecentInput) { measured.shift += entry.value; }
})).observe({ type: "layout-shift", buffered: true });
"""
_STAR = """
(patience) => new Promise((resolve) => {
  const card = () => document.querySelector("#rec-results .movie-card");
  const former = card().dataset.movie || card().innerText;
  let clicked = 0;
  document.addEventListener("pointerdown", (event) => { clicked = event.timeStamp; }, { once: true, capture: true });
  const seen = new MutationObserver(() => {
    const first = card();
    if (!clicked || !first || (first.dataset.movie || first.innerText) === former) { return; }
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - clicked)));
  });
  seen.observe(document.getElementById("rec-results"), { subtree: true, childList: true, characterData: true });
  setTimeout(() => resolve(null), patience);
})
"""


_FRAMES = """
() => {
  window.drawn = [];
  const each = (now) => { drawn.push(now); if (drawn.length < 100000) { requestAnimationFrame(each); } };
  requestAnimationFrame(each);
}
"""


@dataclass
class Load:
    """One page, loaded cold."""

    complete_ms: float
    cpu_ms: float
    blocked_ms: float
    longest_ms: float
    shift: float


@dataclass
class Measured:
    """A version with a number of own ratings; None where it was not ready in time."""

    version: str
    own: int
    load: Load | None = None
    star_ms: list[float] = field(default_factory=list)
    star_cpu_ms: list[float] = field(default_factory=list)
    slow_star_ms: list[float] = field(default_factory=list)
    """With the CPU slowed down to a quarter."""


@dataclass
class Frames:
    """The map of films while it is dragged."""

    per_second: float
    longest_ms: float
    cpu_ms: float
    """Of the main thread, for each frame."""


@dataclass
class Site:
    """A version that is being served."""

    version: str
    url: str


def own_ratings(dataset: Dataset, count: int) -> dict[str, Any]:
    """Return a browser's store with `count` ratings: every other film of the most rated, 3.5 to 5 stars.

    In the form of before ratings had an order, which every version reads.
    """
    order = (-dataset.movie_counts).argsort(kind="stable")[: 2 * count : 2]
    films = dataset.movies.ids[order].tolist()
    return {"ratings": {str(movie): 3.5 + place % 4 / 2 for place, movie in enumerate(films)}, "hidden": {}}


class Browser:
    """Chromium, a fresh profile for every page."""

    def __init__(self, chromium: Any, patience_s: float) -> None:
        self._chromium, self._patience = chromium, patience_s * 1000

    @contextmanager
    def page(self, store: dict[str, Any]) -> Iterator[tuple[Page, CDPSession]]:
        """Open a page whose browser holds a store."""
        context = self._chromium.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(_WATCH)
        if store["ratings"]:
            text = json.dumps(json.dumps(store))
            context.add_init_script(
                f"if (!localStorage.getItem('visitor')) {{ localStorage.setItem('visitor', {text});"
                " localStorage.setItem('visitor-timestamp', '1'); }"
            )
        page = context.new_page()
        page.set_default_timeout(self._patience)
        session = context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        try:
            yield page, session
        finally:
            context.close()

    def load(self, page: Page, session: CDPSession, address: str) -> Load | None:
        """Go to a page and wait until nothing has changed on it for a while."""
        page.goto(address)
        until = time.monotonic() + self._patience / 1000
        try:
            page.wait_for_selector("#page h1")
            if "/recommend" in address:
                page.wait_for_selector("#rec-results .movie-card")
            while page.evaluate("performance.now() - measured.changed") < _QUIET_MS:
                if time.monotonic() > until:
                    return None
                page.wait_for_timeout(200)
        except PlaywrightTimeoutError:
            return None
        found = page.evaluate("measured")
        return Load(found["changed"], _cpu_ms(session), found["blocked"], found["longest"], found["shift"])

    def star(self, page: Page, session: CDPSession) -> tuple[float, float] | None:
        """Give the first film of the list four stars; milliseconds until another one stands there, and CPU."""
        stars = page.locator("#rec-results .movie-card .stars-input").first
        stars.scroll_into_view_if_needed()
        box = stars.bounding_box()
        if box is None:
            return None
        before = _cpu_ms(session)
        page.evaluate(f"window.starTook = ({_STAR})({self._patience}); null")
        page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
        took = page.evaluate("window.starTook")
        return None if took is None else (float(took), _cpu_ms(session) - before)


def _cpu_ms(session: CDPSession) -> float:
    metrics = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * float(metrics["TaskDuration"])


def measure(browser: Browser, site: Site, dataset: Dataset, own: int, stars: int) -> Measured:
    """Load Recommend with a number of own ratings and give stars."""
    found = Measured(site.version, own)
    with browser.page(own_ratings(dataset, own)) as (page, session):
        found.load = browser.load(page, session, f"{site.url}/recommend?mode=me")
        if found.load is None:
            return found
        for slow in (False, True):
            session.send("Emulation.setCPUThrottlingRate", {"rate": 4 if slow else 1})
            # The first star of each kind warms up.
            for turn in range(stars + 1):
                taken = browser.star(page, session)
                if taken is None:
                    return found
                if turn and slow:
                    found.slow_star_ms.append(taken[0])
                elif turn:
                    found.star_ms.append(taken[0])
                    found.star_cpu_ms.append(taken[1])
                page.wait_for_timeout(1000)
    return found


def pages(browser: Browser, site: Site) -> dict[str, Load | None]:
    """Load every page for somebody who has rated nothing."""
    found = {}
    for path in _PAGES:
        with browser.page({"ratings": {}, "hidden": {}}) as (page, session):
            found[path] = browser.load(page, session, f"{site.url}{path}")
    return found


def drag_map(browser: Browser, site: Site) -> Frames | None:
    """Have the map of films drawn where it is not, and drag it to and fro; None where the version has no map."""
    with browser.page({"ratings": {}, "hidden": {}}) as (page, session):
        page.goto(f"{site.url}/analytics?tab=map")
        canvas = page.locator("#map-canvas")
        try:
            draw = page.get_by_role("button", name="Draw the map")
            draw.or_(canvas).first.wait_for()
            if draw.is_visible():
                draw.click()
            canvas.wait_for()
        except PlaywrightTimeoutError:
            return None
        page.wait_for_timeout(2000)
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        if box is None:
            return None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.evaluate(_FRAMES)
        before = _cpu_ms(session)
        for turn in range(_DRAGS):
            page.mouse.move(x + 120 * math.sin(turn / 15), y + 80 * math.cos(turn / 15))
        times = page.evaluate("drawn")
        spent = _cpu_ms(session) - before
        page.mouse.up()
    steps = [later - sooner for sooner, later in pairwise(times)]
    return Frames(1000 * len(steps) / sum(steps), max(steps), spent / len(steps))


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):,.0f}" if values else "-"


def print_stars(measured: Sequence[Measured]) -> None:
    """Print the table by own ratings, and the ratios that hold on a busy machine."""
    print(
        "\n| version | own ratings | page complete ms | CPU ms | blocked ms | longest task ms | star to list ms "
        "| CPU ms | at a quarter of the CPU ms |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for one in measured:
        load = one.load
        shown = (
            ["not in time", "-", "-", "-"]
            if load is None
            else [f"{value:,.0f}" for value in (load.complete_ms, load.cpu_ms, load.blocked_ms, load.longest_ms)]
        )
        stars = [_median(values) for values in (one.star_ms, one.star_cpu_ms, one.slow_star_ms)]
        print(f"| {one.version} | {one.own:,} | {' | '.join([*shown, *stars])} |")
    here = {one.own: one for one in measured if one.version == "this"}
    base = {one.own: one for one in measured if one.version == "base"}
    least, most = min(here), max(here)
    for what, read in (("ms", lambda one: one.star_ms), ("CPU ms", lambda one: one.star_cpu_ms)):
        if read(here[least]) and read(here[most]):
            ratio = statistics.median(read(here[most])) / statistics.median(read(here[least]))
            print(f"\nStar to list with {most:,} own ratings against {least:,}, {what}: {ratio:.2f}")
        for own in sorted(here.keys() & base.keys()):
            if read(here[own]) and read(base[own]):
                ratio = statistics.median(read(here[own])) / statistics.median(read(base[own]))
                print(f"Star to list with {own:,} own ratings against the base, {what}: {ratio:.3f}")


def print_pages(found: dict[str, dict[str, Load | None]]) -> None:
    """Print the table by page."""
    print("\n| version | page | complete ms | CPU ms | blocked ms | longest task ms | layout shift |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for version, loads in found.items():
        for path, load in loads.items():
            shown = (
                "not in time | - | - | - | -"
                if load is None
                else f"{load.complete_ms:,.0f} | {load.cpu_ms:,.0f} | {load.blocked_ms:,.0f} "
                f"| {load.longest_ms:,.0f} | {load.shift:.3f}"
            )
            print(f"| {version} | `{path}` | {shown} |")


@contextmanager
def served(version: str, root: Path, models: Path) -> Iterator[Site]:
    """Serve a checkout with two workers, as it is configured."""
    with tempfile.TemporaryDirectory() as work:
        env = {"CINEMATCH_MODELS_DIR": str(models.resolve()), "CINEMATCH_CACHE_DIR": f"{work}/cache"}
        config = root / "gunicorn.conf.py"
        server = GunicornProcess("dashboard.wsgi:server", Path(work), env=env, config=config, root=root)
        with server.start("/readyz", 120):
            yield Site(version, server.url)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--own", default="0,100,1000", help="numbers of own ratings")
    parser.add_argument("--stars", type=int, default=7, help="stars whose median is taken")
    parser.add_argument("--patience", type=float, default=300, help="seconds until a page is given up")
    parser.add_argument("--base", type=Path, help="a checkout of another version, measured as well")
    parser.add_argument("--base-models", type=Path, help="its models, where they are not this version's")
    parser.add_argument("--no-pages", action="store_true", help="only Recommend")
    parser.add_argument("--json", type=Path, help="write all figures there")
    given = parser.parse_args()
    settings = load_settings()
    dataset = Dataset.open(settings.data_dir / settings.dataset)
    versions = [("this", ROOT, settings.models_dir)]
    if given.base:
        versions.append(("base", given.base.resolve(), given.base_models or settings.models_dir))
    owns = [int(count) for count in re.findall(r"\d+", given.own)]
    print(
        f"{dataset.name}, load averages {', '.join(f'{load:.1f}' for load in os.getloadavg())}, "
        f"{os.cpu_count()} processors"
    )
    measured: list[Measured] = []
    by_page: dict[str, dict[str, Load | None]] = {}
    maps: dict[str, Frames | None] = {}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        browser = Browser(chromium, given.patience)
        for version, root, models in versions:
            with served(version, root, models) as site:
                with browser.page(own_ratings(dataset, 0)) as (page, session):
                    browser.load(page, session, f"{site.url}/recommend?mode=me")
                for own in owns:
                    measured.append(measure(browser, site, dataset, own, given.stars))
                    print(f"{measured[-1]}", flush=True)
                if not given.no_pages:
                    by_page[version] = pages(browser, site)
                    maps[version] = drag_map(browser, site)
        chromium.close()
    print_stars(measured)
    if by_page:
        print_pages(by_page)
    for version, frames in maps.items():
        if frames is not None:
            print(
                f"\nThe map of {dataset.n_movies:,} films, dragged ({version}): {frames.per_second:.0f} frames a "
                f"second, the longest {frames.longest_ms:.0f} ms, {frames.cpu_ms:.1f} ms of CPU each."
            )
    print(f"\nLoad averages at the end: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    if given.json:
        given.json.write_text(json.dumps({"stars": [asdict(one) for one in measured]}, indent=1))


if __name__ == "__main__":
    main()
