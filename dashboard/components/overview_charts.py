"""The data set in charts, each with its finding in a sentence."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.chart import chart
from dashboard.components.movie_row import movie_row
from dashboard.components.stars import stars
from dashboard.components.states import empty_state
from dashboard.figures import dataset as figures

__all__ = ["overview_charts"]

_BEST = 10


def overview_charts(overview: Mapping[str, Any], genres: Mapping[str, Any]) -> Component:
    """Return all charts; `genres` is the table of `core.analytics.similarity.genre_cooccurrence`."""
    curve = overview["popularity"]
    counts = overview["counts"]
    rated = counts["rated_movies"]
    tail = (
        f"The most rated tenth of the films has {curve['top_10_percent']:.0%} of all ratings; "
        f"{curve['rated_once']:,} of {rated:,} films have a single one."
    )
    return html.Div(
        [
            _ratings(overview),
            _genres(overview),
            _time(overview),
            chart("The long tail", tail, figures.popularity_ranks(curve)),
            chart(
                "Inequality of attention",
                f"Gini coefficient {curve['gini']:.2f}; {curve['half_of_ratings']:,} films have half of the ratings. "
                "Dotted: all films rated equally often.",
                figures.lorenz_curve(curve),
                one_series=False,
            ),
            chart(
                "How active people are",
                f"{counts['ratings_per_user']:,.0f} ratings each on average.",
                figures.activity_bars(overview["activity"], "people"),
            ),
            chart(
                "How often films are rated",
                f"{counts['movies'] - rated:,} films are not rated at all.",
                figures.activity_bars(overview["support"], "films"),
            ),
            chart("Years of release", "Films per year.", figures.years_of_release(overview["years"])),
            chart(
                "Mean rating by year of release",
                "Larger dots stand for more films. Old films are rated by those who seek them out.",
                figures.mean_over_time(overview["years"]),
            ),
            chart(
                "Genres that go together",
                "Films that bear both genres, as a share of those that bear either.",
                figures.genre_heatmap(genres),
                wide=True,
                one_series=False,
            ),
            _table("Most rated", overview["most_rated"]),
            _table("Best rated, by enough people", overview["best_rated"]),
        ],
        className="chart-grid",
    )


def _ratings(overview: Mapping[str, Any]) -> Component:
    table = overview["rating_histogram"]
    top = max(zip(table["count"], table["rating"], strict=True), default=(0, 0))
    note = f"Most often {top[1]:g} stars; {overview['counts']['mean_rating']:.2f} on average."
    # As high as the chart of genres that stands beside it.
    height = figures.genre_bars(overview["genres"])["layout"]["height"]
    return chart("Ratings given", note, figures.rating_bars(table, height))


def _genres(overview: Mapping[str, Any]) -> Component:
    table = overview["genres"]
    named = [
        (mean, name) for mean, name in zip(table["mean_rating"], table["genre"], strict=True) if mean is not None
    ]
    best = max(named, default=None)
    note = "A film counts in each of its genres." + (f" {best[1]} is rated best, {best[0]:.2f}." if best else "")
    return chart("Ratings by genre", note, figures.genre_bars(table))


def _time(overview: Mapping[str, Any]) -> Component:
    months = overview["months"]
    if not months["month"]:
        return empty_state("No dates", "The ratings of this data set carry no time.")
    note = f"From {months['month'][0]} to {months['month'][-1]}, by the month in which they were given."
    return chart("Ratings over time", note, figures.ratings_over_time(months), wide=True)


def _table(title: str, rows: list[dict[str, Any]]) -> Component:
    return html.Section(
        [
            html.H3(title),
            html.Ul(
                [
                    movie_row(
                        row["movie_id"],
                        row["title"],
                        row["year"],
                        row["genres"],
                        stars(row["mean_rating"]),
                        html.Span(f"{row['rating_count']:,}", className="card-meta tabular", title="ratings"),
                    )
                    for row in rows[:_BEST]
                ],
                className="movie-list",
            ),
        ],
        className="panel stack-sm",
    )
