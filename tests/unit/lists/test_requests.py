"""Ratings of a visitor stand in the order in which they were given."""

from core.lists.requests import Dated, in_order


def test_times_decide_where_each_rating_has_one():
    assert list(in_order([(10, 4.0, 300), (20, 3.0, 100), (30, 5.0, 200)]).items()) == [
        (20, 3.0),
        (30, 5.0),
        (10, 4.0),
    ]


def test_without_a_time_the_order_of_entry_decides():
    assert list(in_order([(10, 4.0, 300), (20, 3.0, None), (30, 5.0, 200)])) == [10, 20, 30]


def test_a_film_rated_again_counts_as_rated_last():
    assert list(in_order([(10, 4.0, None), (20, 3.0, None), (10, 1.0, None)]).items()) == [(20, 3.0), (10, 1.0)]


def test_equal_times_stay_as_they_come():
    assert list(in_order([("b", 4.0, 5), ("a", 3.0, 5)])) == ["b", "a"]


def test_times_are_kept_where_each_rating_has_one():
    found = in_order([(10, 4.0, 300), (20, 3.0, 100), (10, 5.0, 200)])
    assert isinstance(found, Dated)
    assert found.times == {10: 200, 20: 100}
    assert not isinstance(in_order([(10, 4.0, 300), (20, 3.0, None)]), Dated)
