"""The hybrid between what fits a whole profile and what comes next after its last films."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.next_films import next_films
from core.data.profile import Profile
from core.data.splits import Split, holdout_per_user
from core.errors import InvalidInputError
from core.lists.sentences import describe
from core.recommenders.ease import EASE
from core.recommenders.hybrid.model import Hybrid
from core.recommenders.hybrid.next_learning import learn_next
from core.recommenders.popularity import Popularity
from core.recommenders.slist import SLIST
from core.testing.comparing import assert_sums_to
from core.testing.toy import toy_dataset, toy_movies

MEMBERS = {
    "rating_members": ("svd",),
    "ranking_members": ("svd", "popularity"),
    "next_members": ("slist", "popularity"),
}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


@pytest.fixture(scope="module")
def hybrid(dataset: Dataset) -> Hybrid:
    return Hybrid(MEMBERS).fit(dataset)


@pytest.fixture(scope="module")
def circle() -> Dataset:
    """Everybody goes on round a circle of forty films, from somewhere on."""
    people, films, steps = 120, 40, 12
    users = np.repeat(np.arange(1, people + 1), steps)
    places = (np.repeat(np.arange(people), steps) + np.tile(np.arange(steps), people)) % films
    times = 1_000 + np.tile(np.arange(steps), people)
    return Dataset.from_interactions(users, 10 * (places + 1), np.full(len(users), 4.0), times, toy_movies(films))


@pytest.fixture(scope="module")
def split(circle: Dataset) -> Split:
    return holdout_per_user(circle, 0.25, 1)


def test_what_was_rated_before_a_held_out_film_is_older_and_of_the_training_part(
    circle: Dataset, split: Split
) -> None:
    found = list(next_films(circle, split, 0, each=2))
    assert len(found) > 120
    for one in found:
        user = one.before.user
        whole = circle.profile(user)
        when = dict(zip(whole.items.tolist(), whole.order.tolist(), strict=True))
        assert len(one.before)
        assert one.before.order.max() < when[one.item]
        assert one.item in split.test_items[split.test_users == user]
        assert set(one.before.items.tolist()) <= set(one.known.tolist())
        np.testing.assert_array_equal(one.known, split.train.profile(user).items)
    assert [one.item for one in next_films(circle, split, 0, each=2)] == [one.item for one in found]


def test_of_who_has_a_rating_without_a_time_nobody_knows_the_next_film(circle: Dataset) -> None:
    times = circle.user_times.copy()
    times[circle.user_indptr[:60]] = 0
    users = circle.user_ids[circle.rating_users()]
    partly = Dataset.from_interactions(
        users, circle.movies.ids[circle.user_items], circle.stars(), times, circle.movies
    )
    asked = {one.before.user for one in next_films(partly, holdout_per_user(partly, 0.25, 1), 0)}
    assert asked
    assert min(asked) >= 60


def test_without_times_there_is_no_next_film_and_members_count_alike() -> None:
    dataset = toy_dataset()
    timeless = Dataset.from_interactions(
        dataset.user_ids[dataset.rating_users()],
        dataset.movies.ids[dataset.user_items],
        dataset.stars(),
        None,
        dataset.movies,
    )
    split = holdout_per_user(timeless, 0.25, 1)
    assert not list(next_films(timeless, split, 0))
    members = {"ease": EASE().fit(split.train), "popularity": Popularity().fit(split.train)}
    assert learn_next(members, timeless, split, 0).influence() == {"ease": 0.5, "popularity": 0.5}


def test_who_knows_the_order_gets_the_weight(circle: Dataset, split: Split) -> None:
    members = {"slist": SLIST().fit(split.train), "popularity": Popularity().fit(split.train)}
    influence = learn_next(members, circle, split, 0).influence()
    assert influence["slist"] > 5 * influence["popularity"]


def test_the_order_lies_between_the_two_blends(dataset: Dataset, hybrid: Hybrid) -> None:
    profile = dataset.profile(2)
    usual, following, between = (hybrid.ordered(lately=weight).score(profile) for weight in (0.0, 1.0, 0.5))
    np.testing.assert_array_equal(usual, hybrid.score(profile))
    assert not np.array_equal(usual, following, equal_nan=True)
    np.testing.assert_allclose(between, (usual + following) / 2, rtol=1e-4, atol=1e-4)
    loved = hybrid.ordered(love=1.0, lately=1.0).score(profile)
    np.testing.assert_array_equal(loved, following)


def test_the_last_film_decides_only_where_it_is_asked_for(dataset: Dataset, hybrid: Hybrid) -> None:
    items, ratings = [0, 3, 8, 13], [5.0, 4.0, 4.5, 4.0]
    one, other = (Profile.of(items, ratings, order=order) for order in ([1, 2, 3, 4], [4, 3, 2, 1]))
    np.testing.assert_array_equal(hybrid.score(one), hybrid.score(other))
    lately = hybrid.ordered(lately=1.0)
    assert not np.array_equal(lately.score(one), lately.score(other), equal_nan=True)


@pytest.mark.parametrize("weight", [0.25, 1.0])
def test_contributions_add_up_and_sentences_tell_places(dataset: Dataset, hybrid: Hybrid, weight: float) -> None:
    model = hybrid.ordered(lately=weight)
    profile = dataset.profile(4)
    item = int(model.recommend(profile, 1).items[0])
    explained = model.explain(profile, item)
    assert explained.score == pytest.approx(float(model.score(profile)[item]))
    assert_sums_to([part.value for part in explained.contributions], explained.score)
    assert_sums_to([part.value for part in explained.films], explained.score)
    assert "What next" in {part.label for part in explained.contributions}
    assert "last" in describe(dataset, profile, explained)


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_a_weight_off_the_scale_is_refused(hybrid: Hybrid, weight: float) -> None:
    with pytest.raises(InvalidInputError, match="between 0 and 1"):
        hybrid.ordered(lately=weight)


def test_an_algorithm_with_one_order_says_so(dataset: Dataset) -> None:
    with pytest.raises(InvalidInputError, match="one order only, so that `lately` would change nothing"):
        Popularity().fit(dataset).ordered(lately=0.5)
