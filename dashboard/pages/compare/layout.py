"""Two to four algorithms for one person, side by side."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.service import CineMatch
from core.views import Overlap
from dashboard.address import Query, integer, mode_of, words
from dashboard.components.algorithm_card import algorithm_options
from dashboard.components.bars import share_bars
from dashboard.components.controls import DEFAULT_COUNT, count_select
from dashboard.components.friend_picks import friend_picks
from dashboard.components.light import mounted, own
from dashboard.components.side_by_side import side_by_side
from dashboard.components.user_select import user_select
from dashboard.pages.compare.ids import Compare

__all__ = ["FEWEST", "LONGEST", "MOST", "layout", "overlap_bars"]

FEWEST, MOST = 2, 4
"""Algorithms that are compared at a time."""
LONGEST = 50
"""Films of each list that are drawn at most."""


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page with its controls as the address says."""
    mode = mode_of(query)
    user = service.user_named(query.get("user", ""))
    count = integer(query, "n", DEFAULT_COUNT, 1, LONGEST) or DEFAULT_COUNT
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Side by side"),
                    html.P(
                        "What several algorithms list for one person. Lines lead from a film's place on one list to "
                        "its place on the next; arrows say how far it moved against the first list.",
                        className="lede",
                    ),
                ],
                className="page-head",
            ),
            html.Section(
                [
                    dmc.SegmentedControl(
                        id=Compare.MODE,
                        data=[
                            {"value": "me", "label": "For me"},
                            {"value": "user", "label": "For a viewer"},
                            {"value": "friend", "label": "For a friend"},
                        ],
                        value=mode,
                        **{"aria-label": "Whose taste"},
                    ),
                    own(
                        "Panel",
                        children=user_select(Compare.USER, service.users(keep=() if user is None else (user,)), user),
                        id=Compare.USER_PANEL,
                        style=None if mode == "user" else {"display": "none"},
                    ),
                    html.Div(
                        friend_picks(Compare.FRIEND, needed=mode == "friend"),
                        id=Compare.FRIEND_PANEL,
                        style=None if mode == "friend" else {"display": "none"},
                    ),
                    dmc.MultiSelect(
                        id=Compare.ALGORITHMS,
                        label="Algorithms",
                        data=algorithm_options(service.models()),
                        value=_chosen(service, query),
                        maxValues=MOST,
                        searchable=True,
                    ),
                    count_select(Compare.COUNT, count),
                    own("ShareButton", what="list", label="Share", title="Share this comparison"),
                ],
                className="compare-asked",
                **{"aria-label": "What to compare"},
            ),
            html.P(id=Compare.SUMMARY, className="muted", **{"aria-live": "polite"}),
            side_by_side(Compare.SIDE, table=True),
            mounted(None, id=Compare.OVERLAP),
            dcc.Store(id=Compare.ADDRESS),
        ]
    )


def overlap_bars(overlaps: Sequence[Overlap], names: dict[str, str], count: int) -> Component:
    """Return what each two lists have in common."""

    def text(pair: Overlap) -> str:
        moved = "" if pair.shift is None else f", {pair.shift:.1f} places apart"
        return f"{pair.shared} of {count}{moved}"

    rows = [
        (f"{names[pair.algorithms[0]]} and {names[pair.algorithms[1]]}", float(pair.shared), text(pair))
        for pair in overlaps
    ]
    return html.Section(
        [
            html.Div(html.H2("What they have in common"), className="section-head"),
            share_bars(rows, "Films that two lists share", top=count),
        ],
        className="section compare-overlap",
    )


def _chosen(service: CineMatch, query: Query) -> list[str]:
    """Return the algorithms of an address that are loaded, else the default, one from among the rest and the last."""
    loaded = [status.key for status in service.models() if status.state == "loaded"]
    asked = list(dict.fromkeys(words(query, "algorithms", loaded)))[:MOST]
    if len(asked) >= FEWEST or not loaded:
        return asked
    first = asked or [service.default_algorithm()]
    rest = [key for key in loaded if key not in first]
    return [*first, *dict.fromkeys([*rest[len(rest) // 2 : len(rest) // 2 + 1], *rest[-1:]])]
