"""A figure with its heading, what it says in words, and its place in the page."""

from typing import Any

from dash import dcc, html

from dashboard.components.light import own
from dashboard.figures.base import CONFIG

__all__ = ["chart"]


def chart(
    title: str, note: str, figure: dict[str, Any], *, wide: bool = False, one_series: bool = True
) -> html.Figure:
    """Return a chart.

    Parameters
    ----------
    note : str
        What the chart shows, in a sentence that stands for it where it cannot be seen.
    one_series : bool
        Painted in the accent of the colour scheme.
    """
    height = figure["layout"]["height"]
    return html.Figure(
        [
            html.Figcaption([html.H3(title), html.P(note), _files(title)]),
            html.Div(
                # Plotly takes more than a second to read: for who sees a chart.
                own(
                    "Near",
                    children=dcc.Graph(
                        figure=figure, config=CONFIG, style={"height": f"{height}px"}, responsive=True
                    ),
                ),
                role="img",
                # Until plotly has arrived the graph itself has no height, and all below it would move.
                style={"height": f"{height}px"},
                className="one-series" if one_series else "many-series",
                **{"aria-label": f"Chart: {title}. {note}"},
            ),
        ],
        className="chart panel chart-wide" if wide else "chart panel",
    )


def _files(title: str) -> html.Div:
    """Return the buttons that save the chart; assets/js/50-charts.js listens for all of them."""
    told = {"csv": "Data of {} as CSV", "png": "{} as PNG", "svg": "{} as SVG"}
    return html.Div(
        [
            html.Button(
                form.upper(),
                type="button",
                className="chart-file",
                **{"data-save": form, "aria-label": text.format(title), "title": text.format(title)},
            )
            for form, text in told.items()
        ],
        className="chart-files",
    )
