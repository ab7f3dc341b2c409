"""Charts of a data set, from the tables of `core.analytics`."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.figures.base import axis, figure

__all__ = [
    "activity_bars",
    "genre_bars",
    "genre_heatmap",
    "lorenz_curve",
    "mean_over_time",
    "popularity_ranks",
    "rating_bars",
    "ratings_over_time",
    "years_of_release",
]

Table = Mapping[str, Sequence[Any]]
_COLOUR = "#b8862a"


def rating_bars(table: Table, height: int = 300) -> dict[str, Any]:
    """Return how often each number of stars was given, as shares."""
    total = sum(table["count"]) or 1
    shares = [count / total for count in table["count"]]
    return figure(
        [
            _bars(
                [f"{stars:g}" for stars in table["rating"]],
                shares,
                "%{x} stars: %{customdata:,} ratings, %{y:.1%}<extra></extra>",
                list(table["count"]),
            )
        ],
        height=height,
        xaxis=axis("stars", type="category", showgrid=False),
        yaxis=axis("", tickformat=".0%", nticks=5),
    )


def genre_bars(table: Table) -> dict[str, Any]:
    """Return ratings per genre, the most rated at the top."""
    names = list(table["genre"])
    return figure(
        [
            {
                "type": "bar",
                "orientation": "h",
                "x": list(table["ratings"]),
                "y": names,
                "customdata": [
                    [f"{films:,}", "" if mean is None else f", {mean:.2f} stars on average"]
                    for films, mean in zip(table["movies"], table["mean_rating"], strict=True)
                ],
                "hovertemplate": "%{y}: %{x:,} ratings of %{customdata[0]} films%{customdata[1]}<extra></extra>",
                "marker": {"color": _COLOUR},
            }
        ],
        height=max(300, 60 + 21 * len(names)),
        xaxis=axis("ratings", nticks=5),
        yaxis=axis(autorange="reversed", showgrid=False),
    )


def ratings_over_time(table: Table) -> dict[str, Any]:
    """Return the number of ratings per month."""
    return figure(
        [_area(list(table["month"]), list(table["count"]), "%{x|%B %Y}: %{y:,} ratings<extra></extra>")],
        xaxis=axis(type="date", showgrid=False, nticks=8),
        yaxis=axis("ratings a month", nticks=5, rangemode="tozero"),
    )


def mean_over_time(table: Table) -> dict[str, Any]:
    """Return the mean rating by year of release."""
    rows = [
        (year, mean, films)
        for year, mean, films in zip(table["year"], table["mean_rating"], table["movies"], strict=True)
        if mean is not None
    ]
    return figure(
        [
            {
                "type": "scatter",
                "mode": "markers",
                "x": [year for year, _, _ in rows],
                "y": [mean for _, mean, _ in rows],
                "customdata": [films for _, _, films in rows],
                "marker": {
                    "color": _COLOUR,
                    "size": [4 + min(films, 400) ** 0.5 * 0.7 for _, _, films in rows],
                    "opacity": 0.85,
                    "line": {"width": 1},
                },
                "hovertemplate": "%{x}: %{y:.2f} stars, %{customdata:,} films<extra></extra>",
            }
        ],
        xaxis=axis(showgrid=False, nticks=8),
        yaxis=axis("mean stars", nticks=5),
    )


def years_of_release(table: Table) -> dict[str, Any]:
    """Return films per year of release."""
    return figure(
        [_bars(list(table["year"]), list(table["movies"]), "%{x}: %{y:,} films<extra></extra>")],
        xaxis=axis(showgrid=False, nticks=8),
        yaxis=axis("films", nticks=5),
        bargap=0.05,
    )


def activity_bars(table: Table, unit: str) -> dict[str, Any]:
    """Return a histogram over bins that double, such as people by number of ratings."""
    names = [
        f"{low:,}" if low == high else f"{low:,} to {high:,}"
        for low, high in zip(table["low"], table["high"], strict=True)
    ]
    return figure(
        [_bars(names, list(table["count"]), f"%{{x}} ratings: %{{y:,}} {unit}<extra></extra>")],
        xaxis=axis("ratings", type="category", showgrid=False),
        yaxis=axis(unit, nticks=5),
    )


def lorenz_curve(curve: Mapping[str, Any]) -> dict[str, Any]:
    """Return which share of the ratings the least rated films have, beside the line of equality."""
    area = _area(
        list(curve["share_of_movies"]),
        list(curve["share_of_ratings"]),
        "the least rated %{x:.0%} of films have %{y:.1%} of the ratings<extra></extra>",
    )
    equal = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"dash": "dot", "width": 1.5, "color": "#8b8476"},
        "hoverinfo": "skip",
    }
    return figure(
        [area, equal],
        xaxis=axis("share of films, least rated first", tickformat=".0%", range=[0, 1], showgrid=False),
        yaxis=axis("share of ratings", tickformat=".0%", range=[0, 1], nticks=5),
    )


def popularity_ranks(curve: Mapping[str, Any]) -> dict[str, Any]:
    """Return ratings by popularity rank, both axes logarithmic: the long tail."""
    return figure(
        [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": list(curve["rank"]),
                "y": list(curve["count"]),
                "line": {"color": _COLOUR, "width": 2},
                "marker": {"color": _COLOUR, "size": 5},
                "hovertemplate": "film number %{x:,} has %{y:,} ratings<extra></extra>",
            }
        ],
        xaxis=axis("rank", type="log", showgrid=False, dtick=1),
        yaxis=axis("ratings", type="log", dtick=1),
    )


def genre_heatmap(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return how much the films of two genres overlap (Jaccard); the diagonal is left empty."""
    names = list(table["genres"])
    values = [
        [None if row == column else value for column, value in enumerate(line)]
        for row, line in enumerate(table["jaccard"])
    ]
    return figure(
        [
            {
                "type": "heatmap",
                "x": names,
                "y": names,
                "z": values,
                "customdata": table["counts"],
                # From nothing to the accent: the ground of the page shows through in light and in dark.
                "colorscale": [
                    [0, "rgba(192,140,18,0.05)"],
                    [0.35, "rgba(192,140,18,0.55)"],
                    [1, "rgba(192,140,18,1)"],
                ],
                "xgap": 2,
                "ygap": 2,
                "hoverongaps": False,
                "colorbar": {"thickness": 10, "outlinewidth": 0, "tickformat": ".0%", "len": 0.9},
                "hovertemplate": "%{y} and %{x}: %{customdata:,} films, overlap %{z:.1%}<extra></extra>",
            }
        ],
        height=max(340, 110 + 25 * len(names)),
        xaxis=axis(showgrid=False, tickangle=-45),
        yaxis=axis(showgrid=False, autorange="reversed"),
    )


def _bars(x: list[Any], y: list[Any], hover: str, extra: list[Any] | None = None) -> dict[str, Any]:
    trace: dict[str, Any] = {"type": "bar", "x": x, "y": y, "hovertemplate": hover, "marker": {"color": _COLOUR}}
    return trace if extra is None else {**trace, "customdata": extra}


def _area(x: list[Any], y: list[Any], hover: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": _COLOUR, "width": 2},
        "fill": "tozeroy",
        "fillcolor": "rgba(192,140,18,0.2)",
        "hovertemplate": hover,
    }
