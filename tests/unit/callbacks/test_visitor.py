"""What a browser sends of its person is checked."""

from callbacks.visitor import Visitor, films_as_ratings
from core.service import CineMatch


def test_what_a_browser_sends_is_checked(service: CineMatch) -> None:
    data = {"ratings": {"10": 4.5, "20": 9, "x": 3, "999": 4, "30": "4"}, "hidden": {"40": 1, "-1": 1, "999": 1}}
    visitor = Visitor.of(data, service)
    assert visitor.ratings == {10: 4.5}
    assert visitor.hidden == {40}
    for nonsense in (None, {}, {"ratings": [1]}, {"ratings": None, "hidden": "x"}):
        assert Visitor.of(nonsense, service) == Visitor({}, frozenset())
    assert films_as_ratings("10,x,20") == {10: 4.5, 20: 4.5}
