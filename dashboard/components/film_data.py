"""Films as plain data, for the lists that assets/js draws: what is to be read of each and how its poster looks."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from core.display.titles import other_title, short_title
from core.views import GroupItem, ListItem, MovieView, NextMovie, RatedMovie, ShapingRating, SharedFilm, SimilarMovie
from dashboard.address import href
from dashboard.components.poster import poster_look

__all__ = ["FilmData", "average_film", "film_data", "film_meta", "recommended_film", "shaping_film", "similar_film"]

_REMEMBERED = 2048
"""Films whose looks a process remembers, about 1.5 KB each: the same ones stand on most lists."""
FilmData = dict[str, Any]
"""A film's id (``movie``), name, link, line below the name, poster, and what a list adds."""
Film = GroupItem | ListItem | MovieView | NextMovie | RatedMovie | SharedFilm | SimilarMovie


def film_meta(year: int | None, genres: Sequence[str]) -> str:
    """Return the line below a film's name: ``1995 · Action, Crime``."""
    shown = ", ".join(genres[:2]) or "No genres listed"
    return f"{year} · {shown}" if year else shown


def film_data(film: Film) -> FilmData:
    """Return what every list shows of a film."""
    look = _look(film.movie_id, film.title, film.year, tuple(film.genres))
    return {**look, "href": href(f"/movie/{film.movie_id}")}


@lru_cache(maxsize=_REMEMBERED)
def _look(movie: int, title: str, year: int | None, genres: tuple[str, ...]) -> FilmData:
    name = short_title(title, include_year=False)
    return {
        "movie": movie,
        "name": name,
        "other": other_title(title),
        "meta": film_meta(year, genres),
        "year": str(year or ""),
        "poster": poster_look(movie, name, genres),
    }


def recommended_film(item: ListItem) -> FilmData:
    """Return a film of a recommendation list: the match where it was measured, the stars, how far off they may be."""
    return {
        **film_data(item),
        "rank": item.rank,
        "match": None if item.match is None else f"{item.match:.0%}",
        "predicted": item.predicted_rating,
        "spread": item.predicted_spread,
    }


def shaping_film(movie: MovieView, rating: ShapingRating) -> FilmData:
    """Return a rated film with what its rating does to a list."""
    return {**film_data(movie), "rating": rating.rating, "text": rating.text}


def average_film(movie: MovieView) -> FilmData:
    """Return a film of the catalogue with its mean rating."""
    count = f"{movie.rating_count:,} rating{'' if movie.rating_count == 1 else 's'}"
    return {**film_data(movie), "average": movie.mean_rating, "count": count}


def similar_film(movie: SimilarMovie | NextMovie) -> FilmData:
    """Return a film with how many of those who rated or liked another one did so with it, in words."""
    return {**film_data(movie), "text": movie.text}
