"""What a browser keeps goes along to another data set, where both know a film by its IMDb or TMDb id."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.recommenders.popularity import Popularity
from core.store.artifact import save_model
from tests.conftest import Installation
from tests.e2e.conftest import settle
from tests.servers import GunicornProcess, free_port

pytestmark = pytest.mark.e2e

_FILMS = 20
_PORT = free_port()


@pytest.fixture(scope="session")
def site() -> str:
    """One address, at which one data set is served after the other."""
    return f"http://127.0.0.1:{_PORT}"


def _dataset(name: str, ids: list[int]) -> Dataset:
    """Return films of these ids: the first is known by TMDb alone, the last by neither, all others by IMDb."""
    titles = {movie: f"Film {place} ({1950 + place})" for place, movie in enumerate(ids)}
    imdb = {movie: 1_000 + place for place, movie in enumerate(ids[1:-1], 1)}
    names = [titles[movie] for movie in sorted(ids)]
    films = MovieTable.from_columns(sorted(ids), names, [["Drama"]] * len(ids), imdb_ids=imdb, tmdb_ids={ids[0]: 862})
    users = np.repeat(np.arange(1, 31), 4)
    rated = np.array(ids)[(users * 7 + np.tile(np.arange(4), 30) * 3) % len(ids)]
    return Dataset.from_interactions(users, rated, np.tile([5.0, 4, 3, 2], 30), None, films, name=name)


@contextmanager
def _served(dataset: Dataset, place: Path) -> Iterator[None]:
    dataset.save(place / "data" / dataset.name)
    opened = Dataset.open(place / "data" / dataset.name)
    save_model(Popularity().fit(opened), place / "models" / dataset.name / "popularity")
    installation = Installation(
        place / "data", place / "models", place / "cache", opened, {"algorithms": "popularity"}
    )
    server = GunicornProcess("dashboard.wsgi:server", place, port=_PORT, workers=1, env=installation.env)
    with server.start("/readyz", 60):
        yield


def _stored(page: Page, name: str) -> Any:
    return json.loads(page.evaluate("name => localStorage.getItem(name) || 'null'", name))


def test_films_go_along_with_stars_times_and_order(page: Page, visit: Callable[[str], Page], tmp_path: Path) -> None:
    there = [10 * (place + 1) for place in range(_FILMS)]
    here = [7 * (_FILMS - place) for place in range(_FILMS)]
    with _served(_dataset("former", there), tmp_path):
        visit("/")
        former = page.locator("[data-dataset]").get_attribute("data-dataset")
        # Neither by id nor by time, and the last one is unknown elsewhere.
        rated = [(5, 4.5, 1_600_000_300), (0, 2, None), (3, 3.5, 1_600_000_100), (_FILMS - 1, 5, 1_600_000_200)]
        ratings = [{"movie": there[film], "rating": stars, "time": time} for film, stars, time in rated]
        visitor = {
            "dataset": former,
            "ratings": ratings,
            "hidden": [{"movie": there[8], "time": 1_600_000_500}, {"movie": there[7], "time": 1_600_000_400}],
            "watched": [{"movie": there[9], "time": None}],
            "others": {},
        }
        films = {str(there[11]): 1_600_000_000_123, str(there[10]): 1_600_000_000_456}
        stores = {"visitor": visitor, "watchlist": {"dataset": former, "films": films, "others": {}}}
        page.evaluate(
            "kept => Object.keys(kept).forEach(k => localStorage.setItem(k, JSON.stringify(kept[k])))", stores
        )
        page.reload()
        settle(page)
        page.wait_for_function(
            "known => Object.keys((JSON.parse(localStorage.getItem('film-links')) || {})[known] || {}).length === 8",
            arg=former,
        )
        page.goto("about:blank")
    with _served(_dataset("here", here), tmp_path):
        visit("/recommend?mode=me&algorithm=popularity&n=20")
        now = page.locator("[data-dataset]").get_attribute("data-dataset")
        assert now != former
        expect(page.get_by_text("Your ratings (3)")).to_be_visible()
        page.wait_for_function("now => JSON.parse(localStorage.getItem('watchlist')).dataset === now", arg=now)
        kept = _stored(page, "visitor")
        assert kept["ratings"] == [
            {"movie": here[film], "rating": stars, "time": time} for film, stars, time in rated[:3]
        ]
        assert kept["hidden"] == [
            {"movie": here[8], "time": 1_600_000_500},
            {"movie": here[7], "time": 1_600_000_400},
        ]
        assert kept["watched"] == [{"movie": here[9], "time": None}]
        assert kept["others"][former]["ratings"] == ratings
        films = {str(here[11]): 1_600_000_000_123, str(here[10]): 1_600_000_000_456}
        assert _stored(page, "watchlist")["films"] == films
        settle(page)
        shown = page.locator("#rec-results .card-title").all_inner_texts()
        assert shown
        assert not {f"Film {film}" for film in (0, 3, 5, 7, 8, 9)} & set(shown)
