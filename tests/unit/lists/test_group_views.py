"""A group's list as the service gives it."""

import pytest

from core.errors import InvalidInputError, UnknownIdError
from core.lists.requests import GroupRequest, ProfileRequest
from core.service import CineMatch, open_service
from core.views import Filters
from tests.conftest import Installation


@pytest.fixture(scope="module")
def service(toy_installation: Installation) -> CineMatch:
    return open_service(toy_installation.settings, load=False)


def test_everybody_is_heard_and_nobody_gets_what_somebody_rated(service: CineMatch) -> None:
    mine = {10: 5.0, 30: 1.0}
    found = service.recommend_group(
        GroupRequest([ProfileRequest(1), ProfileRequest(ratings=mine), ProfileRequest(4)], "svd", n=6)
    )
    assert [(viewer.user_id, viewer.rating_count) for viewer in found.members] == [
        (1, len(service.user_ratings(1))),
        (None, 2),
        (4, len(service.user_ratings(4))),
    ]
    rated = {movie.movie_id for user in (1, 4) for movie in service.user_ratings(user)} | mine.keys()
    assert not rated & {item.movie_id for item in found.items}
    assert [item.rank for item in found.items] == list(range(1, len(found.items) + 1))
    assert (found.algorithm, found.method, found.dataset) == ("svd", "average", "toy")
    for item in found.items:
        assert item.title == service.movie(item.movie_id).title
        assert item.score == pytest.approx(sum(one.score for one in item.members) / 3, rel=1e-5)


def test_predicted_stars_are_each_members_own(service: CineMatch) -> None:
    found = service.recommend_group(
        GroupRequest([ProfileRequest(1), ProfileRequest(2)], "svd", n=3, method="least-misery")
    )
    for number, user in enumerate((1, 2)):
        own = service.recommend(user_id=user, algorithm="svd", n=60)
        stars = {item.movie_id: item.predicted_rating for item in own.items}
        assert [item.members[number].predicted_rating for item in found.items] == pytest.approx(
            [stars[item.movie_id] for item in found.items]
        )
    for item in found.items:
        (least,) = [one for one in item.members if one.least_pleased]
        assert least.predicted_rating == item.score == min(one.predicted_rating for one in item.members)


def test_who_is_least_pleased_has_the_lowest_stars_however_the_list_is_ordered(service: CineMatch) -> None:
    people = [ProfileRequest(1), ProfileRequest(ratings={10: 5.0, 30: 1.0}), ProfileRequest(4)]
    found = service.recommend_group(GroupRequest(people, "ease", n=20))
    for item in found.items:
        (least,) = [one for one in item.members if one.least_pleased]
        assert least.predicted_rating == min(one.predicted_rating for one in item.members)
    assert found.members[1].mean_rating == 3.0


def test_filters_hold_for_groups(service: CineMatch) -> None:
    people = [ProfileRequest(user_id=1), ProfileRequest(user_id=2)]
    found = service.recommend_group(GroupRequest(people, "popularity", n=4, filters=Filters(genres=("Horror",))))
    assert found.items
    assert all("Horror" in item.genres for item in found.items)


@pytest.mark.parametrize(
    ("users", "n", "error", "words"),
    [
        ((1,), 5, InvalidInputError, "2 to 5 viewers, not 1"),
        ((1, 2, 3, 4, 5, 6), 5, InvalidInputError, "2 to 5 viewers, not 6"),
        ((1, 2, 1), 5, InvalidInputError, "User 1 is in the group twice"),
        ((1, 999_999), 5, UnknownIdError, "no user 999999"),
        ((1, 2), 0, InvalidInputError, "n must be between 1"),
    ],
)
def test_what_is_no_group_is_refused(
    service: CineMatch, users: tuple[int, ...], n: int, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        service.recommend_group(GroupRequest([ProfileRequest(user) for user in users], "popularity", n))
