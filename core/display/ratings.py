"""Ratings as text and as markup."""

from __future__ import annotations

import math
from typing import SupportsFloat

__all__ = ["create_rating_stars", "format_rating"]

_HIGHEST = 5.0


def _stars(rating: object) -> float | None:
    """Return a rating within 0 and 5, or None where there is none."""
    if isinstance(rating, bool) or not isinstance(rating, SupportsFloat | str):
        return None
    try:
        value = float(rating)
    except (ValueError, TypeError):
        return None
    return None if math.isnan(value) else min(max(value, 0.0), _HIGHEST)


def format_rating(rating: object, style: str = "stars") -> str:
    """Return a rating as text.

    Parameters
    ----------
    rating : float or missing
        Stars; clamped to 0 and 5. A missing one gives ``Not rated``.
    style : str
        ``stars``: ``⭐⭐⭐⭐✨ (4.7/5.0)``, ✨ for half a star or more that is left over. ``number``: ``4.7/5.0``.

    Raises
    ------
    ValueError
        For another style.
    """
    if style not in ("stars", "number"):
        raise ValueError(f"There is no style {style!r}. Choose 'stars' or 'number'.")
    value = _stars(rating)
    if value is None:
        return "Not rated"
    number = f"{value:.1f}/{_HIGHEST:.1f}"
    if style == "number":
        return number
    full = int(value)
    return f"{'⭐' * full}{'✨' if value - full >= 0.5 else ''} ({number})".lstrip()


def create_rating_stars(rating: object) -> str:
    """Return an HTML fragment of five stars, filled up to the nearest half.

    Parameters
    ----------
    rating : float or missing
        Clamped to 0 and 5.

    Returns
    -------
    str
        About 113 characters, made of constants and one formatted number only, so that nothing a caller passes
        gets into the markup. Half a star is ``½``.
    """
    value = _stars(rating)
    if value is None:
        return (
            '<span class="rating-stars rating-none" role="img" aria-label="not rated" title="Not rated">☆☆☆☆☆</span>'
        )
    halves = math.floor(value * 2 + 0.5)
    full, half = divmod(halves, 2)
    drawn = "★" * full + "½" * half + "☆" * (5 - full - half)
    label = f"{value:.1f} of 5"
    return (
        f'<span class="rating-stars" role="img" aria-label="{label}" title="{label} stars" dir="ltr">{drawn}</span>'
    )
