"""A film as one line."""

from collections.abc import Sequence

from core.display.titles import other_title, short_title
from dashboard.address import href
from dashboard.components import light as html
from dashboard.components.film_data import film_meta
from dashboard.components.poster import poster

__all__ = ["movie_row"]


def movie_row(movie_id: int, title: str, year: int | None, genres: Sequence[str], *extra: html.Node) -> html.Node:
    """Return a film as one line: small poster, title, and what is given beside it."""
    name, other = short_title(title, include_year=False), other_title(title)
    return html.Li(
        [
            poster(movie_id, title, year, genres, "sm"),
            html.Div(
                [
                    html.A(name, href=href(f"/movie/{movie_id}"), className="row-title", **{"data-nav": "1"}),
                    *([html.Span(other, className="card-other", title=other)] if other else []),
                    html.Span(film_meta(year, genres), className="card-meta"),
                ],
                className="row-text",
            ),
            html.Div(list(extra), className="row-extra"),
        ],
        className="movie-row",
    )
