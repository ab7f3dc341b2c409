"""Who keeps something: anonymous by default, found again by what their token says."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.errors import InvalidInputError, UnknownIdError
from core.profiles.clock import DAY_MS, now_ms
from core.profiles.database import Database
from core.profiles.passphrases import checked_name, checked_passphrase, hashed, is_right
from core.profiles.tables import answers, codes, feedback, kept, lists, people
from core.views import Person

__all__ = [
    "add_person",
    "claim_name",
    "delete_person",
    "find_person",
    "hold",
    "sign_in",
    "sweep",
]

_EMPTY_DAYS = 30
_REMOVED_DAYS = 90
_ANSWER_DAYS = 2


_COLUMNS = (people.c.id, people.c.token, people.c.generation, people.c.name, people.c.created)


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(row.id, row.token, row.generation, row.name, row.created)


def add_person(database: Database) -> Person:
    """Add somebody anonymous."""
    now, token = now_ms(), secrets.token_urlsafe(16)
    with database.write() as connection:
        values = {"token": token, "generation": 0, "created": now, "seen": now}
        return _person(connection.execute(insert(people).values(**values).returning(*_COLUMNS)).one())


def find_person(database: Database, token: str, generation: int) -> Person | None:
    """Return whose token it is; None when it was deleted or called in."""
    with database.read() as connection:
        chosen = select(*_COLUMNS, people.c.seen).where(people.c.token == token, people.c.generation == generation)
        row = connection.execute(chosen).one_or_none()
    if row is None:
        return None
    now = now_ms()
    if now - row.seen > DAY_MS:
        with database.write() as connection:
            connection.execute(update(people).where(people.c.id == row.id).values(seen=now))
    return _person(row)


def hold(connection: Connection, person: Person) -> None:
    """Let no other writer of this person's in until the transaction ends.

    Raises
    ------
    UnknownIdError
        When the person was deleted meanwhile.
    """
    mine = select(people.c.id).where(people.c.id == person.id)
    if connection.execute(mine.with_for_update()).one_or_none() is None:
        raise UnknownIdError("This profile was deleted. Start a new one.")


def delete_person(database: Database, person: Person) -> dict[str, int]:
    """Delete somebody with everything of theirs, at once; return how many of what there were."""
    with database.write() as connection:
        mine = kept.c.person_id == person.id, kept.c.value.is_not(None)
        found = {
            str(kind): int(count)
            for kind, count in connection.execute(
                select(kept.c.kind, func.count()).where(*mine).group_by(kept.c.kind)
            )
        }
        listed = select(lists.c.id).where(lists.c.person_id == person.id)
        for name, chosen in (
            ("lists", select(func.count()).select_from(lists).where(lists.c.person_id == person.id)),
            ("feedback", select(func.count()).select_from(feedback).where(feedback.c.list_id.in_(listed))),
        ):
            found[name] = int(connection.execute(chosen).scalar_one())
        connection.execute(delete(people).where(people.c.id == person.id))
    return found


# --- names --------------------------------------------------------------------------------------------------


def claim_name(database: Database, person: Person, name: str, passphrase: str) -> Person:
    """Give somebody a name and a passphrase, or others; tokens that are out become worthless.

    Raises
    ------
    InvalidInputError
        When they are not usable, or the name is somebody else's.
    """
    chosen, words = checked_name(name), hashed(checked_passphrase(passphrase, name))
    values = {"name": chosen, "passphrase": words, "generation": person.generation + 1}
    try:
        with database.write() as connection:
            done = connection.execute(
                update(people).where(people.c.id == person.id).values(**values).returning(*_COLUMNS)
            )
            return _person(done.one())
    except IntegrityError as error:
        raise InvalidInputError(f"The name {chosen!r} is taken. Choose another one.") from error


def sign_in(database: Database, name: str, passphrase: str) -> Person | None:
    """Return whose name and passphrase these are; None, after as much work, when they are nobody's."""
    with database.read() as connection:
        chosen = select(*_COLUMNS, people.c.passphrase).where(people.c.name == checked_name(name))
        row = connection.execute(chosen).one_or_none()
    right = is_right(None if row is None else row.passphrase, passphrase)
    return _person(row) if row is not None and right else None


# --- housekeeping -------------------------------------------------------------------------------------------


def sweep(database: Database) -> None:
    """Forget what nobody needs: codes and answers that expired, marks long taken away, people who keep nothing."""
    now = now_ms()
    with database.write() as connection:
        connection.execute(delete(codes).where(codes.c.expires < now))
        connection.execute(delete(answers).where(answers.c.at < now - _ANSWER_DAYS * DAY_MS))
        gone = kept.c.value.is_(None), kept.c.changed < now - _REMOVED_DAYS * DAY_MS
        connection.execute(delete(kept).where(*gone))
        holding = select(kept.c.person_id).where(kept.c.person_id == people.c.id)
        idle = people.c.name.is_(None), people.c.seen < now - _EMPTY_DAYS * DAY_MS
        connection.execute(delete(people).where(*idle, ~holding.exists()))
