"""Typographic posters: a title set over the colours and the motif of a film's genres."""

from collections.abc import Sequence
from typing import Any

from core.display.titles import short_title
from dashboard.components import light as html
from dashboard.theme import MOTIF_ORDER, tone_of

__all__ = ["poster", "poster_look", "slug"]

_RANK = {genre: rank for rank, genre in enumerate(MOTIF_ORDER)}
_SHORT, _MEDIUM, _LONG = 12, 24, 42


def slug(genre: str) -> str:
    """Return a genre as the end of a class name: ``Film-Noir`` -> ``film-noir``."""
    return "".join(letter if letter.isalnum() else "-" for letter in genre.lower()).strip("-")


def poster_look(movie_id: int, name: str, genres: Sequence[str]) -> dict[str, Any]:
    """Return what a poster looks like: its motif, the size of its title, its colours and places.

    Parameters
    ----------
    movie_id : int
        Turns and shifts the motif, so that neighbours of one genre differ and a film always looks the same.
    """
    shown = sorted(genres, key=lambda genre: _RANK.get(genre, len(_RANK)))
    first = shown[0] if shown else None
    ground, ink = tone_of(first)
    second, _ = tone_of(shown[1] if len(shown) > 1 else first)
    seed = movie_id * 2654435761 % 4294967296
    return {
        "motif": f"motif-{slug(first) if first else 'none'}",
        "fit": _fit(name),
        "style": {
            "--ground": ground,
            "--second": second,
            "--ink": ink,
            "--turn": f"{seed % 50 - 25}deg",
            "--x": f"{18 + (seed >> 8) % 64}%",
            "--y": f"{12 + (seed >> 16) % 38}%",
        },
    }


def poster(movie_id: int, title: str, year: int | None, genres: Sequence[str], size: str = "md") -> html.Node:
    """Return a poster; hidden from screen readers, for the title always stands beside it.

    Parameters
    ----------
    size : str
        ``sm``, ``md`` or ``lg``.
    """
    name = short_title(title, include_year=False)
    look = poster_look(movie_id, name, genres)
    return html.Div(
        [
            html.Span(name, className=f"poster-title {look['fit']}"),
            html.Span(str(year or ""), className="poster-year"),
        ],
        className=f"poster poster-{size} {look['motif']}",
        style=look["style"],
        **{"aria-hidden": "true"},
    )


def _fit(name: str) -> str:
    longest = max(map(len, name.split()), default=0)
    if len(name) <= _SHORT and longest <= 8:
        return "fit-xl"
    if len(name) <= _MEDIUM and longest <= 10:
        return "fit-lg"
    return "fit-md" if len(name) <= _LONG and longest <= 12 else "fit-sm"
