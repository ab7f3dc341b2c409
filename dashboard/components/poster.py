"""Typographic posters: a title set over the colours and the motif of a film's genres."""

from collections.abc import Sequence

from core.display.titles import short_title
from dashboard.components import light as html
from dashboard.theme import MOTIF_ORDER, tone_of

__all__ = ["poster", "slug"]

_RANK = {genre: rank for rank, genre in enumerate(MOTIF_ORDER)}
_SHORT, _MEDIUM, _LONG = 12, 24, 42


def slug(genre: str) -> str:
    """Return a genre as the end of a class name: ``Film-Noir`` -> ``film-noir``."""
    return "".join(letter if letter.isalnum() else "-" for letter in genre.lower()).strip("-")


def poster(movie_id: int, title: str, year: int | None, genres: Sequence[str], size: str = "md") -> html.Node:
    """Return a poster; hidden from screen readers, for the title always stands beside it.

    Parameters
    ----------
    movie_id : int
        Turns and shifts the motif, so that neighbours of one genre differ and a film always looks the same.
    size : str
        ``sm``, ``md`` or ``lg``.
    """
    name = short_title(title, include_year=False)
    shown = sorted(genres, key=lambda genre: _RANK.get(genre, len(_RANK)))
    first = shown[0] if shown else None
    ground, ink = tone_of(first)
    second, _ = tone_of(shown[1] if len(shown) > 1 else first)
    seed = movie_id * 2654435761 % 4294967296
    style = {
        "--ground": ground,
        "--second": second,
        "--ink": ink,
        "--turn": f"{seed % 50 - 25}deg",
        "--x": f"{18 + (seed >> 8) % 64}%",
        "--y": f"{12 + (seed >> 16) % 38}%",
    }
    return html.Div(
        [
            html.Span(name, className=f"poster-title {_fit(name)}"),
            html.Span(str(year or ""), className="poster-year"),
        ],
        className=f"poster poster-{size} motif-{slug(first) if first else 'none'}",
        style=style,
        **{"aria-hidden": "true"},
    )


def _fit(name: str) -> str:
    longest = max(map(len, name.split()), default=0)
    if len(name) <= _SHORT and longest <= 8:
        return "fit-xl"
    if len(name) <= _MEDIUM and longest <= 10:
        return "fit-lg"
    return "fit-md" if len(name) <= _LONG and longest <= 12 else "fit-sm"
