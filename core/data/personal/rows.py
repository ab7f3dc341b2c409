"""What every service's export comes down to: one row a film, what was set aside, what was refused."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

__all__ = [
    "Kind",
    "Outcome",
    "PersonalFilm",
    "Reading",
    "Record",
    "Refused",
    "RowRefusedError",
    "RowSetAsideError",
    "Service",
    "SetAside",
    "each",
]

Kind = Literal["film", "series", "episode"]


@dataclass(frozen=True, slots=True)
class PersonalFilm:
    """What a row of somebody's export says of one film.

    Attributes
    ----------
    title : str
        As the service spells it; empty where it gives ids alone.
    year : int or None
        Of release.
    imdb_id, tmdb_id : int or None
    movie_id : str or None
        MovieLens' or another data set's own id.
    stars : float or None
        0.5 to 5 in half stars; None where no stars were given, which is never filled in.
    watched, watchlist, liked, hidden : bool
        What the row says; stars alone say that the film was watched, too. Hidden films are not to be shown again.
    time : int or None
        Milliseconds since 1970 of what the row says, None where it does not tell.
    kind : {"film", "series", "episode"}
    other_title : str
        The original title where the service tells it beside `title`.
    """

    title: str = ""
    year: int | None = None
    imdb_id: int | None = None
    tmdb_id: int | None = None
    movie_id: str | None = None
    stars: float | None = None
    watched: bool = False
    watchlist: bool = False
    liked: bool = False
    hidden: bool = False
    time: int | None = None
    kind: Kind = "film"
    other_title: str = ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that is in order and no film: a series, an episode, a trailer."""

    line: int
    title: str
    why: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be used, with the reason and the remedy as a sentence."""

    line: int
    why: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A row that was read, with the line on which it begins."""

    line: int
    film: PersonalFilm


class RowRefusedError(ValueError):
    """A row cannot be used; the message says why."""


class RowSetAsideError(ValueError):
    """A row is no film; the message says what it is."""

    def __init__(self, title: str, why: str) -> None:
        super().__init__(why)
        self.title = title


Record = Mapping[str, Any]
"""A row by its column names in lower case, or an object of a JSON document."""
Outcome = Read | SetAside | Refused


class Service(NamedTuple):
    """How one service's files are told from others and read."""

    name: str
    fits: Callable[[frozenset[str]], bool]
    """Whether files with these column names, in lower case, are this service's."""
    read: Callable[[Sequence[tuple[int, Record]], str], Iterator[Outcome]]
    """Return one outcome for each row, given with its line, of a file of some path."""


@dataclass
class Reading:
    """All rows of what somebody sent: `rows` = films + set aside + refused."""

    services: list[str] = field(default_factory=list)
    films: list[PersonalFilm] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: int = 0

    def add(self, outcomes: Iterable[Outcome], file: str) -> None:
        """Take up the rows of one file."""
        for outcome in outcomes:
            self.rows += 1
            if isinstance(outcome, Refused):
                self.refused.append(Refused(outcome.line, outcome.why, file))
            elif isinstance(outcome, SetAside):
                self.set_aside.append(SetAside(outcome.line, outcome.title, outcome.why, file))
            elif outcome.film.kind != "film":
                why = "a series" if outcome.film.kind == "series" else "an episode of a series"
                self.set_aside.append(SetAside(outcome.line, outcome.film.title, why, file))
            else:
                self.films.append(outcome.film)


_LONGEST_TITLE = 500


def each(records: Iterable[tuple[int, Record]], one: Callable[[Record], PersonalFilm]) -> Iterator[Outcome]:
    """Read rows one by one; whatever `one` refuses is told with its line."""
    for line, record in records:
        try:
            film = one(record)
            if not (film.title or film.imdb_id or film.tmdb_id or film.movie_id):
                raise RowRefusedError("there is neither a title nor an id. Add one and retry.")
            if len(film.title) > _LONGEST_TITLE:
                raise RowRefusedError(f"the title has more than {_LONGEST_TITLE} characters. Shorten it and retry.")
            yield Read(line, film)
        except RowRefusedError as error:
            yield Refused(line, str(error))
        except RowSetAsideError as error:
            yield SetAside(line, error.title[:_LONGEST_TITLE], str(error))
