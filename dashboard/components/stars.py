"""Ratings as stars: to read, and to give; assets/js/24-stars.js draws and keeps them."""

from typing import Literal

from dashboard.components import light as html

__all__ = ["Whose", "star_input", "stars"]

Whose = Literal["average", "predicted", "given"]
"""Of whom: all people's mean, what is predicted for one, what one gave."""


def stars(rating: float | None, label: str = "{rating:.1f} of 5 stars", whose: Whose = "average") -> html.Node:
    """Return a rating as five stars with its number, or ``Not rated``; whose it is shows in how they look."""
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
        className=f"stars-row stars-{whose}",
    )


def star_input(movie_id: int, title: str) -> html.Node:
    """Return stars that can be given by pointer or keys."""
    return html.own("StarInput", movie=movie_id, name=title)
