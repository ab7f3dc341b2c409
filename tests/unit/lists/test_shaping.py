"""What each rating does to a list, by lists made up by hand and by an algorithm's own."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.profile import Profile
from core.errors import InvalidInputError
from core.lists.requests import ListRequest, ProfileRequest
from core.lists.shaping import MOST_RATINGS, Move, shapes, weightiest_ratings
from core.lists.shaping_views import shaping_view, without_it
from core.recommenders.ease import EASE
from core.service import CineMatch
from core.testing.toy import checkerboard
from core.views import Filters, Reranking, ShapingMove

SCORES = {(0, 1): [9.0, 8.0, 7.0, 6.0], (1,): [5.0, 8.0, 7.0, 6.5], (0,): [9.0, 8.0, 7.0, 6.0]}


def by_hand(profile: Profile, n: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return films 10 to 13 by the scores of the table."""
    scores = np.array(SCORES[tuple(profile.items.tolist())], dtype=np.float32)
    order = np.argsort(-scores, kind="stable")[:n]
    return (order + 10).astype(np.int32), scores[order]


def test_what_falls_is_lifted_and_what_only_makes_room_is_not_held_down() -> None:
    profile = Profile.of([0, 1], [5.0, 1.0])
    first, second = shapes(by_hand, profile, by_hand(profile, 4), 2, [1, 0])
    assert (first.film, first.rating) == (0, 5.0)
    assert first.lifts == (Move(10, 1, 4),)
    # Film 11 and 12 rise as 10 falls: nothing of the rating is in their scores. 13 gains, but is not on the list.
    assert first.holds_down == ()
    assert (second.lifts, second.holds_down, second.effect) == ((), (), 0.0)
    assert first.effect > 0


def test_an_algorithm_is_asked_without_each_rating_and_the_list_holds_none_of_them() -> None:
    data = checkerboard()
    model = EASE().fit(data)
    profile = Profile.of([0, 1, 2], [5.0, 4.0, 1.0])
    view = shaping_view(model, profile, ListRequest.of(ratings={}, n=5), None)
    assert (view.tried, view.rated, view.n) == (3, 3, 5)
    rated = {int(data.movies.ids[item]) for item in (0, 1, 2)}
    moved = {move.movie_id for one in view.ratings for move in (*one.lifts, *one.holds_down)}
    assert moved
    assert not moved & rated
    assert [one.effect for one in view.ratings] == sorted((one.effect for one in view.ratings), reverse=True)
    for one in view.ratings:
        item = int(np.flatnonzero(data.movies.ids == one.movie_id)[0])
        shown, without = (
            model.recommend(asked, 10, candidates=[i for i in range(data.n_movies) if i > 2]).items.tolist()
            for asked in (profile, profile.without(item))
        )
        for move in one.lifts:
            place = int(np.flatnonzero(data.movies.ids == move.movie_id)[0])
            assert shown[move.rank - 1] == place if move.rank else place not in shown
            assert without[move.rank_without - 1] == place if move.rank_without else place not in without


def test_of_many_ratings_the_heaviest_are_tried_and_those_disliked_most() -> None:
    data = checkerboard()
    model = EASE().fit(data)
    stars = [5.0] * 29 + [0.5]
    profile = Profile.of(range(30), stars)
    tried = weightiest_ratings(model, profile, [40, 41], data.global_mean)
    assert len(tried) == MOST_RATINGS == len(set(tried))
    assert tried[0] == 29
    assert weightiest_ratings(model, Profile.of([3], [5.0]), [40], data.global_mean) == [3]


def test_the_sentence_names_what_moves_most() -> None:
    up, gone, down = (
        ShapingMove(1, "Heat (1995)", 2, 7),
        ShapingMove(2, "Alien (1979)", 9, None),
        ShapingMove(3, "Up (2009)", None, 4),
    )
    assert without_it([up, gone], [down]) == (
        "Lifts Heat (rank 2, without it 7) and Alien (rank 9, without it gone); "
        "holds down Up (not listed, without it 4)."
    )
    assert without_it([], []) == "Without it the list would be the same."


def test_the_service_follows_filters_and_wishes_and_refuses_what_was_not_rated(service: CineMatch) -> None:
    asked = ListRequest.of(user_id=3, algorithm="ease", n=5, filters=Filters(genres=("Comedy",)))
    found = service.shaping(asked)
    listed = {item.movie_id for item in service.recommend(asked).items}
    lifted = {move.movie_id for one in found.ratings for move in one.lifts}
    assert lifted
    assert lifted <= listed
    wished = service.shaping(replace(asked, wish=Reranking(recency=-1.0)))
    assert [one.effect for one in wished.ratings] != [one.effect for one in found.ratings]
    with pytest.raises(InvalidInputError, match="was not rated"):
        service.recommend(ListRequest(ProfileRequest(ratings={10: 5.0}, without=(20,))))
