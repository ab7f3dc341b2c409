"""The Recommend page's requests, addresses and downloads."""

import csv
import io
from dataclasses import replace

import dash
import pytest

from callbacks.list_controls import ListControls, left_out
from callbacks.recommend import to_csv
from callbacks.routing import render
from callbacks.shaping import without_note
from callbacks.visitor import Visitor
from core.service import CineMatch
from core.views import ListItem, Near, RecommendationList, Reranking
from dashboard.address import FilterState, mode_of
from dashboard.components.lists import recommendation_list
from dashboard.pages.recommend.history import starters
from tests.unit.dashboard.markup import nodes


@pytest.fixture(autouse=True)
def root() -> None:
    """Links are made for the application that was built last."""
    dash.Dash("recommend")


def test_the_address_sets_the_controls(service: CineMatch) -> None:
    page, _ = render(
        service, "/recommend", "?user=3&algorithm=popularity&n=7&genres=Comedy&min_ratings=5&year_min=1955"
    )
    held = {node.id: node.value for node in nodes(page) if getattr(node, "id", None) and hasattr(node, "value")}
    assert held["rec-user"] == "3"
    assert held["rec-algorithm"] == "popularity"
    assert held["rec-count"] == "7"
    assert held["rec-genres"] == ["Comedy"]
    assert held["rec-min-ratings"] == "5"
    assert held["rec-years"][0] == 1955
    folds = {
        str(node.children[0].children[-1]): node.open for node in nodes(page) if type(node).__name__ == "Details"
    }
    assert folds["Filters"]


def test_a_user_in_the_address_wins_over_the_visitor() -> None:
    assert mode_of({"mode": "me"}) == "me"
    assert mode_of({"mode": "me", "user": "1"}) == "user"


def test_films_waved_away_make_room_for_the_next(service: CineMatch) -> None:
    def asked(hidden: set[int]) -> RecommendationList:
        visitor = Visitor({10: 5.0}, frozenset(hidden))
        return service.recommend(ListControls(None, visitor, "popularity", 5, FilterState()).request())

    before = asked(set())
    gone = before.items[1].movie_id
    after = asked({gone})
    assert [item.rank for item in after.items] == [1, 2, 3, 4, 5]
    assert gone not in [item.movie_id for item in after.items]
    assert [item.movie_id for item in after.items[:4]] == [
        item.movie_id for item in before.items if item.movie_id != gone
    ]


def test_the_address_of_a_request_asks_the_same() -> None:
    state = FilterState(("Comedy",), (), (1960, 1970), 5)
    assert ListControls(3, None, "svd", 20, state).address() == (
        "/recommend?user=3&algorithm=svd&n=20&genres=Comedy&year_min=1960&year_max=1970&min_ratings=5"
    )
    visitor = Visitor({10: 5.0}, frozenset())
    assert ListControls(None, visitor, "svd", 10, FilterState()).address() == "/recommend?mode=me&algorithm=svd"


def test_a_sentence_and_tags_are_in_request_and_address(service: CineMatch) -> None:
    wish = Reranking(closeness=0.4)
    state = FilterState(tags=("fun",), exclude_tags=("heist",))
    asked = ListControls(3, None, "ease", 10, state, wish, near_tags=("heist",), say="like film 7, older")
    assert asked.address() == (
        "/recommend?user=3&algorithm=ease&tags=fun&exclude_tags=heist&closeness=0.4&near_tags=heist"
        "&say=like+film+7,+older"
    )
    request = asked.request()
    assert (request.near, request.say) == (Near(("heist",)), "like film 7, older")
    page, _ = render(service, "/recommend", asked.address().partition("?")[2])
    held = {node.id: node.value for node in nodes(page) if getattr(node, "id", None) and hasattr(node, "value")}
    assert held["rec-say"] == "like film 7, older"
    assert (held["rec-tags"], held["rec-exclude-tags"], held["rec-near-tags"]) == (["fun"], ["heist"], ["heist"])
    assert held["rec-closeness"] == 0.4


def test_others_are_the_films_behind_those_of_the_same_list(service: CineMatch) -> None:
    asked = ListControls(3, None, "ease", 5, FilterState())
    first = [item.movie_id for item in service.recommend(asked.request()).items]
    ten = [item.movie_id for item in service.recommend(replace(asked, count=10).request()).items]
    others = service.recommend(replace(asked, passed=tuple(first)).request())
    assert [item.movie_id for item in others.items] == ten[5:]


