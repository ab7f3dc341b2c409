"""Films on a plane."""

from dataclasses import dataclass

__all__ = ["FilmMap"]


@dataclass(frozen=True, slots=True)
class FilmMap:
    """Equally long columns, a film a row; places are whole numbers from 0 to 10,000."""

    movie_ids: list[int]
    titles: list[str]
    years: list[int | None]
    genres: list[str]
    """The first of each film's genres, empty where it has none."""
    ratings: list[int]
    x: list[int]
    y: list[int]
