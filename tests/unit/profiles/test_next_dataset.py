"""What people keep becomes the next data set, and what they take back leaves it."""

import pytest

from core.errors import InvalidInputError
from core.profiles.database import Database
from core.profiles.keeping import Change, change
from core.profiles.new_films import NewFilm, add_film, new_films
from core.profiles.next_dataset import next_dataset
from core.profiles.people import add_person, delete_person
from core.testing.toy import toy_dataset
from tests.unit.profiles.conftest import Open, Url


def test_what_is_kept_is_in_the_next_one(url: Url, open_database: Open) -> None:
    toy, database = toy_dataset(), open_database(url())
    first, second = toy.movies.ids[:2].tolist()
    assert next_dataset(database, toy).fingerprint == toy.fingerprint
    ann, bob = add_person(database), add_person(database)
    change(database, ann, toy.name, [Change("rating", first, 9, 1_500_000_000_000), Change("hidden", second, 1)])
    change(database, ann, "another", [Change("rating", second, 9)])
    change(database, bob, toy.name, [Change("rating", first, 2), Change("rating", second, None)])
    film = add_film(database, toy.name, NewFilm("Another One (2024)", ("Drama",)), int(toy.movies.ids[-1]))
    found = next_dataset(database, toy)
    assert (found.n_users - toy.n_users, found.n_ratings - toy.n_ratings) == (2, 2)
    row = found.user_indptr[toy.n_users]
    assert (found.user_ratings[row], found.user_times[row]) == (9, 1_500_000_000)
    assert found.movies.title(found.movie_index(film.movie_id or 0)) == "Another One (2024)"
    assert next_dataset(database, found).fingerprint == found.fingerprint
    delete_person(database, ann)
    assert next_dataset(database, found).n_users == toy.n_users + 1


def test_a_film_is_added_once_and_numbered_behind_all(database: Database) -> None:
    one = add_film(database, "toy", NewFilm("  Odd   One (2024) ", ("Drama", "Drama"), ("SLOW",), 7, 8), 100)
    assert (one.movie_id, one.title, one.genres, one.tags, one.year) == (
        101,
        "Odd One (2024)",
        ("Drama",),
        ("slow",),
        2024,
    )
    assert add_film(database, "toy", NewFilm("odd one (2024)"), 100) == one
    assert add_film(database, "toy", NewFilm("Even One (2024)"), 90).movie_id == 102
    assert add_film(database, "other", NewFilm("Odd One (2024)"), 5).movie_id == 6
    assert [film.movie_id for film in new_films(database, "toy")] == [101, 102]
    for wrong in (NewFilm(""), NewFilm("\x1b[2J"), NewFilm("a", ("x" * 61,)), NewFilm("a", imdb_id=-1)):
        with pytest.raises(InvalidInputError):
            add_film(database, "toy", wrong, 100)
