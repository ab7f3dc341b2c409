"""The next data set holds the source, visitors' ratings and added films, and nothing of what was taken back."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.extending import (
    AddedFilm,
    VisitorRatings,
    extended,
    source_movies,
    unrated_additions,
)
from core.errors import DataError, UnknownIdError
from core.testing.toy import toy_dataset


def visitors(*rows: tuple[int, int, int, int]) -> VisitorRatings:
    """Return ratings of rows of person, movie, half stars and seconds."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return VisitorRatings(columns[0], columns[1], columns[2].astype(np.uint8), columns[3].astype(np.uint32))


@pytest.fixture(scope="module")
def toy() -> Dataset:
    return toy_dataset()


def film(toy: Dataset, number: int, title: str, genres: tuple[str, ...], tags: tuple[str, ...] = ()) -> AddedFilm:
    """Return a film with the next id but some."""
    return AddedFilm(int(toy.movies.ids[-1]) + number, title, genres, tags, 0, 0)


def test_visitors_are_users_behind_those_of_the_source(toy: Dataset) -> None:
    first, second = toy.movies.ids[:2].tolist()
    found = extended(toy, visitors((7, second, 9, 200), (7, first, 4, 100), (9, first, 10, 300)))
    assert (found.n_users, found.n_source_users) == (toy.n_users + 2, toy.n_users)
    last = int(toy.user_ids[-1])
    assert found.user_ids[-2:].tolist() == [last + 7, last + 9]
    with pytest.raises(UnknownIdError):
        found.user_index(last + 7)
    seven = found.profile(toy.n_users)
    assert (seven.items.tolist(), seven.ratings.tolist()) == ([0, 1], [2.0, 4.5])
    for user in range(toy.n_users):
        assert found.profile(user).items.tolist() == toy.profile(user).items.tolist()
    assert found.details["feedback"]["people"] == 2
    assert found.fingerprint != toy.fingerprint
    assert extended(found, visitors((7, first, 1, 1))).identity == found.identity == toy.identity


def test_the_next_one_is_made_of_the_source_anew(toy: Dataset, tmp_path) -> None:
    movie = int(toy.movies.ids[0])
    new = film(toy, 5, "Another One (2024)", ("Drama",), ("slow", "brand new"))
    once = extended(toy, visitors((1, movie, 9, 1), (2, new.movie_id, 8, 1), (3, 10**9, 8, 1)), [new])
    assert once.details["feedback"]["left_out"] == 1
    once.save(tmp_path / "toy")
    opened = Dataset.open(tmp_path / "toy")
    again = extended(opened, visitors((2, new.movie_id, 8, 1), (1, movie, 9, 1)), [new])
    assert again.fingerprint == extended(toy, visitors((1, movie, 9, 1), (2, new.movie_id, 8, 1)), [new]).fingerprint
    back = extended(opened, visitors())
    assert (back.n_users, back.n_movies, back.n_ratings) == (toy.n_users, toy.n_movies, toy.n_ratings)
    assert back.movies.tag_names.to_list() == toy.movies.tag_names.to_list()
    assert back.movies.tag_ids.tolist() == toy.movies.tag_ids.tolist()


def test_added_films_have_what_was_said_of_them(toy: Dataset) -> None:
    known = toy.movies.tag_names.to_list()[:1]
    films = [
        film(toy, 1, "Another One (2024)", ("drama", "Kitchen Sink"), (*known, "brand new")),
        film(toy, 2, "Unheard of", ()),
    ]
    found = extended(toy, visitors((1, films[1].movie_id, 9, 1)), films)
    movies = found.movies
    assert (found.n_movies, source_movies(found)) == (toy.n_movies + 2, toy.n_movies)
    assert movies.title(toy.n_movies) == "Another One (2024)"
    assert movies.genres(toy.n_movies) == ["Drama", "Kitchen Sink"]
    assert {tag for tag, _ in movies.tags(toy.n_movies)} == {*known, "brand new"}
    assert (movies.year(toy.n_movies), movies.year(toy.n_movies + 1)) == (2024, None)
    assert unrated_additions(found).tolist() == [toy.n_movies]
    assert unrated_additions(toy).tolist() == []
    for movie in range(toy.n_movies):
        assert movies.tags(movie) == toy.movies.tags(movie)
    for number, tag in enumerate(movies.tag_names.to_list()):
        assert movies.tag_index(tag) == number
        assert len(movies.tagged(number)[0])


def test_an_id_of_the_source_and_too_many_genres_are_refused(toy: Dataset) -> None:
    with pytest.raises(DataError, match="which the data set's source gives"):
        extended(toy, visitors(), [film(toy, 0, "Taken", ())])
    with pytest.raises(DataError, match="at most 64"):
        extended(toy, visitors(), [film(toy, 1, "Much", tuple(f"genre {number}" for number in range(64)))])
