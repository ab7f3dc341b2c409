"""Lists that people were given, and what became of their films."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from core.errors import InvalidInputError, UnknownIdError
from core.profiles.clock import now_ms
from core.profiles.database import Database
from core.profiles.people import hold
from core.profiles.statements import upsert
from core.profiles.tables import feedback, lists
from core.views import OutcomeKind, Person

__all__ = ["MOST_LISTS", "Outcome", "add_list", "lists_of", "note_outcomes"]

MOST_LISTS = 1_000
"""Lists of one person; older ones are forgotten."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a film of a list.

    Attributes
    ----------
    list_id : str
    movie_id : int
    kind : OutcomeKind
    value : int or None
        Half stars where it was rated.
    """

    list_id: str
    movie_id: int
    kind: OutcomeKind
    value: int | None = None


def add_list(
    database: Database, person: Person, dataset: str, algorithm: str, items: Sequence[int], variant: str = ""
) -> str:
    """Keep that somebody was given a list, and return its id."""
    name = secrets.token_urlsafe(12)
    with database.write() as connection:
        hold(connection, person)
        values = {"dataset": dataset, "algorithm": algorithm, "variant": variant, "movies": json.dumps(list(items))}
        connection.execute(insert(lists).values(id=name, person_id=person.id, created=now_ms(), **values))
        newest = (
            select(lists.c.id)
            .where(lists.c.person_id == person.id)
            .order_by(lists.c.created.desc(), lists.c.id)
            .offset(MOST_LISTS)
        )
        older = connection.execute(newest.limit(100)).scalars().all()
        if older:
            connection.execute(delete(lists).where(lists.c.id.in_(older)))
    return name


def note_outcomes(connection: Connection, person: Person, outcomes: Iterable[Outcome]) -> int:
    """Keep what became of films of one's own lists; what is told again changes nothing but the stars of a rating.

    Raises
    ------
    UnknownIdError
        For a list that is not this person's, or that is forgotten.
    InvalidInputError
        For a film that the list does not hold.
    """
    wanted = {(one.list_id, one.movie_id, one.kind): one for one in outcomes}
    names = sorted({name for name, _, _ in wanted})
    mine = select(lists.c.id, lists.c.movies).where(lists.c.person_id == person.id, lists.c.id.in_(names))
    held = {row.id: set(json.loads(row.movies)) for row in connection.execute(mine)}
    rows: list[dict[str, Any]] = []
    for one in wanted.values():
        if one.list_id not in held:
            raise UnknownIdError(f"There is no list {one.list_id!r} of yours. Ask for a new list.")
        if one.movie_id not in held[one.list_id]:
            raise InvalidInputError(f"The list {one.list_id!r} does not hold the movie {one.movie_id}.")
        rows.append(
            {
                "list_id": one.list_id,
                "movie_id": one.movie_id,
                "kind": one.kind,
                "value": one.value,
                "at": now_ms(),
            }
        )
    return upsert(connection, feedback, rows, keys=("list_id", "movie_id", "kind"), values=("value",))


def lists_of(database: Database, person: Person) -> list[dict[str, Any]]:
    """Return all lists of somebody with what became of their films, the oldest first."""
    with database.read() as connection:
        chosen = select(lists).where(lists.c.person_id == person.id).order_by(lists.c.created, lists.c.id)
        found = {row.id: row for row in connection.execute(chosen)}
        told: dict[str, list[dict[str, Any]]] = {}
        events = select(feedback).join(lists).where(lists.c.person_id == person.id)
        for row in connection.execute(events.order_by(feedback.c.at, feedback.c.movie_id, feedback.c.kind)):
            event = {"movie_id": row.movie_id, "kind": row.kind, "at": row.at}
            told.setdefault(row.list_id, []).append(
                event if row.value is None else {**event, "rating": row.value / 2}
            )
    return [
        {
            "list_id": name,
            "dataset": row.dataset,
            "algorithm": row.algorithm,
            "variant": row.variant,
            "created": row.created,
            "movie_ids": json.loads(row.movies),
            "feedback": told.get(name, []),
        }
        for name, row in found.items()
    ]
