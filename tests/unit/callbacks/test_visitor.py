"""What a browser sends of its person is checked."""

from callbacks.visitor import Visitor, films_as_ratings, kept_films, watchlist
from core.service import CineMatch


def test_what_a_browser_sends_is_checked(service: CineMatch) -> None:
    ratings = [
        {"movie": 20, "rating": 4.5, "time": 1_700_000_000},
        {"movie": 10, "rating": 3, "time": "yesterday"},
        {"movie": 30, "rating": 9},
        {"movie": "4_0", "rating": 3},
        {"movie": True, "rating": 3},
        {"movie": 999, "rating": 4},
        {"movie": 50, "rating": "4"},
        {"movie": 60, "rating": True},
        7,
    ]
    visitor = Visitor.of({"ratings": ratings, "hidden": [{"movie": 40}, {"movie": -1}, {"movie": 999}]}, service)
    assert list(visitor.ratings.items()) == [(20, 4.5), (10, 3.0)]
    assert visitor.times == {20: 1_700_000_000, 10: None}
    assert visitor.hidden == {40}
    for nonsense in (None, {}, {"ratings": [1]}, {"ratings": {"10": 4}, "hidden": "x"}):
        assert Visitor.of(nonsense, service) == Visitor({}, frozenset())
    assert films_as_ratings([10, "x", 20]) == {10: 4.5, 20: 4.5}
    assert films_as_ratings("10") == {}


def test_a_film_rated_twice_counts_once_and_as_it_was_rated_last(service: CineMatch) -> None:
    twice = [{"movie": 10, "rating": 2, "time": 5}, {"movie": 20, "rating": 3}, {"movie": 10, "rating": 4, "time": 9}]
    visitor = Visitor.of({"ratings": twice}, service)
    assert visitor.ratings == {10: 4.0, 20: 3.0}
    assert visitor.times[10] == 9


def test_the_short_form_says_the_same(service: CineMatch) -> None:
    here = service.identity()
    text = f"{here}|k.9.s44we8,a.6.0|14|u|1o,1e"
    visitor = Visitor.of(text, service)
    assert watchlist(text, service) == (60, 50)
    assert watchlist("another||||1o", service) == ()
    assert list(visitor.ratings.items()) == [(20, 4.5), (10, 3.0)]
    assert visitor.times == {20: 1_700_000_000, 10: None}
    assert (visitor.hidden, visitor.watched) == ({40}, {30})
    assert Visitor.of("another|k.9.s44we8|||", service) == Visitor({}, frozenset())
    for nonsense in ("", "|", here, f"{here}|k.9,k.9.0.0,K.9.0,k.c.0,²|||", f"{here}|{'|' * 9}"):
        assert Visitor.of(nonsense, service) == Visitor({}, frozenset())


def test_all_that_is_kept_is_read_with_times(service: CineMatch) -> None:
    store = {
        "ratings": [
            {"movie": 10, "rating": 4.5, "time": 1_700_000_000},
            {"movie": 20, "rating": 3, "time": None},
            {"movie": 99999, "rating": 5, "time": 1},
        ],
        "watched": [{"movie": 30, "time": 1_600_000_000}, {"movie": 40, "time": None}, {"movie": 10, "time": 5}],
        "hidden": [{"movie": 60, "time": 1_650_000_000}, {"movie": 20, "time": 1}],
    }
    kept = kept_films(store, {"films": {"50": 1_500_000_000_000, "99999": 1}}, service)
    assert kept.ratings == {10: 4.5, 20: 3.0}
    assert kept.rated == {10: 1_700_000_000_000, 20: None}
    assert kept.watched == {30: 1_600_000_000_000, 40: None}
    assert kept.watchlist == {50: 1_500_000_000_000}
    assert kept.hidden == {60: 1_650_000_000_000}
    assert {30, 40} <= Visitor.of(store, service).unwanted
    assert kept_films(None, "nonsense", service).ratings == {}
