"""Controls of the search for similar films."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.service import CineMatch
from core.views import ModelStatus, SimilarMovie, whole_number
from dashboard.address import Query
from dashboard.components.algorithm_card import LIKED_TOGETHER, similarity_options
from dashboard.components.chart import chart
from dashboard.components.film_select import FILMS_OFFERED, KEEP_ALL, film_options
from dashboard.components.lists import film_list, similar_list
from dashboard.pages.analytics.ids import Analytics
from dashboard.pages.analytics.similarity_chart import similarity_bars

__all__ = ["panel", "similar_panel", "similar_view"]


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab with the film and the measure of the address."""
    asked = query.get("film", "")
    number = whole_number(asked)
    chosen = [service.movie(number)] if number is not None and service.knows_movie(number) else []
    options = film_options(service.search("", limit=FILMS_OFFERED).items, chosen)
    film = asked if chosen else options[0]["value"] if options else None
    measures = [str(one["value"]) for one in similarity_options(service.models()) if not one["disabled"]]
    asked_by = query.get("algorithm", "")
    return similar_panel(service.models(), options, film, asked_by if asked_by in measures else LIKED_TOGETHER)


def similar_panel(
    statuses: Sequence[ModelStatus], options: list[dict[str, str]], film: str | None, measure: str
) -> Component:
    """Return the tab."""
    return html.Div(
        [
            html.P(
                "Films that the same people like more often than chance would have it, of one kind and time; "
                "or what an algorithm takes to be alike, each in its own measure.",
                className="lede",
            ),
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
                        label="Alike by",
                        data=similarity_options(list(statuses)),
                        value=measure,
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


def similar_view(name: str, found: Sequence[SimilarMovie], by: ModelStatus | None) -> Component:
    """Return the neighbours of a film as cards and as a chart; `by` is the algorithm that found them, if one did."""
    measure = (
        f"{by.name}: {by.similarity}. Numbers of different algorithms do not compare."
        if by
        else "Mostly the correlation of likes beyond chance; genres, years and tags add up to a fifth. 1 at most."
    )
    return html.Div(
        [
            html.H2(f"Films like {name}", className="visually-hidden"),
            film_list(Analytics.SIMILAR_FILMS, 0, {**similar_list(found), "className": "card-grid"}),
            chart(
                f"Similarity to {name}",
                measure,
                similarity_bars(found),
                wide=True,
            ),
        ],
        className="stack-lg",
    )
