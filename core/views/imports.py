"""What became of an export from elsewhere, and what a person keeps here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["ExportForm", "FilmChoice", "FilmImport", "ImportedFilm", "KeptFilms", "LeftOut"]

ExportForm = Literal["letterboxd", "watchlist", "json"]
"""Films rated and watched, or those to watch, as Letterboxd's importer takes them; or everything as JSON."""


@dataclass(frozen=True, slots=True)
class FilmChoice:
    """A film of this data set that a row may mean."""

    movie_id: int
    title: str
    year: int | None


@dataclass(frozen=True, slots=True)
class ImportedFilm:
    """All that an export says of one film. Times are milliseconds since 1970, null where it tells none."""

    title: str
    """As the export spells it."""
    year: int | None
    certainty: Literal["id", "exact", "close", "doubtful", "none"]
    movies: list[FilmChoice]
    """The film here; several where it is doubtful, the likeliest first; none where it is not in this data set."""
    rows: int
    """How many rows of the export speak of it."""
    stars: float | None
    """The latest; null where none were given."""
    rated_at: int | None
    watched: bool
    """Watched, with stars or without."""
    watched_at: int | None
    watchlist: bool
    kept_at: int | None
    liked: bool
    hidden: bool
    """Waved away: not to be shown again."""
    hidden_at: int | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was set aside or refused."""

    file: str
    line: int
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class FilmImport:
    """Every row of an export: the films' `rows`, those set aside and those refused add up to `rows`."""

    services: list[str]
    rows: int
    matched: list[ImportedFilm]
    doubtful: list[ImportedFilm]
    not_here: list[ImportedFilm]
    set_aside: list[LeftOut]
    """Series, episodes and what else is no film."""
    refused: list[LeftOut]
    notes: list[str]
    """What was taken for granted and what was passed over, in sentences."""


@dataclass(frozen=True, slots=True)
class KeptFilms:
    """What a person keeps, by movie id. Times are milliseconds since 1970, None where unknown."""

    ratings: Mapping[int, float] = field(default_factory=dict)
    rated: Mapping[int, int | None] = field(default_factory=dict)
    """When the stars were given."""
    watched: Mapping[int, int | None] = field(default_factory=dict)
    """Films without stars, and when they were watched."""
    watchlist: Mapping[int, int | None] = field(default_factory=dict)
    hidden: Mapping[int, int | None] = field(default_factory=dict)
    """Films waved away, never shown again, and when that was."""

    @property
    def seen(self) -> tuple[int, ...]:
        """The films watched without stars: no list is to hold them, and no model takes them for ratings."""
        return tuple(self.watched)
