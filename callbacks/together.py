"""One list for several people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import dash
from dash import Input, Output, State, html
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.visitor import Visitor
from core.errors import CineMatchError
from core.lists.group_views import GroupList, Member
from core.lists.groups import GroupMethod
from dashboard.address import FilterState, href
from dashboard.components.controls import DEFAULT_COUNT
from dashboard.components.filters import year_span
from dashboard.components.states import empty_state, error_state
from dashboard.pages.together.group_list import group_list, member_names
from dashboard.pages.together.ids import Together
from dashboard.pages.together.layout import METHODS
from dashboard.pages.together.member_select import member_options
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["GroupRequest", "register"]

_CONTROLS = (
    (Together.USERS, "value"),
    (Together.ME, "checked"),
    (Together.ALGORITHM, "value"),
    (Together.METHOD, "value"),
    (Together.COUNT, "value"),
    (Together.GENRES, "value"),
    (Together.EXCLUDE, "value"),
    (Together.YEARS, "value"),
    (Together.MIN_RATINGS, "value"),
    (Shell.VISITOR, "data"),
)


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """What the controls ask for."""

    users: tuple[int, ...]
    visitor: Visitor | None
    algorithm: str | None
    method: GroupMethod
    count: int
    state: FilterState

    @classmethod
    def of(cls, service: "CineMatch", span: tuple[int, int], values: Sequence[Any]) -> "GroupRequest":
        """Read the controls, in the order of their inputs."""
        users, me, algorithm, method, count, genres, exclude, years, min_ratings, visitor = values
        return cls(
            users=tuple(int(user) for user in users or ()),
            visitor=Visitor.of(visitor, service) if me else None,
            algorithm=algorithm,
            method="least-misery" if method == "least-misery" else "average",
            count=int(count or DEFAULT_COUNT),
            state=FilterState.from_controls(genres, exclude, years, min_ratings, span),
        )

    @property
    def size(self) -> int:
        """How many people there are."""
        return len(self.users) + (self.visitor is not None)

    def run(self, service: "CineMatch") -> GroupList:
        """Ask the service; films that the visitor waved away are left out and the next ones move up."""
        me = [] if self.visitor is None else [Member(ratings=self.visitor.ratings)]
        hidden = frozenset() if self.visitor is None else self.visitor.hidden
        members = [*me, *(Member(user_id=user) for user in self.users)]
        length = min(self.count + len(hidden), 500)
        found = service.recommend_group(members, self.algorithm, length, self.method, self.state.filters())
        kept = [item for item in found.items if item.movie_id not in hidden][: self.count]
        return replace(found, items=[replace(item, rank=rank) for rank, item in enumerate(kept, start=1)])

    def address(self) -> str:
        """Return the page's address that shows the same again."""
        return href(
            "/together",
            users=self.users,
            me=1 if self.visitor is not None else None,
            algorithm=self.algorithm,
            method=None if self.method == "average" else self.method,
            n=self.count if self.count != DEFAULT_COUNT else None,
            **self.state.query(),
        )


def _summary(found: GroupList, asked: int, name: str) -> str:
    names = [name.lower() for name in member_names([member.user_id for member in found.members])]
    films = f"{len(found.items)} film{'' if len(found.items) == 1 else 's'}"
    short = "" if len(found.items) == asked else f" of {asked} asked for; no more qualify"
    whom = f"{', '.join(names[:-1])} and {names[-1]}"
    return (
        f"{films}{short} for {whom}, by {name}, in {found.took_ms:.1f} ms. Stars are what each is predicted to give; "
        "bars show how close a film comes to that person's own ten best. A name tells why."
    )


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    span = year_span(service.dataset)

    @app.callback(
        Output(Together.RESULTS, "children"),
        Output(Together.SUMMARY, "children"),
        Output(Together.ADDRESS, "data"),
        *(Input(*control) for control in _CONTROLS),
        on_error=notify_error,
    )
    def recommendations(*values: Any) -> tuple[Any, str, Any]:
        only_visitor = {item["prop_id"] for item in dash.ctx.triggered} == {f"{Shell.VISITOR}.data"}
        if only_visitor and not values[1]:
            raise PreventUpdate
        request = GroupRequest.of(service, span, values)
        if request.size < 2:
            advice = "Choose two to five viewers by number, or one and yourself."
            return empty_state("Who watches together?", advice), "", request.address()
        try:
            found = request.run(service)
        except CineMatchError as error:
            return error_state(str(error)), "", dash.no_update
        names = {status.key: status.name for status in service.models()}
        summary = _summary(found, request.count, names.get(found.algorithm, found.algorithm))
        return group_list(found), summary, request.address()

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
        return member_options(service.dataset, text, [int(user) for user in value or ()])

    @app.callback(Output(Together.METHOD_NOTE, "children"), Input(Together.METHOD, "value"))
    def meaning(method: str) -> str:
        return METHODS[method][1]

    @app.callback(
        Output(Together.ME_NOTE, "children"),
        Input(Together.ME, "checked"),
        Input(Shell.VISITOR, "data"),
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