def test_films_are_passed_over_for_as_long_as_the_same_is_asked(service: CineMatch) -> None:
    held = {
        "mode": "user",
        "user": "3",
        "algorithm": "ease",
        "count": "5",
        "filters": {},
        "wish": {"closeness": 0.4},
        "visitor": None,
        "only_watchlist": False,
        "near_tags": [],
        "say": " ",
        "off": None,
        "passed": {"address": "/recommend?user=3&algorithm=ease&n=5", "movies": [10, 20]},
    }
    assert ListControls.of(service, held).passed == (10, 20)
    assert ListControls.of(service, held).wish == Reranking(), "closeness to nothing is no wish"
    assert ListControls.of(service, {**held, "say": "funny"}).passed == ()


def test_a_friends_list_is_made_from_the_ratings_of_the_link_and_says_so(service: CineMatch) -> None:
    ana = {"key": "k1", "name": "Ana", "ratings": [[10, 5], [30, 2]]}
    rest = {"user": "3", "algorithm": "ease", "count": "5", "filters": {}, "wish": {}, "say": "", "near_tags": []}
    held = {**rest, "visitor": None, "only_watchlist": False, "watchlist": None, "off": None, "passed": None}
    asked = ListControls.of(service, {**held, "mode": "friend", "friend": [ana]})
    assert asked.address() == "/recommend?mode=friend&algorithm=ease&n=5"
    assert mode_of({"mode": "friend"}) == "friend"
    found = service.recommend(asked.request())
    expected = service.recommend(ratings={10: 5.0, 30: 2.0}, algorithm="ease", n=5)
    assert [item.movie_id for item in found.items] == [item.movie_id for item in expected.items]
    assert recommendation_list(found, friend="k1")["asked"]["friend"] == "k1"
    nobody = ListControls.of(service, {**held, "mode": "friend", "friend": []})
    assert not nobody.answerable, "a stored user must not stand in for a friend who is not there"


def test_csv_is_read_back_and_starts_no_formula() -> None:
    items = [
        ListItem(1, 5, "=HYPERLINK(1)", 1999, ["Drama", "War"], 1.5, None),
        ListItem(2, 6, 'A "quoted", title', None, [], 1.0, 4.5),
    ]
    rows = list(csv.DictReader(io.StringIO(to_csv(RecommendationList("svd", "toy", 1, items, 1.0)))))
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    assert rows[0]["genres"] == "Drama|War"
    assert rows[0]["predicted_rating"] == ""
    assert rows[1]["title"] == 'A "quoted", title'
    assert rows[1]["predicted_rating"] == "4.5"


def test_a_newcomer_is_asked_about_films_that_people_rated(service: CineMatch) -> None:
    films = service.first_films()
    assert len(set(films)) == len(films) == 40
    assert all(service.movie(film).rating_count > 0 for film in films)
    assert [film["movie"] for film in starters(service)] == list(films)


def test_ratings_switched_off_count_neither_for_the_list_nor_in_its_address(service: CineMatch) -> None:
    asked = ListControls(3, None, "ease", 5, FilterState())
    first = service.shaping(asked.request()).ratings[0]
    without = replace(asked, without=(first.movie_id,))
    before, after = service.recommend(asked.request()), service.recommend(without.request())
    assert [item.movie_id for item in after.items] != [item.movie_id for item in before.items]
    assert first.movie_id not in [item.movie_id for item in after.items]
    assert without.address() == f"/recommend?user=3&algorithm=ease&n=5&without={first.movie_id}"

    films = recommendation_list(after, without=without.without, before=before)
    was = {item.movie_id: item.rank for item in before.items}
    assert {film["movie"]: film["shift"] for film in films["films"]} == {
        item.movie_id: None if item.movie_id not in was else was[item.movie_id] - item.rank for item in after.items
    }
    assert films["asked"]["without"] == [first.movie_id]
    gone = set(was) - {item.movie_id for item in after.items}
    note = without_note(after, before, without)
    assert note.startswith(" 1 rating left out")
    assert ("gone" in note) == bool(gone)


def test_only_ratings_that_the_person_has_can_be_switched_off(service: CineMatch) -> None:
    rated = [film.movie_id for film in service.user_ratings(3)]
    asked = ListControls(3, None, "ease", 5, FilterState())
    assert left_out(service, asked, {"movies": [rated[0], rated[0], -1, "x", 10**9]}) == (rated[0],)
    assert left_out(service, asked, {"movies": [rated[0]], "whom": "user 4"}) == ()
    assert left_out(service, asked, {"movies": [rated[0]], "whom": "user 3"}) == (rated[0],)
    visitor = ListControls(None, Visitor({10: 5.0}, frozenset()), "ease", 5, FilterState())
    assert left_out(service, visitor, {"movies": [10, 11]}) == (10,)
