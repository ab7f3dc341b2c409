"""Numbers that describe a list of recommendations."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from core.display.genres import genre_names

__all__ = ["calculate_diversity_score", "get_recommendation_stats"]

_TOP_GENRES = 5
_RATING_NAMES = ("predicted_rating", "prediction", "rating")


def calculate_diversity_score(recommendations: Any) -> float:
    """Return how different the genres of a list's films are, 0 (all the same) to 1 (nothing in common).

    Parameters
    ----------
    recommendations : iterable or DataFrame
        Rows with genres: mappings or objects with ``genres``, a pandas DataFrame with that column, or the genres
        themselves (lists, or text such as ``Action|Comedy``).

    Returns
    -------
    float
        The mean over all pairs of films of the Jaccard distance of their genres, 1 - |A ∩ B| / |A ∪ B|, so that
        the score does not fall merely because the list grows. Two films without genres count as alike. 0.0 for
        fewer than two rows.
    """
    sets = [frozenset(genre_names(_genres(row))) for row in _rows(recommendations)]
    pairs = len(sets) * (len(sets) - 1) // 2
    # Rows with equal genres are counted together: their distance is 0, and long lists repeat few combinations.
    counted = Counter(sets)
    total = sum(
        counted[first] * counted[second] * (1 - len(first & second) / len(first | second))
        for first, second in combinations(counted, 2)
    )
    return float(total / pairs) if pairs else 0.0


def get_recommendation_stats(recommendations: Any) -> dict[str, Any]:
    """Summarise a list of recommendations.

    Parameters
    ----------
    recommendations : iterable or DataFrame
        Rows as for `calculate_diversity_score`, with ``predicted_rating``; rows without one do not count in the
        averages.

    Returns
    -------
    dict
        ``count``; ``avg_predicted_rating``, ``min_predicted_rating``, ``max_predicted_rating`` (two decimals, None
        where there are none, never NaN); ``diversity_score``; ``top_genres`` (at most five, name to number of
        films, most frequent first and among equals by name).
    """
    rows = _rows(recommendations)
    ratings = [rating for row in rows if (rating := _rating(row)) is not None]
    genres = Counter(name for row in rows for name in genre_names(_genres(row)))
    top = sorted(genres.items(), key=lambda entry: (-entry[1], entry[0]))[:_TOP_GENRES]
    return {
        "count": len(rows),
        "avg_predicted_rating": round(sum(ratings) / len(ratings), 2) if ratings else None,
        "min_predicted_rating": round(min(ratings), 2) if ratings else None,
        "max_predicted_rating": round(max(ratings), 2) if ratings else None,
        "diversity_score": calculate_diversity_score(rows),
        "top_genres": dict(top),
    }


def _rows(recommendations: Any) -> list[Any]:
    if recommendations is None:
        return []
    if hasattr(recommendations, "to_dict") and hasattr(recommendations, "columns"):
        return list(recommendations.to_dict("records"))
    items = getattr(recommendations, "items", None)
    if not isinstance(recommendations, Mapping) and isinstance(items, list):
        return list(items)
    if isinstance(recommendations, Mapping | str) or not isinstance(recommendations, Iterable):
        raise TypeError(
            f"Recommendations must be a list of rows or a DataFrame, not {type(recommendations).__name__}."
        )
    return list(recommendations)


def _field(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def _genres(row: Any) -> Any:
    if isinstance(row, str | list | tuple | set | frozenset) and not hasattr(row, "_fields"):
        return row
    return _field(row, "genres")


def _rating(row: Any) -> float | None:
    for name in _RATING_NAMES:
        value = _field(row, name)
        if isinstance(value, bool) or value is None or isinstance(value, str):
            continue
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number):
            return number
    return None
