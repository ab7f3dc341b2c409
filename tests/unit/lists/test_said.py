"""What a sentence asks for is added to a request; closeness moves what is named to the top."""

import gc
import weakref

import numpy as np
import pytest

from core.data.profile import Profile
from core.errors import InvalidInputError
from core.lists.closeness import nearness
from core.lists.filters import filter_mask
from core.lists.requests import CLOSENESS, ListRequest, ProfileRequest
from core.lists.reranking import recommend_wished, reorder
from core.lists.said import NAMED_STARS, with_reading
from core.recommenders.popularity import Popularity
from core.testing import toy_dataset
from core.views import Filters, Near, Reading, ReadPart, Reranking


def _part(kind, value, *, without=False):
    return ReadPart(kind, value, "", without, 0, 1)


def _reading(*parts, any_genre=False):
    return Reading("", list(parts), [], any_genre)


def test_filters_and_wishes_are_added():
    request = ListRequest(
        ProfileRequest(user_id=1),
        filters=Filters(genres=("War",), year_min=1985),
        wish=Reranking(popularity=0.2, diversity=0.1),
        near=Near(tags=("fun",)),
        say="as read below",
    )
    read = _reading(
        _part("genre", "Comedy"),
        _part("genre", "Horror", without=True),
        _part("years", "1980-1999"),
        _part("popularity", "-0.4"),
        _part("film", "7"),
        _part("tag", "pixar"),
        _part("tag", "heist", without=True),
    )
    found = with_reading(request, read)
    assert found.filters == Filters(
        genres=("War", "Comedy"),
        all_genres=True,
        exclude_genres=("Horror",),
        year_min=1985,
        year_max=1999,
        exclude_ids=("7",),
        exclude_tags=("heist",),
    )
    assert found.wish == Reranking(popularity=-0.4, diversity=0.1, closeness=CLOSENESS)
    assert found.near == Near(("fun", "pixar"), ("7",))
    assert found.profile == request.profile


def test_the_films_named_are_the_profile_of_who_has_rated_nothing():
    read = _reading(_part("film", "7"))
    nobody = with_reading(ListRequest(ProfileRequest(ratings={})), read)
    assert nobody.profile.ratings == {"7": NAMED_STARS}
    somebody = with_reading(ListRequest(ProfileRequest(ratings={"3": 4.0})), read)
    assert somebody.profile.ratings == {"3": 4.0}


def test_one_of_two_genres_is_enough_where_the_sentence_says_or():
    read = _reading(_part("genre", "Comedy"), _part("genre", "Horror"), any_genre=True)
    assert not with_reading(ListRequest(ProfileRequest(user_id=1)), read).filters.all_genres


def test_what_is_named_without_a_weight_is_refused():
    with pytest.raises(InvalidInputError, match="closeness is 0"):
        ListRequest(ProfileRequest(user_id=1), near=Near(tags=("fun",)))


def test_tags_filter():
    dataset = toy_dataset()
    tagged = np.flatnonzero(filter_mask(dataset, Filters(tags=("FUN", "heist"))))
    assert dataset.movies.ids[tagged].tolist() == [10, 20]
    without = filter_mask(dataset, Filters(exclude_tags=("fun",)))
    assert np.flatnonzero(~without).tolist() == [dataset.movie_index(10)]
    with pytest.raises(InvalidInputError, match="'nonsense' is no tag of toy"):
        filter_mask(dataset, Filters(tags=("nonsense",)))


def test_the_films_of_a_tag_are_nearest_to_it_and_a_film_to_itself():
    dataset = toy_dataset()
    assert int(np.argmax(nearness(dataset, Near(tags=("heist",))))) == dataset.movie_index(20)
    assert int(np.argmax(nearness(dataset, Near(movie_ids=(70,))))) == dataset.movie_index(70)
    assert nearness(dataset, Near()) is None
    with pytest.raises(InvalidInputError, match="no tag"):
        nearness(dataset, Near(tags=("nonsense",)))


def test_closeness_orders_by_what_is_named_and_changes_nothing_without():
    dataset = toy_dataset()
    items = np.arange(30, dtype=np.int32)
    scores = np.linspace(1, 0, 30, dtype=np.float32)
    near = Near(movie_ids=(20,))
    close = nearness(dataset, near)[items]
    order = reorder(dataset, items, scores, 5, Reranking(closeness=1), near)
    np.testing.assert_array_equal(close[order], np.sort(close)[::-1][:5])
    assert reorder(dataset, items, scores, 5, Reranking(closeness=1)).tolist() == list(range(5))
    model = Popularity().fit(dataset)
    listed = recommend_wished(model, Profile.of([4], [4.0]), 5, Reranking(closeness=0.8), near=near)
    assert dataset.movie_index(20) in listed.items


def test_a_data_set_goes_with_its_last_name_whatever_was_named_of_it():
    dataset = toy_dataset()
    nearness(dataset, Near(tags=("heist",), movie_ids=(70,)))
    gone = weakref.ref(dataset)
    # Without the cycle collector, which workers do not run over what came before the fork.
    gc.disable()
    try:
        del dataset
        assert gone() is None
    finally:
        gc.enable()
