"""Films in lists: a card with actions, a small card, and a row."""

from collections.abc import Sequence

from core.display.titles import other_title, short_title
from core.views import ListItem, MovieView, SimilarMovie
from dashboard.address import href
from dashboard.components import light as html
from dashboard.components.icons import icon
from dashboard.components.keep_button import keep_button
from dashboard.components.poster import poster
from dashboard.components.stars import star_input, stars

__all__ = ["movie_card", "movie_row", "recommendation_card", "similar_card"]


def recommendation_card(item: ListItem, *, visitor: bool) -> html.Node:
    """Return a film of a recommendation list; anybody can keep it, visitors can rate it or wave it away."""
    name = short_title(item.title, include_year=False)
    why = html.Button(
        "Why this?",
        className="link-button",
        type="button",
        **{"data-why": str(item.movie_id), "aria-label": f"Why this? {name}"},
    )
    tools: list[html.Node] = [keep_button(item.movie_id, name)]
    if visitor:
        tools.append(
            html.Button(
                icon("hide"),
                className="icon-button",
                type="button",
                title="Not interested",
                **{"data-hide": str(item.movie_id), "aria-label": f"Not interested in {name}"},
            )
        )
    body = [*_predicted(item), html.Div([why, html.Span(tools, className="card-tools")], className="card-actions")]
    if visitor:
        body.append(html.Div(["Seen it?", star_input(item.movie_id, name)], className="card-rate"))
    return _card(item.movie_id, item.title, item.year, item.genres, body, rank=item.rank)


def _predicted(item: ListItem) -> list[html.Node]:
    """Return the match where it was measured, and the stars with how far off they may be where that is known."""
    if item.predicted_rating is None:
        return [html.Span("No rating predicted", className="stars-none")]
    if item.predicted_spread is None:
        shown = stars(item.predicted_rating, "Predicted {rating:.1f} of 5 stars")
    else:
        off = f"{item.predicted_spread:.1f}"
        label = "Predicted {rating:.1f} of 5 stars, give or take " + off
        rating = stars(item.predicted_rating, label)
        around = html.Span(f"± {off}", className="card-meta tabular", **{"aria-hidden": "true"})
        shown = html.Div([rating, around], className="card-predicted")
    if item.match is None:
        return [shown]
    match = html.Span(
        [html.Span(f"{item.match:.0%} match", className="card-match-share"), " predicted"],
        className="card-match tabular",
        title="How likely 4 stars or more are, as checked on held-out ratings",
    )
    return [match, shown]


def movie_card(movie: MovieView) -> html.Node:
    """Return a film of the catalogue with its mean rating."""
    count = f"{movie.rating_count:,} rating{'' if movie.rating_count == 1 else 's'}"
    name = short_title(movie.title, include_year=False)
    meta = [html.Span(count, className="card-meta"), keep_button(movie.movie_id, name)]
    body = [stars(movie.mean_rating), html.Div(meta, className="card-actions")]
    return _card(movie.movie_id, movie.title, movie.year, movie.genres, body)


def similar_card(movie: SimilarMovie) -> html.Node:
    """Return a neighbour with what those say of it who liked the film itself."""
    body = [html.Span(movie.text, className="card-meta tabular")]
    return _card(movie.movie_id, movie.title, movie.year, movie.genres, body)


def movie_row(movie_id: int, title: str, year: int | None, genres: Sequence[str], *extra: html.Node) -> html.Node:
    """Return a film as one line: small poster, title, and what is given beside it."""
    name = short_title(title, include_year=False)
    return html.Li(
        [
            poster(movie_id, title, year, genres, "sm"),
            html.Div(
                [
                    html.A(name, href=href(f"/movie/{movie_id}"), className="row-title", **{"data-nav": "1"}),
                    *_other_name(title),
                    html.Span(_meta(year, genres), className="card-meta"),
                ],
                className="row-text",
            ),
            html.Div(list(extra), className="row-extra"),
        ],
        className="movie-row",
    )


def _card(
    movie_id: int,
    title: str,
    year: int | None,
    genres: Sequence[str],
    body: Sequence[html.Node],
    rank: int | None = None,
) -> html.Node:
    name = short_title(title, include_year=False)
    link = href(f"/movie/{movie_id}")
    head = html.A(name, href=link, className="card-title", **{"data-nav": "1"})
    ranked = [html.Span(f"{rank}", className="card-rank", **{"aria-hidden": "true"})] if rank else []
    return html.Li(
        [
            html.A(
                [poster(movie_id, title, year, genres), *ranked],
                href=link,
                className="card-poster",
                tabIndex=-1,
                **{"data-nav": "1", "aria-hidden": "true"},
            ),
            html.Div(
                [head, *_other_name(title), html.Span(_meta(year, genres), className="card-meta"), *body],
                className="card-body",
            ),
        ],
        className="movie-card",
        **{"data-movie": str(movie_id)},
    )


def _other_name(title: str) -> list[html.Node]:
    other = other_title(title)
    return [html.Span(other, className="card-other", title=other)] if other else []


def _meta(year: int | None, genres: Sequence[str]) -> str:
    shown = ", ".join(genres[:2]) or "No genres listed"
    return f"{year} · {shown}" if year else shown
