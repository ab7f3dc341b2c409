"""Friends who came by a link and viewers of the data set: how alike they and the visitor are."""

from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.friends import chosen_friends
from callbacks.selects import offer_users, user_name
from callbacks.visitor import Visitor
from core.errors import CineMatchError
from core.lists.requests import ProfileRequest
from core.views import number_of
from dashboard.address import href
from dashboard.components.light import plain
from dashboard.components.states import error_state
from dashboard.pages.people.ids import People
from dashboard.pages.people.like_me import like_me
from dashboard.pages.people.pair import Somebody, nobody, pair
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register"]

_HIDDEN = {"display": "none"}
_FILMS = 10
_LIKE_ME = 12


def _looked_at(
    service: "CineMatch", mode: str, user: str | None, friend: object
) -> tuple[Somebody, ProfileRequest] | None:
    """Return who is looked at with the ratings, None where it is nobody."""
    if mode == "user":
        if not user:
            return None
        number = number_of(user, "viewer")
        asked, key, name = ProfileRequest(user_id=number), None, f"User {user_name(service, number)}"
    else:
        friends = chosen_friends(friend, service)
        if not friends:
            return None
        number = None
        asked, key, name = ProfileRequest(ratings=friends[0].ratings), friends[0].key, friends[0].name
    taste = service.taste(asked.user_id, asked.ratings)
    return Somebody(name, taste.rating_count, taste.mean_rating, key, number), asked


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    offer_users(app, service, People.USER)

    @app.callback(
        Output(People.PAIR, "tree"),
        Output(People.ADDRESS, "data"),
        Input(People.MODE, "value"),
        Input(People.USER, "value"),
        Input(People.FRIEND, "chosen"),
        Input(Shell.OWN_FILMS, "data"),
        on_error=notify_error,
    )
    def two(mode: str, user: str | None, friend: Any, visitor: str | None) -> tuple[Any, str]:
        if friend is None or visitor is None:
            # Who came with the address, and what the browser keeps, is told as soon as the page stands.
            raise PreventUpdate
        mine = Visitor.of(visitor, service).ratings
        try:
            found = _looked_at(service, mode, user, friend)
            if found is None:
                return plain([nobody()]), href("/people")
            who, asked = found
            alike = service.company.likeness(ProfileRequest(ratings=mine), asked, _FILMS)
        except CineMatchError as error:
            return plain([error_state(str(error))]), href("/people")
        address = href("/people", user=user) if mode == "user" else href("/people", mode="friend")
        return plain(pair(who, alike, len(mine))), address

    @app.callback(
        Output(People.LIKE_ME, "tree"),
        Input(People.PAIR, "tree"),
        State(Shell.OWN_FILMS, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def near(shown: Any, visitor: str | None) -> Any:
        if shown is None:
            raise PreventUpdate
        mine = Visitor.of(visitor, service).ratings
        found = service.company.like_minded(ProfileRequest(ratings=mine), _LIKE_ME) if mine else []
        return plain(like_me(found, len(mine)))

    @app.callback(
        Output(People.FRIEND_PANEL, "style"),
        Output(People.USER_PANEL, "style"),
        Input(People.MODE, "value"),
        prevent_initial_call=True,
    )
    def panels(mode: str) -> tuple[dict[str, str], dict[str, str]]:
        return (_HIDDEN, {}) if mode == "user" else ({}, _HIDDEN)
