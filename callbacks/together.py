"""One list for several people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import dash
from dash import ClientsideFunction, Input, Output, State, html
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.friends import Friend, chosen_friends
from callbacks.learning import offer_learned
from callbacks.visitor import Visitor
from core.errors import CineMatchError
from core.lists.requests import GroupRequest, ProfileRequest
from core.service import MAX_LIST
from core.views import WISHES, GroupList, GroupMethod, Reranking, number_of
from dashboard.address import FilterState, href
from dashboard.components.controls import DEFAULT_COUNT
from dashboard.components.lists import list_state
from dashboard.components.user_select import user_options
from dashboard.components.wish_slider import NOT_TOLD
from dashboard.components.wish_told import wish_told
from dashboard.pages.together.group_list import group_list, viewer_names
from dashboard.pages.together.ids import Together
from dashboard.pages.together.layout import METHODS
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["GroupControls", "register"]

_OWN = [wish.name for wish in WISHES if wish.own]
_CONTROLS: dict[str, Any] = {
    "users": Input(Together.USERS, "value"),
    "friends": Input(Together.FRIENDS, "chosen"),
    "me": Input(Together.ME, "checked"),
    "algorithm": Input(Together.ALGORITHM, "value"),
    "method": Input(Together.METHOD, "value"),
    "own": {name: Input(Together.wish(name), "value") for name in _OWN},
    "count": Input(Together.COUNT, "value"),
    "filters": {
        "genres": Input(Together.GENRES, "value"),
        "exclude_genres": Input(Together.EXCLUDE, "value"),
        "years": Input(Together.YEARS, "value"),
        "min_ratings": Input(Together.MIN_RATINGS, "value"),
    },
    "visitor": Input(Shell.OWN_FILMS, "data"),
}


@dataclass(frozen=True, slots=True)
class GroupControls:
    """What the page's controls hold."""

    users: tuple[int, ...]
    visitor: Visitor | None
    algorithm: str | None
    method: GroupMethod
    count: int
    state: FilterState
    own: Mapping[str, float] = field(default_factory=dict)
    """The weights by which the algorithm is to order otherwise than usual, by name."""
    friends: tuple[Friend, ...] = ()

    @classmethod
    def of(cls, service: "CineMatch", held: Mapping[str, Any]) -> "GroupControls":
        """Read the controls' values, by the names of `_CONTROLS`."""
        return cls(
            users=tuple(number_of(user, "viewer") for user in held["users"] or ()),
            visitor=Visitor.of(held["visitor"], service) if held["me"] else None,
            algorithm=held["algorithm"],
            method="least-misery" if held["method"] == "least-misery" else "average",
            count=number_of(held["count"] or DEFAULT_COUNT, "length", 1, MAX_LIST),
            state=FilterState.from_controls(service.year_span(), **held["filters"]),
            own=_own(service, held["algorithm"], held["own"]),
            friends=tuple(chosen_friends(held["friends"], service)),
        )

    @property
    def size(self) -> int:
        """How many people there are."""
        return len(self.users) + len(self.friends) + (self.visitor is not None)

    @property
    def visitors(self) -> tuple[list[str], list[str | None]]:
        """What those are called who are no users of the data set, and by what the browser knows friends."""
        mine: list[tuple[str, str | None]] = [] if self.visitor is None else [("You", None)]
        named = [*mine, *((friend.name, friend.key) for friend in self.friends)]
        return [name for name, _ in named], [key for _, key in named]

    def request(self) -> GroupRequest:
        """Return what the service takes; films that the visitor waved away make room for the next ones."""
        me = [] if self.visitor is None else [ProfileRequest(ratings=self.visitor.ratings)]
        friends = [ProfileRequest(ratings=friend.ratings) for friend in self.friends]
        hidden = () if self.visitor is None else tuple(self.visitor.unwanted)
        return GroupRequest(
            viewers=[*me, *friends, *(ProfileRequest(user_id=user) for user in self.users)],
            algorithm=self.algorithm,
            n=self.count,
            method=self.method,
            filters=replace(self.state.filters(), exclude_ids=hidden),
            **self.own,
        )

    def address(self) -> str:
        """Return the page's address that shows the same again."""
        return href(
            "/together",
            users=self.users,
            me=1 if self.visitor is not None else None,
            friends=1 if self.friends else None,
            algorithm=self.algorithm,
            method=None if self.method == "average" else self.method,
            n=self.count if self.count != DEFAULT_COUNT else None,
            **{name: f"{weight:g}" for name, weight in self.own.items()},
            **self.state.query(),
        )


def _own(service: "CineMatch", algorithm: str | None, held: Mapping[str, float | None]) -> dict[str, float]:
    weights = {name: float(weight) for name, weight in held.items() if weight is not None}
    return Reranking(**weights).own if service.loves(algorithm) else {}


