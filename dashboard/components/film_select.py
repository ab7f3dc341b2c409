"""A typo-tolerant choice of films."""

from collections.abc import Sequence

from core.display.titles import format_movie_title
from core.service import CineMatch
from core.views import MovieView

__all__ = ["KEEP_ALL", "film_option", "film_options"]

KEEP_ALL = {"function": "keepAll"}
"""The server has matched already: the browser must not drop what differs by a typo (assets/js/30-selects.js)."""


def film_option(movie: MovieView) -> dict[str, str]:
    """Return a film as an option of a select."""
    return {"value": str(movie.movie_id), "label": format_movie_title(movie.title)}


def film_options(service: CineMatch, text: str | None, chosen: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return the films like `text` (the most rated ones without it), and those that are chosen already."""
    found = [film_option(movie) for movie in service.search(text or "", limit=12).items]
    values = {option["value"] for option in found}
    return [*(film_option(service.movie(int(value))) for value in chosen if value not in values), *found]
