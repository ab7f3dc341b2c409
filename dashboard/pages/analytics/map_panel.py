"""A map of films: those that a model takes to be alike stand near each other."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.display.titles import short_title
from core.service import CineMatch
from core.views import FilmMap
from dashboard.address import Query, href
from dashboard.components.icons import icon
from dashboard.components.job_list import jobs_panel
from dashboard.components.states import empty_state
from dashboard.pages.analytics.ids import Map
from dashboard.pages.analytics.picks import picked

__all__ = ["COLOURS", "map_data", "map_view", "panel"]

COLOURS = {"genre": "Genre", "decade": "Decade", "match": "My match"}


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab with the algorithm and the colours of the address."""
    names = {
        status.key: status.name
        for status in service.models()
        if status.state == "loaded" and service.film_maps.possible(status.key)
    }
    if not names:
        return empty_state(
            "No map can be drawn", "None of the loaded algorithms has vectors of films: run `cinematch train`."
        )
    algorithm = picked(query, "algorithm", list(names))
    colour = picked(query, "colour", list(COLOURS))
    return html.Div(
        [
            html.P(
                "Every dot is a film; films that the algorithm takes to be alike stand near each other. Directions "
                "and distances between far groups mean nothing.",
                className="lede",
            ),
            html.Nav(
                [
                    html.A(
                        name,
                        href=href("/analytics", tab="map", algorithm=key, colour=colour),
                        className="chip",
                        **{"data-nav": "1", **({"aria-current": "true"} if key == algorithm else {})},
                    )
                    for key, name in names.items()
                ],
                className="chips",
                **{"aria-label": "Laid out by"},
            ),
            dcc.Store(id=Map.ADDRESS),
            dcc.Store(id=Map.ASKED, data={"algorithm": algorithm, "colour": colour}),
            html.Div(map_view(service, algorithm, colour), id=Map.VIEW),
            jobs_panel(),
        ],
        className="stack-lg",
    )


def map_view(service: CineMatch, algorithm: str, colour: str) -> Component:
    """Return the map with its controls, or the button that has it drawn."""
    found = service.film_maps.stored(algorithm)
    draw = dmc.Button("Draw the map", id=Map.DRAW, leftSection=icon("play"))
    if found is None:
        return html.Div(
            [
                empty_state("Not drawn yet", "It takes a minute or two in the background, and is kept.", draw),
                dcc.Store(id=Map.DATA),
                dcc.Store(id=Map.MATCHES),
            ]
        )
    return html.Section(
        [
            html.Div(
                [
                    dmc.TextInput(id=Map.SEARCH, label="Find a film on the map", placeholder="Title", w="18rem"),
                    html.Div(
                        [
                            html.Div("Colours", className="control-label"),
                            dmc.SegmentedControl(
                                id=Map.COLOUR,
                                data=[{"value": key, "label": name} for key, name in COLOURS.items()],
                                value=colour,
                                **{"aria-label": "Colours"},
                            ),
                        ]
                    ),
                ],
                className="toolbar toolbar-low",
            ),
            html.P(
                f"{len(found.titles):,} films. Drag to move, plus and minus to zoom, 0 for the whole; by keyboard, "
                "on the map, the arrows move it, and Enter opens the film in the middle.",
                className="note",
                id=f"{Map.CANVAS}-help",
            ),
            html.Div(
                [
                    html.Canvas(
                        id=Map.CANVAS,
                        className="film-map",
                        tabIndex=0,
                        role="application",
                        **{"aria-label": "Map of films", "aria-describedby": f"{Map.CANVAS}-help"},
                    ),
                    html.Div(
                        [
                            _zoom(sign, act, told)
                            for sign, act, told in (
                                ("+", "in", "Zoom in"),
                                ("−", "out", "Zoom out"),
                                ("0", "whole", "Show the whole map"),
                            )
                        ],
                        className="film-map-zoom",
                    ),
                ],
                className="film-map-frame",
            ),
            html.Div(id=Map.LEGEND, className="film-map-legend"),
            html.Div(id=Map.FOUND, className="film-map-found", **{"aria-live": "polite"}),
            dcc.Store(id=Map.DATA, data=map_data(found)),
            dcc.Store(id=Map.MATCHES),
        ],
        className="panel stack",
        **{"aria-label": "Map of films"},
    )


def map_data(found: FilmMap) -> dict[str, object]:
    """Return what the browser draws (assets/js/60-film-map.js): columns, and where a film's page is."""
    return {
        "ids": found.movie_ids,
        "titles": [short_title(title) for title in found.titles],
        "years": found.years,
        "genres": found.genres,
        "ratings": found.ratings,
        "x": found.x,
        "y": found.y,
        "page": href("/movie/0").removesuffix("0"),
    }


def _zoom(sign: str, act: str, told: str) -> Component:
    return html.Button(sign, type="button", className="chart-file", **{"data-map": act, "aria-label": told})
