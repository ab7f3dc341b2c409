"""What a browser keeps belongs to the data set that it was kept for."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from callbacks.carry_over import carried
from callbacks.visitor import Visitor, watchlist
from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.service import CineMatch
from core.settings import load_settings


def service_of(name: str, ids: list[int], imdb: dict[int, int], tmdb: dict[int, int]) -> CineMatch:
    titles = [f"{name} {movie}" for movie in ids]
    table = MovieTable.from_columns(ids, titles, [[]] * len(ids), imdb_ids=imdb, tmdb_ids=tmdb)
    dataset = Dataset.from_interactions([1], [ids[0]], [4], None, table, name=name)
    settings = load_settings(data_dir=Path("data"), cache_dir=Path("cache"))
    return CineMatch(dataset, SimpleNamespace(), SimpleNamespace(), settings)


FORMER = service_of("former", [10, 11, 12], {10: 111, 11: 222}, {12: 333})
HERE = service_of("here", [5, 11, 70], {70: 111}, {5: 333, 11: 999})


def store(**parts):
    return {"dataset": FORMER.identity(), "others": {}, **parts}


def entries(ratings):
    """Return ratings, by movie, as a browser keeps them."""
    return [{"movie": movie, "rating": stars, "time": 7 + movie} for movie, stars in ratings.items()]


def test_films_kept_for_another_data_set_are_none_here():
    data = store(ratings=entries({11: 4.5}), hidden=[{"movie": 11, "time": 1}])
    assert Visitor.of(data, FORMER).ratings == {11: 4.5}
    assert Visitor.of(data, HERE) == Visitor({}, frozenset())
    assert watchlist(store(films={"11": 3}), FORMER) == (11,)
    assert watchlist(store(films={"11": 3}), HERE) == ()


def test_what_was_kept_here_before_is_found_again():
    data = store(ratings=entries({11: 4.5})) | {"others": {HERE.identity(): {"ratings": entries({5: 2})}}}
    assert Visitor.of(data, HERE).ratings == {5: 2.0}


def test_what_is_marked_for_no_data_set_is_taken_as_it_is():
    assert Visitor.of({"ratings": entries({11: 4.5})}, HERE).ratings == {11: 4.5}
    assert watchlist({"11": 3}, HERE) == (11,)


def test_films_that_both_know_by_imdb_or_tmdb_are_carried_over_once():
    ratings = entries({10: 4.5, 11: 3, 12: 1})
    links = {FORMER.identity(): FORMER.film_links(["10", "11", "12"])}
    moved = carried(HERE, store(ratings=ratings, hidden=[]), ("ratings", "hidden"), links)
    assert moved == {
        "dataset": HERE.identity(),
        "ratings": [{"movie": 70, "rating": 4.5, "time": 17}, {"movie": 5, "rating": 1, "time": 19}],
        "hidden": [],
        "others": {FORMER.identity(): {"ratings": ratings, "hidden": []}},
    }
    assert carried(HERE, moved, ("ratings", "hidden"), links) is None
    met = store(ratings=ratings) | {"others": {HERE.identity(): {}}}
    assert carried(HERE, met, ("ratings", "hidden"), links) is None


def test_the_watchlist_is_carried_over_with_its_times():
    links = {FORMER.identity(): FORMER.film_links(["10"])}
    moved = carried(HERE, store(films={"10": 5, "11": 6}), ("films",), links)
    assert moved is not None
    assert moved["films"] == {"70": 5}


@pytest.mark.parametrize("nonsense", [None, [], "x", {}, {"dataset": 5}, {"dataset": "former", "ratings": [1]}])
def test_nonsense_carries_nothing(nonsense):
    assert carried(HERE, nonsense, ("ratings", "hidden"), {"former": {"1": "x"}, "5": 3}) is None
