"""A profile on another device: a code that is good once, for a few minutes."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import delete, func, insert, select, update

from core.profiles.clock import now_ms
from core.profiles.database import Database
from core.profiles.keeping import take_over
from core.profiles.people import hold
from core.profiles.tables import codes, lists, people
from core.views import Person

__all__ = ["CODE_MINUTES", "make_code", "redeem_code"]

CODE_MINUTES = 10
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is mistaken for something else: 0 and O, 1, I and L."""
_PARTS, _PART = 3, 4
_MOST = 5


def make_code(database: Database, person: Person) -> str:
    """Return a new code for somebody, such as ``7KQM-2XVD-R9TH``, of which a digest alone is kept."""
    letters = [secrets.choice(_ALPHABET) for _ in range(_PARTS * _PART)]
    code = "-".join("".join(letters[start : start + _PART]) for start in range(0, len(letters), _PART))
    now = now_ms()
    with database.write() as connection:
        hold(connection, person)
        mine = codes.c.person_id == person.id
        connection.execute(delete(codes).where(mine, codes.c.expires < now))
        if connection.execute(select(func.count()).select_from(codes).where(mine)).scalar_one() >= _MOST:
            connection.execute(delete(codes).where(mine))
        expires = now + CODE_MINUTES * 60_000
        connection.execute(insert(codes).values(digest=_digest(code), person_id=person.id, expires=expires))
    return code


def redeem_code(database: Database, code: str, former: Person | None = None) -> Person | None:
    """Return whose code it is, and make it worthless; None for one that is unknown, used or too old.

    Parameters
    ----------
    database : Database
    code : str
        In any case, with or without the dashes.
    former : Person, optional
        Who the device was until now. Somebody anonymous is taken up into the code's owner: of a film that both
        rated, the later change counts.
    """
    with database.write() as connection:
        # Deleting is taking: of two who come at once with one code, one finds it.
        owner = connection.execute(
            delete(codes)
            .where(codes.c.digest == _digest(code), codes.c.expires >= now_ms())
            .returning(codes.c.person_id)
        ).scalar_one_or_none()
        if owner is None:
            return None
        chosen = select(people.c.id, people.c.token, people.c.generation, people.c.name, people.c.created)
        person = Person(*connection.execute(chosen.where(people.c.id == owner)).one())
        if former is not None and former.name is None and former.id != person.id:
            take_over(connection, former.id, person.id)
            connection.execute(update(lists).where(lists.c.person_id == former.id).values(person_id=person.id))
            connection.execute(delete(people).where(people.c.id == former.id))
        return person


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(f"cinematch code {plain}".encode()).hexdigest()
