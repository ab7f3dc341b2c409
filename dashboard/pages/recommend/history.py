"""A person's own films beside the list: what to rate, what was rated, what was waved away, in and out."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.service import CineMatch, people_of
from dashboard.components.film_data import FilmData, film_data
from dashboard.components.icons import icon
from dashboard.components.light import Node, own
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.own_films import own_films_fold
from dashboard.pages.recommend.profile_panel import profile_fold

__all__ = ["history", "starters"]


def starters(service: CineMatch) -> list[FilmData]:
    """Return the films to ask a newcomer, the most telling first; the browser leaves out those it knows of."""
    return [film_data(service.movie(movie)) for movie in service.first_films()]


def history(service: CineMatch, *, opened: bool = False) -> list[Component | Node]:
    """Return the column; assets/js/27-film-rows.js fills its rows from the browser's store.

    Parameters
    ----------
    opened : bool
        Whether the way in for films from elsewhere stands open.
    """
    people = people_of(service)
    where = "in this browser only" if people is None else "in this browser and on this server"
    return [
        html.Div(
            [html.H2("Your films"), own("ShareButton", what="profile", label="Share", title="Share your films")],
            className="history-head",
        ),
        dmc.TextInput(
            id=Recommend.RATE_QUERY,
            label="Rate films you have seen",
            description=f"Kept {where}. Typos are fine.",
            placeholder="Title",
            leftSection=icon("search"),
            debounce=250,
        ),
        own("RateRows", id=Recommend.RATE_RESULTS, films=starters(service), text=""),
        own(
            "OwnRows",
            part="ratings",
            title="Your ratings ({count})",
            folded="open",
            all={"run": "forget", "text": "Forget all"},
        ),
        own("OwnRows", part="away", title="Waved away or watched ({count})", folded="closed"),
        own("Films", id=Recommend.FILMS),
        own_films_fold(where, opened=opened),
        *([] if people is None else [profile_fold(people.names_allowed)]),
    ]
