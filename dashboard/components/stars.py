"""Ratings as stars: to read, and to give."""

from dashboard.components import light as html

__all__ = ["star_input", "stars"]


def stars(rating: float | None, label: str = "{rating:.1f} of 5 stars") -> html.Node:
    """Return a rating as five stars with its number, or ``Not rated``."""
    if rating is None:
        return html.Span("Not rated", className="stars-none")
    return html.Span(
        [
            html.Span(
                className="stars",
                role="img",
                style={"--value": f"{rating / 5:.3f}"},
                **{"aria-label": label.format(rating=rating)},
            ),
            html.Span(f"{rating:.1f}", className="stars-number", **{"aria-hidden": "true"}),
        ],
        className="stars-row",
    )


def star_input(movie_id: int, title: str) -> html.Node:
    """Return stars that can be given by pointer or arrow keys; assets/js/20-ratings.js keeps and paints them."""
    return html.Div(
        className="stars stars-input",
        role="slider",
        tabIndex=0,
        **{
            "data-rate": str(movie_id),
            "aria-label": f"Your rating of {title}",
            "aria-valuemin": "0",
            "aria-valuemax": "5",
            "aria-valuenow": "0",
            "aria-valuetext": "not rated",
        },
    )
