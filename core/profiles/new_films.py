"""Films that were added to a data set: in the next one they stand beside those of its source."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import CursorResult, func, insert, select

from core.data.conventions import MAX_ID
from core.display.titles import extract_year_from_title
from core.errors import InvalidInputError
from core.profiles.clock import now_ms
from core.profiles.database import Database
from core.profiles.tables import films

__all__ = ["NewFilm", "add_film", "new_films"]

_LONGEST_TITLE = 300
_LONGEST_NAME = 60
_MOST_GENRES, _MOST_TAGS, _MOST_FILMS = 30, 100, 100_000


@dataclass(frozen=True, slots=True)
class NewFilm:
    """A film as it is added.

    Attributes
    ----------
    title : str
        With the year in parentheses, as MovieLens spells them.
    genres, tags : tuple of str
    imdb_id, tmdb_id : int
        0 where unknown.
    movie_id : int or None
        None until it is added.
    """

    title: str
    genres: tuple[str, ...] = field(default=())
    tags: tuple[str, ...] = field(default=())
    imdb_id: int = 0
    tmdb_id: int = 0
    movie_id: int | None = None

    @property
    def year(self) -> int | None:
        """Year of release, read from the title."""
        return extract_year_from_title(self.title)


def add_film(database: Database, dataset: str, film: NewFilm, above: int) -> NewFilm:
    """Add a film and return it with its id; one of the same title that was added before is returned as it is.

    Parameters
    ----------
    above : int
        The highest id that the data set gives; those of added films are higher.

    Raises
    ------
    InvalidInputError
        For a title without letters, or texts that are too long or too many.
    """
    film = _checked(film)
    with database.write() as connection:
        for known in _films_of(connection.execute(select(films).where(films.c.dataset == dataset))):
            if known.title.casefold() == film.title.casefold():
                return known
        highest, count = connection.execute(
            select(func.max(films.c.movie_id), func.count()).where(films.c.dataset == dataset)
        ).one()
        number = max(above, highest or 0) + 1
        if count >= _MOST_FILMS or number > MAX_ID:
            raise InvalidInputError(f"No more films can be added to {dataset}: import a data set that holds them.")
        values = {
            "title": film.title,
            "genres": json.dumps(film.genres, ensure_ascii=False),
            "tags": json.dumps(film.tags, ensure_ascii=False),
            "imdb_id": film.imdb_id,
            "tmdb_id": film.tmdb_id,
        }
        connection.execute(insert(films).values(dataset=dataset, movie_id=number, added=now_ms(), **values))
    return replace(film, movie_id=number)


def new_films(database: Database, dataset: str) -> list[NewFilm]:
    """Return the films that were added to a data set, by id."""
    with database.read() as connection:
        chosen = select(films).where(films.c.dataset == dataset).order_by(films.c.movie_id)
        return _films_of(connection.execute(chosen))


def _films_of(rows: CursorResult[Any]) -> list[NewFilm]:
    return [
        NewFilm(
            row.title,
            tuple(json.loads(row.genres)),
            tuple(json.loads(row.tags)),
            row.imdb_id,
            row.tmdb_id,
            row.movie_id,
        )
        for row in rows
    ]


def _checked(film: NewFilm) -> NewFilm:
    title = _plain(film.title, _LONGEST_TITLE, "title")
    genres = tuple(dict.fromkeys(_plain(name, _LONGEST_NAME, "genre") for name in film.genres))
    tags = tuple(dict.fromkeys(_plain(name, _LONGEST_NAME, "tag").casefold() for name in film.tags))
    if len(genres) > _MOST_GENRES or len(tags) > _MOST_TAGS:
        raise InvalidInputError(f"A film has at most {_MOST_GENRES} genres and {_MOST_TAGS} tags. Leave some out.")
    if not (0 <= film.imdb_id <= MAX_ID and 0 <= film.tmdb_id <= MAX_ID):
        raise InvalidInputError("The ids of a film at IMDb and TMDb are whole numbers above 0, without the `tt`.")
    return replace(film, title=title, genres=genres, tags=tags)


def _plain(text: str, longest: int, what: str) -> str:
    """Return a text in one line."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(letter).startswith("C") for letter in words) or "|" in words:
        raise InvalidInputError(f"The {what} {words!r} holds control characters or a bar. Take them out.")
    if not 1 <= len(words) <= longest or not any(letter.isalnum() for letter in words):
        raise InvalidInputError(f"A {what} has 1 to {longest} characters, letters or digits among them.")
    return words
