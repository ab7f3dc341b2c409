"""Well-known films, and what a person would expect beside them: written down before any list was looked at."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from core.data.dataset import Dataset
from core.display.titles import format_movie_title

__all__ = ["FILMS", "Expectation", "short_titles"]

_FURTHER_NAMES = re.compile(r"^(.*?)(?: \((?!\d{4}\))[^()]*\))* \((\d{4})\)$")


@dataclass(frozen=True)
class Expectation:
    """What ought to resemble a film.

    Attributes
    ----------
    title : str
        As people write it, with the year.
    genres : tuple of str
        What makes it the kind of film it is: a neighbour of its kind has all of these.
    kin : tuple of str
        Films of its series, of its maker or of its kind that somebody who loves films would name.
    """

    title: str
    genres: tuple[str, ...]
    kin: tuple[str, ...]


def short_titles(dataset: Dataset) -> dict[str, int]:
    """Return the films of a data set by title and year, without further names and in lower case."""
    found: dict[str, int] = {}
    for item in reversed(range(dataset.n_movies)):
        title = format_movie_title(dataset.movies.title(item))
        parts = _FURTHER_NAMES.match(title)
        found[(f"{parts[1]} ({parts[2]})" if parts else title).casefold()] = item
    return found


FILMS: tuple[Expectation, ...] = tuple(
    Expectation(film["title"], tuple(film["genres"]), tuple(film["kin"]))
    for film in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["film"]
)
"""What `similar_films.toml` holds."""
