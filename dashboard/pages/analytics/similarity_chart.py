"""Neighbours of a film."""

from collections.abc import Sequence
from typing import Any

from core.display.titles import short_title
from core.views import SimilarMovie
from dashboard.figures.base import axis, figure

__all__ = ["similarity_bars"]

_LONGEST = 44


def similarity_bars(found: Sequence[SimilarMovie]) -> dict[str, Any]:
    """Return one bar per neighbour, the most similar at the top."""
    names = [_short(short_title(movie.title)) for movie in found]
    return figure(
        [
            {
                "type": "bar",
                "orientation": "h",
                "x": [movie.similarity for movie in found],
                # Two films may bear one title: positions keep their bars apart.
                "y": list(range(len(found))),
                "customdata": [[name, movie.text] for name, movie in zip(names, found, strict=True)],
                "hovertemplate": "%{customdata[0]}: %{x:.3f}<br>%{customdata[1]}<extra></extra>",
                "marker": {"color": "#b8862a"},
            }
        ],
        height=60 + 26 * max(len(found), 1),
        xaxis=axis("similarity"),
        yaxis=axis(
            autorange="reversed", showgrid=False, tickmode="array", tickvals=list(range(len(names))), ticktext=names
        ),
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