def _summary(found: GroupList, asked: int, name: str, visitors: Sequence[str] = ("You",)) -> str:
    names = [
        name if viewer.user_id is None and name != "You" else name[0].lower() + name[1:]
        for viewer, name in zip(found.members, viewer_names(found.members, visitors), strict=True)
    ]
    films = f"{len(found.items)} film{'' if len(found.items) == 1 else 's'}"
    short = "" if len(found.items) == asked else f" of {asked} asked for; no more qualify"
    whom = f"{', '.join(names[:-1])} and {names[-1]}"
    return (
        f"{films}{short} for {whom}, by {name}. Bars are the stars that each is predicted to give, the notch what "
        "that person gives on average. A name tells why."
    )


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    offer_learned(app, service, Together.ALGORITHM)

    @app.callback(
        output=[
            Output(Together.RESULTS, "list"),
            Output(Together.SUMMARY, "children"),
            Output(Together.ADDRESS, "data"),
        ],
        inputs={"held": _CONTROLS},
        state={"friends_come": State(Together.FRIENDS, "needed")},
        on_error=notify_error,
    )
    def recommendations(held: Mapping[str, Any], friends_come: bool | None) -> tuple[Any, str, Any]:
        if held["visitor"] is None or (friends_come and held["friends"] is None):
            # What the browser keeps, and who came with the address, is told as soon as the page stands.
            raise PreventUpdate
        asked = GroupControls.of(service, held)
        if asked.size < 2:
            advice = "Choose two to five people: friends, viewers by number, yourself."
            return list_state("Who watches together?", advice), "", asked.address()
        try:
            found = service.recommend_group(asked.request())
        except CineMatchError as error:
            return list_state("This did not work", str(error), error=True), "", dash.no_update
        names = {status.key: status.name for status in service.models()}
        visitors, keys = asked.visitors
        summary = _summary(found, asked.count, names.get(found.algorithm, found.algorithm), visitors)
        return group_list(found, asked.own, visitors, keys), summary, asked.address()

    app.clientside_callback(
        ClientsideFunction("cinematch", "myself"),
        Output(Together.ME, "checked"),
        Output(Together.USERS, "value"),
        Output(Together.UNNAMED, "data"),
        Input(Shell.OWN_FILMS, "data"),
        State(Together.UNNAMED, "data"),
        State(Together.USERS, "value"),
    )

    @app.callback(
        Output(Together.USERS, "data"),
        Input(Together.USERS, "searchValue"),
        State(Together.USERS, "value"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def users(text: str | None, value: Sequence[str] | None) -> list[dict[str, str]]:
        if not text:
            # The field empties itself when somebody is chosen, before the choice arrives here: options without
            # that user would take the choice away again.
            raise PreventUpdate
        return user_options(service.users(text, [number_of(user, "viewer") for user in value or ()]))

    @app.callback(
        output={
            "costs": {name: Output(Together.wish_cost(name), "children") for name in _OWN},
            "fixed": {name: Output(Together.wish(name), "disabled") for name in _OWN},
        },
        inputs={"algorithm": Input(Together.ALGORITHM, "value"), "held": _CONTROLS["own"]},
        on_error=notify_error,
    )
    def costs(algorithm: str | None, held: Mapping[str, float | None]) -> dict[str, Any]:
        loves, wished = service.loves(algorithm), _own(service, algorithm, held)
        told = dict.fromkeys(_OWN, "" if loves else NOT_TOLD)
        for cost in service.wish(algorithm or "", Reranking(**wished)).costs:
            told[cost.wish] = f"{wish_told(cost)}{' Measured for one person alone.' if cost.measured else ''}"
        return {"costs": told, "fixed": dict.fromkeys(_OWN, not loves)}

    @app.callback(Output(Together.METHOD_NOTE, "children"), Input(Together.METHOD, "value"))
    def meaning(method: str) -> str:
        return METHODS[method][1]

    @app.callback(
        Output(Together.ME_NOTE, "children"),
        Input(Together.ME, "checked"),
        Input(Shell.OWN_FILMS, "data"),
        on_error=notify_error,
    )
    def mine(me: bool, data: Mapping[str, Any] | None) -> "Component | str":
        if not me:
            return ""
        count = len(Visitor.of(data, service).ratings)
        link = html.A(
            "Rate films" if not count else "Rate more",
            href=href("/recommend", mode="me"),
            className="text-link",
            **{"data-nav": "1"},
        )
        told = f"By your {count} rating{'' if count == 1 else 's'}. " if count else "You have rated nothing yet. "
        return html.Span([told, link])
