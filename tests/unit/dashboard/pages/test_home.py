"""A visitor's shelves lead to the lists that they are the beginnings of."""

from dataclasses import replace

import dash
import pytest

from callbacks.list_controls import ListControls
from callbacks.visitor import Visitor
from core.lists.requests import ShelvesRequest
from core.service import CineMatch
from core.views import Reranking, Shelf, Shelves
from dashboard.address import FilterState, mode_of, query_of, wish_from_query
from dashboard.components.shelves import shelf_list

_RATINGS = {10: 5.0, 200: 2.0, 250: 3.5, 310: 4.5, 90: 4.0}
_WATCHLIST = (70, 300, 20)


@pytest.fixture(autouse=True)
def root() -> None:
    """Links are made for the application that was built last."""
    dash.Dash("home")


def _asked(service: CineMatch, address: str) -> ListControls:
    """Return what the Recommend page asks for at an address, for the visitor."""
    path, _, search = address.partition("?")
    query = query_of(search)
    assert (path, mode_of(query)) == ("/recommend", "me")
    state = FilterState.from_query(query, service.genre_names(), service.year_span())
    only = _WATCHLIST if query.get("watchlist") == "1" else None
    visitor = Visitor(_RATINGS, frozenset({40}))
    return ListControls(None, visitor, None, 60, state, wish_from_query(query), only, say=query.get("say", ""))


def test_each_shelf_is_the_beginning_of_the_list_it_leads_to(service: CineMatch) -> None:
    found = service.shelves(ShelvesRequest(_RATINGS, _WATCHLIST, unwanted=(40,), n=5))
    sent = shelf_list(found)["shelves"]
    keys = [shelf["key"] for shelf in sent]
    assert {"for-you", "watchlist", "like-90", "little-known"} <= set(keys)
    shown = [item.movie_id for shelf in found.shelves for item in shelf.items]
    assert len(shown) == len(set(shown))
    assert not set(shown) & {*_RATINGS, 40}
    for shelf, row in zip(found.shelves, sent, strict=True):
        here = [film["movie"] for film in row["list"]["films"]]
        assert here == [item.movie_id for item in shelf.items]
        # Re-ranked lists are of the algorithm's first hundred: those that other shelves hold are among them.
        asked = replace(_asked(service, row["href"]), passed=tuple(_taken_before(found.shelves, shelf)))
        whole = [item.movie_id for item in service.recommend(asked.request()).items]
        assert whole[: len(here)] == here


def _taken_before(all_shelves: list[Shelf], shelf: Shelf) -> list[int]:
    """Return the movies of the shelves that took theirs before: the watchlist, and then from the top down."""
    before = all_shelves[: all_shelves.index(shelf)] if shelf.key != "watchlist" else []
    kept = [one for one in all_shelves if one.key == "watchlist" and shelf.key != "watchlist"]
    return [item.movie_id for one in [*kept, *before] for item in one.items]


def test_a_film_that_no_sentence_names_leads_to_its_own_page() -> None:
    shelf = Shelf("like-7", "Because you liked It", "", [], 7, wish=Reranking(closeness=0.8))
    (sent,) = shelf_list(Shelves("ease", "toy", [shelf], 1.0))["shelves"]
    assert sent["href"] == "/movie/7"


def test_who_has_rated_nothing_has_no_shelves(service: CineMatch) -> None:
    assert service.shelves(ShelvesRequest({})).shelves == []


def test_shelves_say_of_each_film_what_its_list_says(service: CineMatch) -> None:
    (shelf, *_) = service.shelves(ShelvesRequest(_RATINGS, n=5)).shelves
    whole = service.recommend(ratings=_RATINGS, n=5).items
    assert [(item.movie_id, item.predicted_rating, item.match, item.rank) for item in shelf.items] == [
        (item.movie_id, item.predicted_rating, item.match, item.rank) for item in whole
    ]


def test_recommend_is_the_visitors_unless_a_viewer_is_named() -> None:
    assert mode_of({}) == "me"
    assert mode_of({"algorithm": "ease"}) == "me"
    assert mode_of({"mode": "user"}) == "user"
    assert mode_of({"user": "3"}) == "user"
