"""Ratings and marks: what is kept, changed and taken away, the later change counting whoever brings it first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import Connection, func, select

from core.errors import InvalidInputError
from core.profiles.clock import now_ms
from core.profiles.database import Database
from core.profiles.people import hold
from core.profiles.statements import upsert
from core.profiles.tables import kept
from core.views import FilmKind, Person

__all__ = ["KINDS", "MOST_KEPT", "Change", "Kept", "change", "changed_within", "everything", "take_over"]

KINDS: tuple[FilmKind, ...] = get_args(FilmKind)
MOST_KEPT = 20_000
"""Films of one kind that one person may keep of one data set."""


@dataclass(frozen=True, slots=True)
class Change:
    """A rating or a mark that is set or taken away.

    Attributes
    ----------
    kind : FilmKind
    movie_id : int
    value : int or None
        Half stars of a rating, 1 for a mark; None takes it away.
    time : int or None
        When the person rated or marked, in milliseconds since 1970; None where unknown.
    age : int
        Milliseconds for which the change has waited, as in a browser without a connection.
    """

    kind: FilmKind
    movie_id: int
    value: int | None
    time: int | None = None
    age: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one film."""

    kind: FilmKind
    movie_id: int
    value: int
    time: int | None
    changed: int


def change(database: Database, person: Person, dataset: str, changes: Iterable[Change]) -> int:
    """Keep changes of one person, all or none of them; return how many were not older than what was kept.

    Raises
    ------
    InvalidInputError
        When more than `MOST_KEPT` films of one kind would be kept.
    """
    with database.write() as connection:
        hold(connection, person)
        return changed_within(connection, person, dataset, changes)


def changed_within(connection: Connection, person: Person, dataset: str, changes: Iterable[Change]) -> int:
    """Do what `change` does within a transaction that holds the person."""
    now = now_ms()
    # Of several changes of one film the last one that is not older counts: a statement may touch a row once.
    latest: dict[tuple[FilmKind, int], dict[str, Any]] = {}
    for one in changes:
        at = max(0, now - max(0, one.age))
        time = one.time if one.time is None or one.time <= now else now
        row = {
            "person_id": person.id,
            "dataset": dataset,
            "kind": one.kind,
            "movie_id": one.movie_id,
            "value": one.value,
            "time": time,
            "changed": at,
        }
        former = latest.get((one.kind, one.movie_id))
        if former is None or former["changed"] <= at:
            latest[one.kind, one.movie_id] = row
    count = _keep(connection, list(latest.values()))
    for kind in {kind for kind, _ in latest}:
        mine = kept.c.person_id == person.id, kept.c.dataset == dataset, kept.c.kind == kind
        held = select(func.count()).select_from(kept).where(*mine, kept.c.value.is_not(None))
        if connection.execute(held).scalar_one() > MOST_KEPT:
            raise InvalidInputError(
                f"More than {MOST_KEPT:,} films of the kind {kind!r} cannot be kept. Take some away first."
            )
    return count


def _keep(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    keys = ("person_id", "dataset", "kind", "movie_id")
    return upsert(connection, kept, rows, keys=keys, values=("value", "time", "changed"), unless_later="changed")


def everything(database: Database, person: Person, dataset: str | None = None) -> Mapping[str, list[Kept]]:
    """Return what somebody keeps by data set, of one or of all, the latest change last."""
    chosen = select(kept).where(kept.c.person_id == person.id, kept.c.value.is_not(None))
    if dataset is not None:
        chosen = chosen.where(kept.c.dataset == dataset)
    found: dict[str, list[Kept]] = {} if dataset is None else {dataset: []}
    with database.read() as connection:
        for row in connection.execute(chosen.order_by(kept.c.changed, kept.c.kind, kept.c.movie_id)):
            one = Kept(row.kind, row.movie_id, row.value, row.time, row.changed)
            found.setdefault(row.dataset, []).append(one)
    return found


def take_over(connection: Connection, source: int, target: int) -> None:
    """Give one person what another one keeps; of a film that both have, the later change counts."""
    rows = [dict(row) for row in connection.execute(select(kept).where(kept.c.person_id == source)).mappings()]
    _keep(connection, [{**row, "person_id": target} for row in rows])
