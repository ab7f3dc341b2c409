"""Lists, what became of them, and requests that are sent twice."""

import pytest

from core.errors import InvalidInputError, UnknownIdError
from core.profiles import listing
from core.profiles.database import Database
from core.profiles.listing import Outcome, add_list, lists_of, note_outcomes
from core.profiles.once import do_once
from core.profiles.people import add_person
from core.views import Person


def note(database: Database, person: Person, *outcomes: Outcome) -> int:
    """Keep outcomes in a transaction of their own."""
    with database.write() as connection:
        return note_outcomes(connection, person, outcomes)


def test_what_became_of_a_list_is_kept_once(database: Database, person: Person) -> None:
    name = add_list(database, person, "toy", "hybrid", [5, 6], "A: hybrid")
    for _ in range(2):
        note(database, person, Outcome(name, 5, "shown"), Outcome(name, 5, "rated", 9), Outcome(name, 5, "shown"))
    note(database, person, Outcome(name, 5, "rated", 4))
    (kept,) = lists_of(database, person)
    assert (kept["algorithm"], kept["variant"], kept["movie_ids"]) == ("hybrid", "A: hybrid", [5, 6])
    assert [(one["kind"], one.get("rating")) for one in kept["feedback"]] == [("rated", 2.0), ("shown", None)]


def test_nobody_says_anything_of_lists_of_others(database: Database, person: Person) -> None:
    name = add_list(database, add_person(database), "toy", "hybrid", [5])
    with pytest.raises(UnknownIdError, match="no list"):
        note(database, person, Outcome(name, 5, "shown"))
    mine = add_list(database, person, "toy", "hybrid", [5])
    with pytest.raises(InvalidInputError, match="does not hold"):
        note(database, person, Outcome(mine, 5, "kept"), Outcome(mine, 7, "shown"))
    assert lists_of(database, person)[0]["feedback"] == []


def test_the_oldest_lists_are_forgotten(database: Database, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_LISTS", 2)
    clock = iter(range(10))
    monkeypatch.setattr(listing, "now_ms", lambda: next(clock))
    names = [add_list(database, person, "toy", "hybrid", [5]) for _ in range(4)]
    assert [one["list_id"] for one in lists_of(database, person)] == names[2:]


def test_a_request_that_comes_again_is_done_once(database: Database, person: Person) -> None:
    done = []

    def work(_: object) -> str:
        done.append(1)
        return f"answer {len(done)}"

    assert do_once(database, person, "k", b"request", work) == "answer 1"
    assert do_once(database, person, "k", b"request", work) == "answer 1"
    with pytest.raises(InvalidInputError, match="another request"):
        do_once(database, person, "k", b"another", work)
    assert do_once(database, add_person(database), "k", b"another", work) == "answer 2"
    assert do_once(database, person, None, b"request", work) == "answer 3"


def test_what_fails_is_not_answered_from_memory(database: Database, person: Person) -> None:
    def fail(_: object) -> str:
        raise InvalidInputError("no")

    with pytest.raises(InvalidInputError):
        do_once(database, person, "k", b"request", fail)
    assert do_once(database, person, "k", b"request", lambda _: "done") == "done"
