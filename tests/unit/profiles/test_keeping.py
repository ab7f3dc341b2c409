"""What is kept comes back, the later change counts, and nobody sees anybody else's."""

import pytest

from core.errors import InvalidInputError, UnknownIdError
from core.profiles import keeping
from core.profiles.database import Database
from core.profiles.keeping import Change, change, everything
from core.profiles.people import add_person, delete_person, find_person
from core.views import Person

TOY = "toy"


def stars(database: Database, person: Person, dataset: str = TOY) -> dict[int, int]:
    """Return the half stars that somebody keeps, by movie."""
    rows = everything(database, person, dataset)[dataset]
    return {one.movie_id: one.value for one in rows if one.kind == "rating"}


def test_what_is_kept_comes_back_with_its_time(database: Database, person: Person) -> None:
    change(database, person, TOY, [Change("rating", 1, 9, time=1_500_000_000_000), Change("watchlist", 2, 1)])
    rating, listed = everything(database, person, TOY)[TOY]
    assert (rating.kind, rating.movie_id, rating.value, rating.time) == ("rating", 1, 9, 1_500_000_000_000)
    assert (listed.kind, listed.movie_id, listed.value, listed.time) == ("watchlist", 2, 1, None)


def test_two_people_and_two_data_sets_do_not_meet(database: Database, person: Person) -> None:
    other = add_person(database)
    change(database, person, TOY, [Change("rating", 1, 9)])
    change(database, person, "ml-100k", [Change("rating", 1, 2)])
    change(database, other, TOY, [Change("rating", 1, 4)])
    assert stars(database, person) == {1: 9}
    assert stars(database, person, "ml-100k") == {1: 2}
    assert stars(database, other) == {1: 4}
    assert everything(database, person).keys() == {TOY, "ml-100k"}


def test_an_older_change_that_comes_late_undoes_nothing(database: Database, person: Person) -> None:
    change(database, person, TOY, [Change("rating", 1, 9), Change("rating", 2, None)])
    waited = [Change("rating", 1, 3, age=60_000), Change("rating", 2, 3, age=60_000)]
    assert change(database, person, TOY, waited) == 0
    assert stars(database, person) == {1: 9}


def test_of_one_film_in_one_order_the_last_change_counts(database: Database, person: Person) -> None:
    order = [Change("rating", 1, 3), Change("rating", 1, None), Change("rating", 1, 8), Change("rating", 1, 2, age=9)]
    change(database, person, TOY, order)
    assert stars(database, person) == {1: 8}


def test_more_than_is_allowed_changes_nothing(
    database: Database, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 3)
    change(database, person, TOY, [Change("rating", movie, 4) for movie in range(3)])
    with pytest.raises(InvalidInputError, match="More than 3 films"):
        change(database, person, TOY, [Change("rating", 0, 10), Change("rating", 9, 4)])
    assert stars(database, person) == {0: 4, 1: 4, 2: 4}


def test_many_changes_go_in_at_once(database: Database, person: Person) -> None:
    assert change(database, person, TOY, [Change("rating", movie, 4) for movie in range(1_300)]) == 1_300
    assert len(stars(database, person)) == 1_300


def test_whoever_is_deleted_is_gone_with_everything(database: Database, person: Person) -> None:
    change(database, person, TOY, [Change("rating", 1, 9), Change("hidden", 2, 1), Change("rating", 3, None)])
    assert delete_person(database, person) == {"rating": 1, "hidden": 1, "lists": 0, "feedback": 0}
    assert find_person(database, person.token, person.generation) is None
    assert everything(database, person) == {}
    with pytest.raises(UnknownIdError, match="was deleted"):
        change(database, person, TOY, [Change("rating", 1, 9)])


def test_a_number_is_never_given_twice(database: Database, person: Person) -> None:
    delete_person(database, person)
    assert add_person(database).id > person.id
