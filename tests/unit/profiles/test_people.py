"""Codes for another device, names and passphrases, housekeeping."""

import pytest
from sqlalchemy import update

from core.errors import InvalidInputError
from core.profiles import devices
from core.profiles.clock import DAY_MS, now_ms
from core.profiles.database import Database
from core.profiles.devices import make_code, redeem_code
from core.profiles.keeping import Change, change, everything
from core.profiles.listing import add_list, lists_of
from core.profiles.people import add_person, claim_name, find_person, sign_in, sweep
from core.profiles.tables import people
from core.views import Person

WORDS = "four quite ordinary words"


def test_a_code_is_good_once_in_any_spelling(database: Database, person: Person) -> None:
    code = make_code(database, person)
    assert redeem_code(database, code.lower().replace("-", " ")) == person
    assert redeem_code(database, code) is None
    assert redeem_code(database, "AAAA-BBBB-CCCC") is None


def test_a_code_expires(database: Database, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    code = make_code(database, person)
    later = now_ms() + devices.CODE_MINUTES * 60_000 + 1
    monkeypatch.setattr(devices, "now_ms", lambda: later)
    assert redeem_code(database, code) is None


def test_the_device_brings_what_it_kept_anonymously(database: Database, person: Person) -> None:
    device = add_person(database)
    change(database, person, "toy", [Change("rating", 1, 9), Change("rating", 2, 4, age=1_000)])
    change(database, device, "toy", [Change("rating", 1, 3, age=1_000), Change("rating", 2, 7)])
    add_list(database, device, "toy", "hybrid", [5, 6])
    assert redeem_code(database, make_code(database, person), device) == person
    assert {one.movie_id: one.value for one in everything(database, person, "toy")["toy"]} == {1: 9, 2: 7}
    assert [one["movie_ids"] for one in lists_of(database, person)] == [[5, 6]]
    assert find_person(database, device.token, 0) is None


def test_a_named_profile_is_left_not_emptied(database: Database, person: Person) -> None:
    named = claim_name(database, add_person(database), f"name {person.id}", WORDS)
    change(database, named, "toy", [Change("rating", 1, 9)])
    assert redeem_code(database, make_code(database, person), named) == person
    assert len(everything(database, named)["toy"]) == 1


def test_a_name_and_a_passphrase_lead_back(database: Database, person: Person) -> None:
    name = f"Ann  of {person.id}"
    claimed = claim_name(database, person, name, WORDS)
    assert (claimed.id, claimed.name) == (person.id, f"ann of {person.id}")
    assert sign_in(database, name.upper(), WORDS) == claimed
    assert sign_in(database, name, "four quite other words") is None
    assert sign_in(database, f"nobody {person.id}", WORDS) is None
    # Whoever had a token before has to sign in.
    assert find_person(database, person.token, person.generation) is None
    assert find_person(database, claimed.token, claimed.generation) == claimed
    with pytest.raises(InvalidInputError, match="is taken"):
        claim_name(database, add_person(database), name, WORDS)


@pytest.mark.parametrize(
    ("name", "words"),
    [("ab", WORDS), ("<b>ann</b>", WORDS), ("ann", "short"), ("annabel", "annabel annabel"), ("ann", "aaaaaaaaaaaa")],
)
def test_what_is_easily_guessed_is_refused(database: Database, person: Person, name: str, words: str) -> None:
    with pytest.raises(InvalidInputError):
        claim_name(database, person, name, words)


def test_who_keeps_nothing_is_forgotten(database: Database, person: Person) -> None:
    holder, fresh, named = add_person(database), add_person(database), add_person(database)
    claim_name(database, named, f"kept {named.id}", WORDS)
    change(database, holder, "toy", [Change("rating", 1, 9)])
    with database.write() as connection:
        old = now_ms() - 31 * DAY_MS
        idle = people.c.id.in_([person.id, holder.id, named.id])
        connection.execute(update(people).where(idle).values(seen=old))
    sweep(database)
    assert find_person(database, person.token, 0) is None
    assert find_person(database, named.token, 1) is not None
    assert find_person(database, holder.token, 0) == holder
    assert find_person(database, fresh.token, 0) == fresh
