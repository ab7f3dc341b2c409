"""Of two films that suit alike, the one that people rate at the time comes first; what had not come yet is out."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.recommenders.parts.trend import Trend
from core.recommenders.slist import SLIST
from core.testing.comparing import assert_sums_to
from core.testing.toy import toy_movies

DAY = 86_400
MOVIES = np.arange(4, dtype=np.int32)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Film 0 always, film 1 at first, film 2 later, film 3 at last: forty people, one every four days."""
    users, movies, times = [], [], []
    for person in range(40):
        day = 4 * person
        films = [0, 1 if day < 80 else 2, *([3] if day >= 120 else [])]
        for place, film in enumerate(films):
            users.append(person + 1)
            movies.append(10 * (film + 1))
            times.append(1_000_000 + day * DAY + place)
    return Dataset.from_interactions(users, movies, [4.0] * len(users), times, toy_movies(4))


def _at(day: float) -> Profile:
    return Profile.of([0], [4.0], order=[int(1_000_000 + day * DAY)])


def test_factors_compare_the_span_before_with_all_before(dataset: Dataset) -> None:
    trend = Trend.fit(dataset, MOVIES, 0.5)
    days = (dataset.user_times.astype(np.int64) - 1_000_000) // DAY
    for day in (0, 5, 63, 100, 155):
        span = day // 10
        expected = []
        for film in range(4):
            rated = days[dataset.user_items == film] // 10
            lately, before = (rated == span - 1).sum(), (rated < span).sum()
            arrived = (rated < span + 3).any()
            expected.append(np.sqrt((lately + 1) / (before + 1)) if arrived else 0.0)
        np.testing.assert_allclose(trend.of(_at(day)), expected, rtol=1e-3)
        assert trend.factor(_at(day), 2) == trend.of(_at(day))[2]


def test_who_has_no_times_stands_at_the_end(dataset: Dataset) -> None:
    trend = Trend.fit(dataset, MOVIES, 0.5)
    for profile in (Profile.of([0], [4.0]), Profile.of([0], [4.0], order=[1]), _at(9_999)):
        np.testing.assert_array_equal(trend.of(profile), trend.factors[-1])
    assert len(trend.of(Profile.empty())) == 0


def test_without_times_nothing_is_known(dataset: Dataset) -> None:
    timeless = Dataset.from_interactions(
        dataset.user_ids[dataset.rating_users()],
        dataset.movies.ids[dataset.user_items],
        dataset.stars(),
        None,
        dataset.movies,
    )
    trend = Trend.fit(timeless, MOVIES, 0.5)
    scores = np.ones(4, dtype=np.float32)
    trend.apply(_at(50), scores)
    assert (scores.tolist(), trend.factor(_at(50), 2)) == ([1.0] * 4, 1.0)


def test_slist_lists_what_is_rated_at_the_time_and_explains_its_score(dataset: Dataset) -> None:
    model = SLIST({"min_ratings": 1, "trend": 0.5}).fit(dataset)
    assert model.recommend(_at(40), 1).items[0] == 1
    assert model.recommend(_at(110), 1).items[0] == 2
    assert model.score(_at(40))[3] == 0
    for day in (40, 110, 150):
        for item in (1, 2, 3):
            parts = model.explain(_at(day), item).contributions
            assert_sums_to([part.value for part in parts], float(model.score(_at(day))[item]))
