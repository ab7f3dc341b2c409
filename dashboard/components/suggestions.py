"""Films that the header's field offers while people type."""

from core.display.titles import other_title, short_title
from core.views import MovieView, SearchPage
from dashboard.address import href
from dashboard.components import light as html
from dashboard.components.poster import poster

__all__ = ["SUGGESTED", "suggestions"]

SUGGESTED = 7
"""How many films are offered."""


def suggestions(field: str, words: str, found: SearchPage) -> list[html.Node]:
    """Return the options below a field: the films that match best, and the way to all of them.

    Parameters
    ----------
    field : str
        Id of the field, with which the options' ids begin.
    """
    every = f"All {found.total:,} films for “{words}”" if found.total else f"No film is called like “{words}”"
    options = [(href(f"/movie/{movie.movie_id}"), _film(movie)) for movie in found.items]
    options.append((href("/search", q=words), [html.Span(every, className="suggestion-all")]))
    return [
        html.Div(
            shown,
            id=f"{field}-option-{place}",
            className="suggestion",
            role="option",
            **{"data-href": address, "aria-selected": "false"},
        )
        for place, (address, shown) in enumerate(options)
    ]


def _film(movie: MovieView) -> list[html.Node]:
    other = other_title(movie.title)
    said = [html.Span(short_title(movie.title, include_year=False), className="suggestion-title")]
    if other:
        said.append(html.Span(other, className="card-other"))
    shown: list[html.Node] = [
        poster(movie.movie_id, movie.title, movie.year, movie.genres, "sm"),
        html.Span(said, className="suggestion-text"),
    ]
    return [*shown, html.Span(str(movie.year), className="card-meta tabular")] if movie.year else shown
