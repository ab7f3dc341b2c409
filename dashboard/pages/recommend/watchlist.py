"""Films kept for later: a switch that lists only these, and the films with a way to take them off."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.components.controls import fold
from dashboard.components.light import own
from dashboard.pages.recommend.ids import Recommend

__all__ = ["watchlist_fold"]

_EMPTY = "Empty. The bookmark on a film keeps it for later."


def watchlist_fold(*, only: bool) -> Component:
    """Return the folded watchlist; assets/js/27-film-rows.js fills it from the browser's store.

    Parameters
    ----------
    only : bool
        Whether the list holds nothing else.
    """
    films = own(
        "OwnRows",
        part="kept",
        title="{count} on the watchlist.",
        empty=_EMPTY,
        all={"run": "emptyWatchlist", "text": "Empty the watchlist"},
    )
    controls = [
        dmc.Switch(id=Recommend.ONLY_WATCHLIST, label="Only my watchlist", checked=only, size="sm"),
        html.Div(films, id=Recommend.WATCHLIST),
    ]
    return fold("kept", "Watchlist", controls, opened=only)
