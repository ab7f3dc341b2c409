"""Controls of the search for similar films."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.views import ModelStatus, SimilarMovie
from dashboard.components.algorithm_card import algorithm_options
from dashboard.components.chart import chart
from dashboard.components.film_select import KEEP_ALL
from dashboard.components.movie_card import similar_card
from dashboard.pages.analytics.ids import Analytics
from dashboard.pages.analytics.similarity_chart import similarity_bars

__all__ = ["similar_panel", "similar_view"]


def similar_panel(
    statuses: Sequence[ModelStatus], options: list[dict[str, str]], film: str | None, algorithm: str | None
) -> Component:
    """Return the tab."""
    return html.Div(
        [
            html.P("Which films does an algorithm take to be alike? Each has its own measure.", className="lede"),
            html.Div(
                [
                    dmc.Select(
                        id=Analytics.FILM,
                        label="Film",
                        data=options,
                        value=film,
                        searchable=True,
                        filter=KEEP_ALL,
                        allowDeselect=False,
                        nothingFoundMessage="No such title",
                    ),
                    dmc.Select(
                        id=Analytics.SIMILAR_ALGORITHM,
                        label="Algorithm",
                        data=algorithm_options(list(statuses)),
                        value=algorithm,
                        allowDeselect=False,
                    ),
                    dmc.Select(
                        id=Analytics.SIMILAR_COUNT,
                        label="How many",
                        data=[{"value": str(n), "label": f"{n} films"} for n in (6, 12, 24)],
                        value="12",
                        allowDeselect=False,
                    ),
                ],
                className="compare-controls panel",
            ),
            dcc.Store(id=Analytics.SIMILAR_ADDRESS),
            html.Div(id=Analytics.SIMILAR, className="await"),
        ],
        className="stack-lg",
    )


def similar_view(name: str, found: Sequence[SimilarMovie], algorithm: str) -> Component:
    """Return the neighbours of a film as cards and as a chart."""
    return html.Div(
        [
            html.H2(f"Films like {name}", className="visually-hidden"),
            html.Ul([similar_card(neighbour) for neighbour in found], className="card-grid"),
            chart(
                f"Similarity to {name}",
                f"In the measure of {algorithm}; values of different algorithms do not compare.",
                similarity_bars(found),
                wide=True,
            ),
        ],
        className="stack-lg",
    )
