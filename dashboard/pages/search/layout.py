"""The catalogue: typo-tolerant search with filters."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.service import CineMatch
from dashboard.address import FilterState, Query, integer
from dashboard.components.filters import filter_controls
from dashboard.components.icons import icon
from dashboard.components.lists import film_list
from dashboard.components.tag_select import TAGS_OFFERED, tag_select
from dashboard.pages.search.ids import Search

__all__ = ["PAGE_SIZE", "layout"]

PAGE_SIZE = 24


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page with its controls as the address says."""
    span = service.year_span()
    names = service.genre_names()
    state = FilterState.from_query(query, names, span)
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Films"),
                    dmc.TextInput(
                        id=Search.QUERY,
                        label="Title",
                        placeholder="matrix, amelie, godfather part 2 …",
                        value=query.get("q", ""),
                        leftSection=icon("search"),
                        size="md",
                        debounce=250,
                    ),
                    html.Div(
                        [
                            tag_select(
                                Search.TAGS,
                                service.tags(limit=TAGS_OFFERED),
                                state.tags,
                                label="Tags",
                                placeholder="dark comedy, twist ending …",
                            ),
                            *filter_controls(
                                state,
                                names,
                                span,
                                genres_id=Search.GENRES,
                                years_id=Search.YEARS,
                                min_ratings_id=Search.MIN_RATINGS,
                            ),
                        ],
                        className="compare-controls",
                    ),
                ],
                className="search-head",
                role="search",
                **{"aria-label": "Catalogue"},
            ),
            dcc.Store(id=Search.ADDRESS),
            html.P(id=Search.SUMMARY, className="muted search-summary", **{"aria-live": "polite"}),
            film_list(Search.RESULTS, 12),
            html.Div(
                dmc.Pagination(
                    id=Search.PAGE,
                    total=1,
                    value=integer(query, "page", 1, 1),
                    withControls=False,
                ),
                className="pager",
                id=f"{Search.PAGE}-box",
            ),
        ]
    )
