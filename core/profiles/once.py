"""Requests that are sent again, because their answer got lost, are answered again and done once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import Connection, insert, select

from core.errors import InvalidInputError
from core.profiles.clock import now_ms
from core.profiles.database import Database
from core.profiles.people import hold
from core.profiles.tables import answers
from core.views import Person

__all__ = ["do_once"]


def do_once(
    database: Database, person: Person, key: str | None, request: bytes, work: Callable[[Connection], str]
) -> str:
    """Do `work` in one transaction and return its answer; with a key that was used, the answer of then.

    Parameters
    ----------
    key : str or None
        The client's own name for the request; None does the work in any case.
    request : bytes
        All that decides about the work.
    work : callable
        Takes the transaction's connection and returns what is answered.

    Raises
    ------
    InvalidInputError
        When the key was used with another request.
    """
    digest = hashlib.sha256(request).hexdigest()
    with database.write() as connection:
        # The same request in another worker waits here, and then finds the answer.
        hold(connection, person)
        if key is None:
            return work(connection)
        used = connection.execute(
            select(answers.c.digest, answers.c.answer).where(answers.c.person_id == person.id, answers.c.key == key)
        ).one_or_none()
        if used is not None:
            if used.digest != digest:
                raise InvalidInputError(
                    f"The idempotency key {key!r} was used with another request. Send a new key with each new one."
                )
            return str(used.answer)
        answer = work(connection)
        values = {"person_id": person.id, "key": key, "digest": digest, "answer": answer, "at": now_ms()}
        connection.execute(insert(answers).values(**values))
        return answer
