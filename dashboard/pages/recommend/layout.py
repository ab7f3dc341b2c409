"""Lists for a stored user or for what a visitor rates, with reasons."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.service import LONGEST_SENTENCE, CineMatch
from dashboard.address import FilterState, Query, integer, mode_of, whole_numbers, wish_from_query, words
from dashboard.components.algorithm_card import algorithm_note, algorithm_options
from dashboard.components.controls import DEFAULT_COUNT, count_select, fold, reset_button
from dashboard.components.filters import filter_controls
from dashboard.components.friend_picks import friend_picks
from dashboard.components.icons import icon
from dashboard.components.light import Node, mounted, own
from dashboard.components.lists import film_list
from dashboard.components.sentence import sentence_field
from dashboard.components.tag_select import TAGS_OFFERED, tag_select
from dashboard.components.user_select import user_select
from dashboard.pages.recommend.history import history
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.watchlist import watchlist_fold
from dashboard.pages.recommend.wishes import wishes_fold

__all__ = ["algorithm_note_of", "body_class", "layout"]


def body_class(mode: str) -> str:
    """Return the class of the list and what stands beside it: a person's own films where it is made from those."""
    return f"recommend-body for-{mode}"


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page with its controls as the address says."""
    mode = mode_of(query)
    return html.Div(
        [
            html.H1("Recommendations"),
            html.Section(_controls(service, query, mode), className="asked", **{"aria-label": "What to recommend"}),
            html.Div(
                [
                    html.Div(_results(query), className="results"),
                    html.Section(
                        history(service, opened=query.get("bring") == "1"),
                        className="history stack",
                        **{"aria-label": "Your films"},
                    ),
                ],
                id=Recommend.BODY,
                className=body_class(mode),
            ),
            html.Section(
                [html.Div(html.H2("The taste behind it"), className="section-head"), _taste()],
                className="section",
            ),
            dcc.Store(id=Recommend.ADDRESS),
            dcc.Store(id=Recommend.PASSED),
            dcc.Download(id=Recommend.DOWNLOAD),
        ],
        className="recommend",
    )


def _controls(service: CineMatch, query: Query, mode: str) -> list[Component]:
    span = service.year_span()
    state = FilterState.from_query(query, service.genre_names(), span)
    user = service.user_named(query.get("user", ""))
    count = integer(query, "n", DEFAULT_COUNT, 1, 500) or DEFAULT_COUNT
    statuses = service.models()
    loaded = {status.key for status in statuses if status.state == "loaded"}
    asked = query.get("algorithm", "")
    algorithm = asked if asked in loaded else service.default_algorithm() if loaded else None
    tags = service.tags(limit=TAGS_OFFERED)
    return [
        html.Div(
            [
                sentence_field(Recommend.SAY, query.get("say", ""), LONGEST_SENTENCE),
                mounted(None, id=Recommend.READING, className="asked-reading"),
            ],
            className="asked-sentence",
        ),
        dmc.SegmentedControl(
            id=Recommend.MODE,
            data=[
                {"value": "user", "label": "For a viewer"},
                {"value": "me", "label": "For me"},
                {"value": "friend", "label": "For a friend"},
            ],
            value=mode,
            className="asked-mode",
            **{"aria-label": "Whose taste"},
        ),
        own(
            "Panel",
            children=user_select(Recommend.USER, service.users(keep=() if user is None else (user,)), user),
            id=Recommend.USER_PANEL,
            className="asked-user",
            style=None if mode == "user" else {"display": "none"},
        ),
        html.Div(
            friend_picks(Recommend.FRIEND, needed=mode == "friend"),
            id=Recommend.FRIEND_PANEL,
            className="asked-friend",
            style=None if mode == "friend" else {"display": "none"},
        ),
        html.Div(
            dmc.Select(
                id=Recommend.ALGORITHM,
                label="Algorithm",
                data=algorithm_options(statuses),
                value=algorithm,
                allowDeselect=False,
            ),
            className="asked-algorithm",
        ),
        html.Div(count_select(Recommend.COUNT, count), className="asked-count"),
        html.Div(
            [
                fold(
                    "filter",
                    "Filters",
                    [
                        *filter_controls(
                            state,
                            service.genre_names(),
                            span,
                            genres_id=Recommend.GENRES,
                            exclude_genres_id=Recommend.EXCLUDE,
                            all_genres_id=Recommend.ALL_GENRES,
                            years_id=Recommend.YEARS,
                            min_ratings_id=Recommend.MIN_RATINGS,
                            max_ratings_id=Recommend.MAX_RATINGS,
                        ),
                        *(
                            tag_select(component_id, tags, chosen, label=label, placeholder=hint)
                            for component_id, chosen, label, hint in (
                                (Recommend.TAGS, state.tags, "Tags", "Any"),
                                (Recommend.EXCLUDE_TAGS, state.exclude_tags, "Without tags", "None excluded"),
                            )
                        ),
                        reset_button(Recommend.RESET, "Reset filters"),
                    ],
                    opened=state != FilterState(),
                ),
                wishes_fold(service, wish_from_query(query), algorithm, words(query, "near_tags")),
                watchlist_fold(only=query.get("watchlist") == "1"),
                fold(
                    "why",
                    "About the algorithm",
                    [mounted(algorithm_note_of(service, algorithm), id=Recommend.ALGORITHM_NOTE, className="note")],
                    opened=False,
                ),
            ],
            className="asked-folds",
        ),
    ]


def algorithm_note_of(service: CineMatch, key: str | None) -> Component | str:
    """Return what is told of an algorithm."""
    status = next((status for status in service.models() if status.key == key), None)
    return algorithm_note(status) if status else "No algorithm is loaded."


def _results(query: Query) -> list[Component | Node]:
    return [
        html.Div(
            [
                html.P(id=Recommend.SUMMARY, className="muted", **{"aria-live": "polite"}),
                html.Div(
                    [
                        dmc.Button(
                            kind.upper(),
                            id=component_id,
                            variant="default",
                            size="xs",
                            leftSection=icon("download"),
                            **{"aria-label": f"Download the list as {kind.upper()}"},
                        )
                        for kind, component_id in (("csv", Recommend.CSV), ("json", Recommend.JSON))
                    ]
                    + [own("ShareButton", what="list", label="Share", title="Share this list")],
                    className="toolbar-end",
                ),
            ],
            className="toolbar results-head",
        ),
        film_list(Recommend.RESULTS, DEFAULT_COUNT, follows=Recommend.TASTE),
        dmc.Button("Show me others", id=Recommend.OTHERS, variant="default", className="others", n_clicks=0),
        own("Shaping", id=Recommend.SHAPING, off={"movies": whole_numbers(query, "without")}),
    ]


def _taste() -> Node:
    return mounted(None, id=Recommend.TASTE, className="later")
