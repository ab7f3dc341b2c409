"""What a browser sends of its person is checked."""

from callbacks.visitor import Visitor, films_as_ratings, kept_films
from core.service import CineMatch


def test_what_a_browser_sends_is_checked(service: CineMatch) -> None:
    data = {"ratings": {"10": 4.5, "20": 9, "x": 3, "999": 4, "30": "4"}, "hidden": {"40": 1, "-1": 1, "999": 1}}
    visitor = Visitor.of(data, service)
    assert visitor.ratings == {10: 4.5}
    assert visitor.hidden == {40}
    for nonsense in (None, {}, {"ratings": [1]}, {"ratings": None, "hidden": "x"}):
        assert Visitor.of(nonsense, service) == Visitor({}, frozenset())
    assert films_as_ratings("10,x,20") == {10: 4.5, 20: 4.5}


def test_all_that_is_kept_is_read_with_times(service: CineMatch) -> None:
    store = {
        "ratings": {"10": 4.5, "20": 3, "99999": 5},
        "rated": {"10": 1_700_000_000_123, "20": "yesterday"},
        "watched": {"30": 1_600_000_000_000, "40": 0, "10": 5},
        "hidden": {},
    }
    kept = kept_films(store, {"films": {"50": 1_500_000_000_000, "99999": 1}}, service)
    assert kept.ratings == {10: 4.5, 20: 3.0}
    assert kept.rated == {10: 1_700_000_000_123, 20: None}
    assert kept.watched == {30: 1_600_000_000_000, 40: None}
    assert kept.watchlist == {50: 1_500_000_000_000}
    assert {30, 40} <= Visitor.of(store, service).unwanted
    assert kept_films(None, "nonsense", service).ratings == {}
