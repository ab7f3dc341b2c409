"""Genres as people read and see them."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["create_genre_color_map", "format_genres", "genre_names", "get_genre_emoji"]

NO_GENRES = "(no genres listed)"

# Twenty colours that can be told apart (at least 20 apart in CIELAB), each with a contrast of at least 3:1 (WCAG 2.2,
# 1.4.11) against white and against dark grey, so with 16% to 30% of white's luminance. A test computes both.
_COLORS = {
    "Action": "#e03131",
    "Adventure": "#52a020",
    "Animation": "#0f86a0",
    "Children": "#ec6a1f",
    "Comedy": "#a67c00",
    "Crime": "#8f5bb0",
    "Documentary": "#6272a4",
    "Drama": "#316be2",
    "Fantasy": "#be4bdb",
    "Film-Noir": "#8a7658",
    "Horror": "#ba4a50",
    "IMAX": "#10a58f",
    "Musical": "#e0359b",
    "Mystery": "#7c5cf5",
    "Romance": "#ee5f92",
    "Sci-Fi": "#1e95e0",
    "Thriller": "#1c7f4a",
    "War": "#7d7d23",
    "Western": "#ad5f35",
    NO_GENRES: "#8b9096",
}

_EMOJI = {
    "action": "💥",
    "adventure": "🗺️",
    "animation": "🎨",
    "children": "🧸",
    "comedy": "😂",
    "crime": "🕵️",
    "documentary": "📚",
    "drama": "🎭",
    "fantasy": "🧙",
    "film-noir": "🌃",
    "horror": "👻",
    "imax": "🎥",
    "musical": "🎵",
    "mystery": "🔍",
    "romance": "💕",
    "sci-fi": "🚀",
    "thriller": "😱",
    "war": "⚔️",
    "western": "🤠",
}
_ANY_FILM = "🎬"


def genre_names(genres: object) -> list[str]:
    """Return the genres of a cell as a list, whatever form the cell has.

    Parameters
    ----------
    genres : str, iterable of str, or missing
        ``Action|Comedy``, ``["Action", "Comedy"]``, None, NaN. Blank parts, repetitions and
        ``(no genres listed)`` are dropped.
    """
    if isinstance(genres, str):
        parts: Iterable[object] = genres.split("|")
    elif isinstance(genres, Iterable):
        parts = genres
    else:
        parts = ()
    names = (part.strip() for part in parts if isinstance(part, str))
    return list(dict.fromkeys(name for name in names if name and name != NO_GENRES))


def format_genres(genres: object, max_genres: int = 3) -> str:
    """Return genres for people: ``Action, Comedy (+1 more)``.

    Parameters
    ----------
    genres : str, iterable of str, or missing
        See `genre_names`. Where there are none the answer is ``Unknown``.
    max_genres : int
        How many are named; at least one always is.
    """
    names = genre_names(genres)
    if not names:
        return "Unknown"
    shown = names[: max(max_genres, 1)]
    more = len(names) - len(shown)
    return f"{', '.join(shown)} (+{more} more)" if more else ", ".join(shown)


def create_genre_color_map() -> dict[str, str]:
    """Return a colour per genre as ``#rrggbb``: MovieLens' 19, and a neutral one for ``(no genres listed)``.

    All are distinct and readable on light and on dark. For other genres:
    ``colors.get(genre, colors["(no genres listed)"])``.
    """
    return dict(_COLORS)


def get_genre_emoji(genre: object) -> str:
    """Return an emoji for a genre, 🎬 for an unknown or missing one."""
    return _EMOJI.get(genre.strip().lower(), _ANY_FILM) if isinstance(genre, str) else _ANY_FILM
