"""Any order of changes, devices, deletions and backups leaves what a dictionary would hold."""

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from core.profiles import keeping
from core.profiles.backup import backup, restore
from core.profiles.database import Database
from core.profiles.devices import make_code, redeem_code
from core.profiles.keeping import KINDS, Change, change, everything
from core.profiles.people import add_person, delete_person, find_person
from core.views import Person
from tests.unit.profiles.conftest import Open, Url

MOVIES = st.integers(1, 4)


@st.composite
def some_changes(draw: st.DrawFn) -> list[Change]:
    """Return changes that come at once or have waited."""

    def one() -> Change:
        kind = draw(st.sampled_from(KINDS))
        values = st.integers(1, 10) if kind == "rating" else st.just(1)
        return Change(
            kind,
            draw(MOVIES),
            draw(st.none() | values),
            draw(st.none() | st.integers(0, 10**12)),
            draw(st.integers(0, 3)),
        )

    return [one() for _ in range(draw(st.integers(1, 5)))]


Key = tuple[str, str, int]


class RoundTrip(RuleBasedStateMachine):
    """What people keep against dictionaries of what they did: value, time, and when it was changed."""

    database: Database
    clock: Iterator[int]
    people = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, dict[Key, tuple[int | None, int | None, int]]] = {}
        self.persons: dict[str, Person] = {}
        self.now = 0

    def tick(self) -> int:
        """Return a time that is later than all before."""
        self.now = next(self.clock)
        return self.now

    def note(self, token: str, key: Key, row: tuple[int | None, int | None, int]) -> None:
        """Hold what was not changed later."""
        if key not in self.held[token] or self.held[token][key][2] <= row[2]:
            self.held[token][key] = row

    @rule(target=people)
    def come(self) -> str:
        """Somebody new comes."""
        person = add_person(self.database)
        self.persons[person.token], self.held[person.token] = person, {}
        return person.token

    @rule(token=people, dataset=st.sampled_from(["toy", "other"]), changes=some_changes())
    def keep(self, token: str, dataset: str, changes: list[Change]) -> None:
        """Somebody changes what is kept, now or some changes ago."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keeping, "now_ms", self.tick)
            change(self.database, self.persons[token], dataset, changes)
        for one in changes:
            self.note(token, (dataset, one.kind, one.movie_id), (one.value, one.time, self.now - one.age))

    @rule(token=consumes(people))
    def leave(self, token: str) -> None:
        """Somebody deletes everything."""
        delete_person(self.database, self.persons.pop(token))
        del self.held[token]

    @rule(first=consumes(people), second=people)
    def move(self, first: str, second: str) -> None:
        """A device takes up another one's profile and brings its own."""
        owner, device = self.persons[second], self.persons.pop(first)
        assert redeem_code(self.database, make_code(self.database, owner), device) == owner
        for key, row in self.held.pop(first).items():
            self.note(second, key, row)

    @rule()
    def back_up(self) -> None:
        """Everything is written out and read again."""
        with tempfile.TemporaryDirectory() as folder:
            backup(self.database, Path(folder) / "backup.gz")
            restore(self.database, Path(folder) / "backup.gz", replace=True)

    @invariant()
    def all_is_there(self) -> None:
        """Everybody finds what they kept."""
        for token, held in self.held.items():
            person = self.persons[token]
            assert find_person(self.database, person.token, person.generation) == person
            found = {
                (dataset, one.kind, one.movie_id): (one.value, one.time, one.changed)
                for dataset, rows in everything(self.database, person).items()
                for one in rows
            }
            assert found == {key: row for key, row in held.items() if row[0] is not None}


def test_what_is_kept_is_what_was_said(url: Url, open_database: Open) -> None:
    class Machine(RoundTrip):
        database = open_database(url())
        clock = count(10**12)

    few = settings(max_examples=6, stateful_step_count=14, deadline=None, derandomize=True, database=None)
    run_state_machine_as_test(Machine, settings=few)
