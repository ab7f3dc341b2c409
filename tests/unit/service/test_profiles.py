"""Users as they are found by their number."""

import numpy as np
import pytest

from core.lists.requests import in_order
from core.service import CineMatch
from core.service.profiles import users_like


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [1, 2, 12]),
        ("12", [12, 120, 125, 1250]),
        ("User 12 · 3 ratings", [12, 120, 125, 1250]),
        ("9", []),
        ("0", []),
    ],
)
def test_users_are_found_by_the_beginning_of_their_number(text: str, found: list[int]) -> None:
    ids = np.array([1, 2, 12, 120, 125, 1250, 13000], dtype=np.int64)
    limit = 3 if not text else 20
    assert ids[users_like(ids, text, limit)].tolist() == found


def test_of_many_users_only_some_are_offered() -> None:
    assert len(users_like(np.arange(1, 200_001), "1", 20)) == 20
    assert users_like(np.empty(0, dtype=np.int64), "1", 20) == []


def test_users_to_keep_are_always_among_those_found(service: CineMatch) -> None:
    assert [user.user_id for user in service.users("2", [7, 1, 7, 999_999])][:3] == [7, 1, 2]
    assert [user.user_id for user in service.users("", [1], limit=3)] == [1, 2, 3]
    assert service.users("7")[0].rating_count == len(service.user_ratings(7))
    assert service.user_named() == service.user_named("nobody") == 1
    assert service.user_named("3") == 3
    assert service.user_named("999") == 999
    assert service.knows_user(1)
    assert not service.knows_user(999_999)


def test_a_visitor_with_the_times_of_a_stored_user_gets_the_same_list(service: CineMatch) -> None:
    stored = service.dataset.profile(service.dataset.user_index(7))
    ids = service.dataset.movies.ids[stored.items].tolist()
    given = in_order(zip(ids, stored.ratings.tolist(), stored.order.tolist(), strict=True))
    visitor = service.profile(ratings=given)
    assert visitor.order.tolist() == stored.order.tolist()
    mine = service.recommend(ratings=given, algorithm="slist", n=20).items
    theirs = service.recommend(user_id=7, algorithm="slist", n=20).items
    assert [(row.movie_id, row.score) for row in mine] == [(row.movie_id, row.score) for row in theirs]


def test_without_times_the_places_are_the_order(service: CineMatch) -> None:
    given = in_order([(30, 4.0, 1_700_000_000), (10, 3.0, None), (20, 5.0, None)])
    assert service.profile(ratings=given).order.tolist() == [1, 2, 0]
