"""Data sets from DataFrames: the same rules as for files, every row accounted for."""

import numpy as np
import pandas as pd
import pytest

import core
from core.data.frames import movies_frame, ratings_frame
from core.errors import DataError, InvalidInputError
from core.settings import load_settings
from core.testing.toy import toy_dataset

RATINGS = pd.DataFrame(
    {"userId": [7, 7, 9], "movieId": [1, 2, 2], "rating": [4.0, 0.5, 5.0], "timestamp": [10, 20, 30]},
    index=["a", "b", "c"],
)
MOVIES = pd.DataFrame(
    {
        "movieId": [2, 1, 3],
        "title": ["Heat (1995)", "Toy Story (1995)", None],
        "genres": ["action|Crime", ["Animation", "Comedy"], np.nan],
        "imdbId": ["tt0113277", "114709", None],
        "tmdbId": [949.0, np.nan, np.nan],
    }
)


def test_frames_become_a_data_set():
    dataset = core.dataset_from_frames(RATINGS, MOVIES, name="mine")
    assert (dataset.name, dataset.n_users, dataset.n_movies, dataset.n_ratings) == ("mine", 2, 3, 3)
    first = dataset.profile(dataset.user_index(7))
    assert first.ratings.tolist() == [4.0, 0.5]
    assert dataset.user_times.tolist() == [10, 20, 30]
    movies = dataset.movies
    assert [movies.title(index) for index in range(3)] == ["Toy Story (1995)", "Heat (1995)", "Movie 3"]
    assert movies.genres(1) == ["Action", "Crime"]
    assert movies.genres(2) == []
    assert movies.imdb_ids.tolist() == [114709, 113277, 0]
    assert movies.tmdb_ids.tolist() == [0, 949, 0]
    assert dataset.details["rows"] == dataset.n_ratings + dataset.details["duplicates_dropped"]


def test_there_and_back_again():
    dataset = toy_dataset()
    again = core.dataset_from_frames(ratings_frame(dataset), movies_frame(dataset), name="toy")
    for name in ("user_ids", "user_items", "user_ratings", "user_times"):
        np.testing.assert_array_equal(getattr(again, name), getattr(dataset, name))
    for name in ("ids", "years", "genre_bits", "imdb_ids", "tmdb_ids"):
        np.testing.assert_array_equal(getattr(again.movies, name), getattr(dataset.movies, name))
    assert again.movies.titles.to_list() == dataset.movies.titles.to_list()
    frame = movies_frame(again)
    assert frame["imdbId"].notna().sum() == 1
    assert str(frame["year"].dtype) == "Int64"


def test_columns_are_named_and_titles_may_stand_with_the_ratings():
    frame = pd.DataFrame({"who": ["bo", "al"], "film": ["x", "x"], "stars": [7, 10], "name": ["X (1999)"] * 2})
    dataset = core.dataset_from_frames(frame, user="who", movie="film", rating="stars", title="name", scale=(1, 10))
    assert dataset.stars().tolist() == [5.0, 3.5]
    assert dataset.movies.title(dataset.movie_index("x")) == "X (1999)"
    assert dataset.user_label(dataset.user_index("bo")) == "bo"
    back = ratings_frame(dataset)
    assert back["userId"].tolist() == ["al", "bo"]


@pytest.mark.parametrize(
    "times",
    [
        pd.to_datetime(["1970-01-01T00:00:10.0", "1970-01-01T00:00:20.7", "1970-01-01T00:00:30.0"]),
        pd.to_datetime(["1970-01-01T01:00:10+01:00", "1970-01-01T01:00:20+01:00", "1970-01-01T01:00:30+01:00"]),
        ["1970-01-01T00:00:10Z", "1970-01-01T00:00:20", "30"],
        [10.0, 20.0, 30.9],
    ],
)
def test_times_in_any_form(times):
    dataset = core.dataset_from_frames(RATINGS.assign(timestamp=times), MOVIES)
    assert dataset.user_times.tolist() == [10, 20, 30]


@pytest.mark.parametrize("kind", ["int8", "uint16", "float32", "Int64", "str", "category"])
def test_ids_of_any_kind(kind):
    frame = RATINGS.astype({"userId": kind, "movieId": kind})
    assert core.dataset_from_frames(frame, MOVIES).user_ids.tolist() == [7, 9]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rating": [4.0, np.nan, 5.0]}, r"ratings, row 'b': the rating '' is not a half star"),
        ({"rating": [4.0, 3.3, 5.0]}, r"row 'b': the rating '3.3' .* scale=\(lowest, highest\)"),
        ({"userId": [7, None, 9]}, "ratings, row 'b': the user id is blank"),
        ({"userId": [7, -1, 9]}, "row 'b': the user id -1 is not within .* text_ids=True"),
        ({"movieId": [1, 2, 5]}, "movie 5 is not in the movie table"),
        ({"timestamp": [1, -5, 3]}, "row 'b': the time '-5' is no number of seconds"),
        ({"timestamp": ["1", "soon", "3"]}, "row 'b': the time 'soon'"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(change, message):
    with pytest.raises(DataError, match=message):
        core.dataset_from_frames(RATINGS.assign(**change), MOVIES)


def test_frames_without_columns_or_rows_are_refused():
    with pytest.raises(
        DataError, match=r"ratings has no column 'rating' among: userId, movieId, timestamp\. .*rating="
    ):
        core.dataset_from_frames(RATINGS.drop(columns="rating"))
    with pytest.raises(DataError, match="movies has no column 'movieId'"):
        core.dataset_from_frames(RATINGS, MOVIES.rename(columns={"movieId": "id"}))
    with pytest.raises(DataError, match="has no row"):
        core.dataset_from_frames(RATINGS.iloc[:0])
    with pytest.raises(InvalidInputError, match="lowest and the highest"):
        core.dataset_from_frames(RATINGS, scale=(10, 1))
    with pytest.raises(DataError, match="row 1: the imdbId 'nm1'"):
        core.dataset_from_frames(RATINGS, MOVIES.assign(imdbId=["1", "nm1", "2"]))


def test_a_data_set_is_kept_when_asked(tmp_path):
    settings = load_settings(data_dir=tmp_path)
    made = core.dataset_from_frames(RATINGS, MOVIES, name="mine", save=True, settings=settings)
    assert made.path == tmp_path / "mine"
    assert made.verify() == []
    with pytest.raises(DataError, match="cannot name a data set"):
        core.dataset_from_frames(RATINGS, MOVIES, name="no/where", save=True, settings=settings)


def test_rows_that_name_a_movie_or_a_rating_again_are_counted():
    movies = pd.concat([MOVIES, pd.DataFrame({"movieId": [1], "title": ["Toy Story 1 (1995)"]})])
    ratings = pd.concat([RATINGS, RATINGS.assign(rating=1.0, timestamp=99)])
    dataset = core.dataset_from_frames(ratings, movies)
    assert dataset.movies.title(0) == "Toy Story 1 (1995)"
    assert dataset.movies.genres(0) == ["Animation", "Comedy"]
    assert dataset.stars().tolist() == [1.0, 1.0, 1.0]
    assert (dataset.details["rows"], dataset.details["duplicates_dropped"]) == (6, 3)
    assert dataset.details["notes"] == [
        "Rows of movies that name one again: 1. The last value that is not blank stays."
    ]
