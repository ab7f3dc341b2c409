"""Aggregates behind the charts, against values computed another way."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.overview import overview
from core.analytics.popularity import gini, log_histogram, popularity_curve
from core.analytics.similarity import genre_cooccurrence
from core.analytics.taste import taste
from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.data.profile import Profile
from core.testing.toy import checkerboard, toy_dataset


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


def test_the_overview_is_plain_json_and_agrees_with_the_ratings(dataset):
    found = json.loads(json.dumps(overview(dataset), allow_nan=False))
    stars = dataset.stars()
    assert found["counts"]["ratings"] == len(stars) == sum(found["rating_histogram"]["count"])
    assert found["counts"]["mean_rating"] == pytest.approx(stars.mean(), abs=1e-4)
    assert found["counts"]["rated_movies"] == dataset.n_movies - 2
    assert sum(found["activity"]["count"]) == dataset.n_users
    assert sum(found["support"]["count"]) == dataset.n_movies
    assert sum(found["months"]["count"]) == len(stars)
    assert found["months"]["month"] == sorted(found["months"]["month"])
    assert found["counts"]["first_month"] == found["months"]["month"][0] >= "2001-09"


def test_genres_count_each_film_in_each_of_its_genres(dataset):
    table = overview(dataset)["genres"]
    row = dict(
        zip(table["genre"], zip(table["movies"], table["ratings"], table["mean_rating"], strict=True), strict=True)
    )
    action = [item for item in range(dataset.n_movies) if "Action" in dataset.movies.genres(item)]
    rated = np.isin(dataset.user_items, action)
    assert row["Action"] == (len(action), rated.sum(), pytest.approx(dataset.stars()[rated].mean(), abs=1e-3))
    assert "Western" not in row
    assert table["ratings"] == sorted(table["ratings"], reverse=True)


def test_years_hold_the_means_of_their_films(dataset):
    table = overview(dataset)["years"]
    first = table["year"].index(1950)
    rated = dataset.user_items == 0
    assert table["movies"][first] == 1
    assert table["ratings"][first] == rated.sum()
    assert table["mean_rating"][first] == pytest.approx(dataset.stars()[rated].mean(), abs=1e-3)
    assert len(table["year"]) == dataset.n_movies - 1


def test_data_without_timestamps_have_no_months():
    found = overview(checkerboard())
    assert found["months"]["month"] == []
    assert found["counts"]["first_month"] is None


def test_the_best_rated_are_not_those_that_one_person_liked():
    users = [*range(40), 1, *range(40)]
    movies = [*([1] * 40), 2, *([3] * 40)]
    stars = [*([4.5] * 40), 5.0, *([2.0] * 40)]
    table = MovieTable.from_columns([1, 2, 3], ["A (2000)", "B (2000)", "C"], [["Drama"]] * 3)
    found = overview(Dataset.from_interactions(users, movies, stars, None, table))
    assert [row["movie_id"] for row in found["best_rated"]] == [1, 2, 3]
    assert [row["movie_id"] for row in found["most_rated"]] == [1, 3, 2]


@pytest.mark.parametrize(("counts", "expected"), [([1, 1, 1], 0.0), ([0, 0, 0, 8], 0.75), ([], 0.0), ([0, 0], 0.0)])
def test_gini_of_known_cases(counts, expected):
    assert gini(counts) == pytest.approx(expected)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(any))
def test_gini_is_half_the_relative_mean_difference(counts):
    values = np.array(counts, dtype=float)
    pairs = np.abs(values[:, None] - values[None, :]).mean()
    assert gini(counts) == pytest.approx(pairs / (2 * values.mean()))


def test_the_lorenz_curve_is_convex_from_nothing_to_all(dataset):
    curve = popularity_curve(dataset)
    lorenz = np.array(curve["share_of_ratings"])
    assert (lorenz[0], lorenz[-1]) == (0, 1)
    assert (np.diff(lorenz, 2) >= -1e-5).all()
    assert 1 - 2 * np.trapezoid(lorenz, dx=0.01) == pytest.approx(curve["gini"], abs=0.01)
    counts = np.sort(dataset.movie_counts)[::-1]
    half = curve["half_of_ratings"]
    assert counts[:half].sum() >= dataset.n_ratings / 2 > counts[: half - 1].sum()
    assert curve["count"][0] == counts[0]


def test_a_curve_without_ratings_is_flat():
    empty = Dataset.from_interactions([], [], [], None, MovieTable.from_columns([1], ["A"], [[]]))
    assert set(popularity_curve(empty)["share_of_ratings"]) == {0.0}
    assert overview(empty)["counts"]["ratings"] == 0


@given(st.lists(st.integers(0, 5000), max_size=50))
def test_bins_that_double_hold_every_count(counts):
    table = log_histogram(counts)
    assert sum(table["count"]) == len(counts)
    for low, high, count in zip(table["low"], table["high"], table["count"], strict=True):
        assert sum(low <= value <= high for value in counts) == count


def test_genres_that_stand_on_the_same_films(dataset):
    found = genre_cooccurrence(dataset)
    place = {name: number for number, name in enumerate(found["genres"])}
    both = sum({"Action", "Thriller"} <= set(dataset.movies.genres(item)) for item in range(dataset.n_movies))
    action, thriller = place["Action"], place["Thriller"]
    assert found["counts"][action][thriller] == found["counts"][thriller][action] == both
    assert found["jaccard"][action][action] == 1
    assert found["lift"][place["Comedy"]][place["Horror"]] == 0
    assert found["lift"][action][thriller] > 1


def test_taste_of_a_stored_user(dataset):
    profile = dataset.profile(3)
    found = taste(dataset, profile)
    assert found.user_id == int(dataset.user_ids[3])
    assert found.rating_count == sum(found.rating_histogram.values()) == len(profile)
    assert found.mean_rating == pytest.approx(profile.ratings.mean(), abs=1e-3)
    ratings = [film.rating for film in found.favourites]
    assert ratings == sorted(ratings, reverse=True)
    assert all(film.timestamp > 0 for film in found.favourites)
    assert sum(found.decades.values()) == len(profile)
    row = next(row for row in found.genres if row.genre == "Action")
    films = [item for item in profile.items if "Action" in dataset.movies.genres(int(item))]
    share_of_all = np.isin(
        dataset.user_items, [item for item in range(dataset.n_movies) if "Action" in dataset.movies.genres(item)]
    ).mean()
    assert row.count == len(films)
    assert row.lift == pytest.approx(len(films) / len(profile) / share_of_all, abs=1e-3)
    assert json.dumps(asdict(found), allow_nan=False)


def test_taste_of_a_visitor_and_of_nobody(dataset):
    visitor = taste(dataset, Profile.of([0, 1], [5.0, 3.0]))
    assert visitor.user_id is None
    assert [film.rating for film in visitor.favourites] == [5.0, 3.0]
    assert [film.timestamp for film in visitor.favourites] == [0, 0]
    nobody = taste(dataset, Profile.empty())
    assert (nobody.rating_count, nobody.mean_rating, nobody.median_popularity) == (0, None, None)
    assert (nobody.genres, nobody.favourites, nobody.decades) == ([], [], {})


def test_taste_of_a_changed_stored_profile(dataset):
    stored = dataset.profile(3)
    added = next(item for item in range(dataset.n_movies) if item not in stored.items)
    changed = Profile.of([*stored.items, added], [*stored.ratings, 5.0], user=3)
    found = taste(dataset, changed)
    assert found.rating_count == len(stored) + 1
