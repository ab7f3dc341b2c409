"""A typo-tolerant choice of films."""

from collections.abc import Sequence

from core.display.titles import other_title, title_parts
from core.views import MovieView

__all__ = ["FILMS_OFFERED", "KEEP_ALL", "film_option", "film_options"]

FILMS_OFFERED = 12
"""How many films a select offers at once."""

KEEP_ALL = {"function": "keepAll"}
"""The server has matched already: the browser must not drop what differs by a typo (assets/js/30-selects.js)."""


def film_option(movie: MovieView) -> dict[str, str]:
    """Return a film as an option of a select."""
    parts, other = title_parts(movie.title), other_title(movie.title)
    label = " ".join(filter(None, [parts.name, f"({other})" if other else "", parts.year]))
    return {"value": str(movie.movie_id), "label": label}


def film_options(found: Sequence[MovieView], chosen: Sequence[MovieView] = ()) -> list[dict[str, str]]:
    """Return the films that were found as options, behind those that are chosen already."""
    offered = {movie.movie_id for movie in found}
    return [film_option(movie) for movie in (*(movie for movie in chosen if movie.movie_id not in offered), *found)]
