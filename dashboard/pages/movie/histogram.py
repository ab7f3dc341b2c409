"""How often each number of stars was given, as ten small bars."""

from collections.abc import Sequence

from dash import html

__all__ = ["rating_histogram"]


def rating_histogram(counts: Sequence[int]) -> html.Ol:
    """Return the bars; `counts` are for 0.5, 1.0 ... 5.0 stars."""
    top = max(counts, default=0) or 1
    return html.Ol(
        [
            html.Li(
                [
                    html.Span(style={"height": f"{100 * count / top:.1f}%"}, **{"aria-hidden": "true"}),
                    html.Span(f"{stars:g}", **{"aria-hidden": "true"}),
                    html.Span(f"{count:,} gave {stars:g} stars", className="visually-hidden"),
                ],
                title=f"{stars:g} stars: {count:,}",
            )
            for stars, count in ((index / 2 + 0.5, count) for index, count in enumerate(counts))
        ],
        className="histogram plain",
        **{"aria-label": "Ratings of this film"},
    )
