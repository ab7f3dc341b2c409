"""Several algorithms for one person, side by side."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dash
from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.friends import Friend, chosen_friends
from callbacks.selects import offer_users
from callbacks.visitor import Visitor
from core.errors import CineMatchError
from core.views import Filters, ListComparison, number_of
from dashboard.address import href
from dashboard.components.controls import DEFAULT_COUNT
from dashboard.components.friend_picks import NO_FRIEND
from dashboard.components.light import plain
from dashboard.components.lists import list_state
from dashboard.components.side_by_side import SideColumn, side_by_side_data
from dashboard.pages.compare.ids import Compare
from dashboard.pages.compare.layout import FEWEST, LONGEST, MOST, overlap_bars
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["CompareControls", "register"]

_DEPTH = 100
"""How far down each list places are told."""
_HIDDEN = {"display": "none"}


@dataclass(frozen=True, slots=True)
class CompareControls:
    """What the page's controls hold."""

    mode: str
    user_id: int | None
    visitor: Visitor | None
    algorithms: tuple[str, ...]
    count: int
    friend: Friend | None = None

    @property
    def who(self) -> dict[str, object]:
        """Whose taste, as addresses say it."""
        return {"user": self.user_id} if self.mode == "user" else {"mode": self.mode}

    def lists(self, service: "CineMatch") -> ListComparison:
        """Return the lists, as deep as places are told."""
        if self.friend is not None:
            return service.compare(self.algorithms, ratings=self.friend.ratings, n=_DEPTH)
        if self.visitor is None:
            return service.compare(self.algorithms, user_id=self.user_id, n=_DEPTH)
        filters = Filters(exclude_ids=tuple(self.visitor.unwanted))
        return service.compare(self.algorithms, ratings=self.visitor.ratings, n=_DEPTH, filters=filters)

    def address(self) -> str:
        """Return the page's address that shows the same again."""
        count = self.count if self.count != DEFAULT_COUNT else None
        return href("/compare", **self.who, algorithms=self.algorithms, n=count)

    def missing(self) -> tuple[str, str] | None:
        """Return what has to be said before there is anything to compare, and what to do."""
        if self.visitor is not None and not self.visitor.ratings:
            return "You have rated nothing yet", "Rate some films on Recommend, or choose a viewer."
        if self.mode == "friend" and (self.friend is None or not self.friend.ratings):
            return "Whose taste?", NO_FRIEND
        if self.mode == "user" and self.user_id is None:
            return "Whose taste?", "Choose a viewer by number, or compare for yourself."
        if len(self.algorithms) < FEWEST:
            return "Compare with what?", f"Choose {FEWEST} to {MOST} algorithms."
        return None


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    offer_users(app, service, Compare.USER)

    @app.callback(
        Output(Compare.SIDE, "data"),
        Output(Compare.OVERLAP, "tree"),
        Output(Compare.SUMMARY, "children"),
        Output(Compare.ADDRESS, "data"),
        Output(Compare.USER_PANEL, "style"),
        Output(Compare.FRIEND_PANEL, "style"),
        Input(Compare.MODE, "value"),
        Input(Compare.USER, "value"),
        Input(Compare.ALGORITHMS, "value"),
        Input(Compare.COUNT, "value"),
        Input(Shell.OWN_FILMS, "data"),
        Input(Compare.FRIEND, "chosen"),
        State(Compare.FRIEND, "needed"),
        on_error=notify_error,
    )
    def compared(
        mode: str,
        user: str | None,
        algorithms: list[str] | None,
        count: str | None,
        data: str | None,
        friend: Any,
        friends_come: bool | None,
    ) -> tuple[Any, Any, str, Any, dict[str, str], dict[str, str]]:
        if data is None or (mode == "friend" and friends_come and friend is None):
            raise PreventUpdate
        friends = chosen_friends(friend, service) if mode == "friend" else []
        asked = CompareControls(
            mode,
            number_of(user, "viewer") if mode == "user" and user else None,
            Visitor.of(data, service) if mode == "me" else None,
            tuple(algorithms or ())[:MOST],
            number_of(count or DEFAULT_COUNT, "length", 1, LONGEST),
            friends[0] if friends else None,
        )
        styles = {} if mode == "user" else _HIDDEN, {} if mode == "friend" else _HIDDEN
        if told := asked.missing():
            return list_state(*told), None, "", asked.address(), *styles
        try:
            found = asked.lists(service)
        except CineMatchError as error:
            return list_state("This did not work", str(error), error=True), None, "", dash.no_update, *styles
        names = {status.key: status.name for status in service.models()}
        overlap = plain(overlap_bars(found.overlaps(asked.count), names, asked.count))
        return _side(found, asked, names), overlap, _summary(found, asked), asked.address(), *styles


def _side(found: ListComparison, asked: CompareControls, names: dict[str, str]) -> dict[str, Any]:
    columns = [
        SideColumn(
            key,
            names[key],
            answer.items,
            note="the others are measured against it" if place == 0 else "",
            href=href("/recommend", **asked.who, algorithm=key),
            asked={"algorithm": key, "user": answer.user_id, "films": None, "own": {}, **_friend(asked)},
        )
        for place, (key, answer) in enumerate(found.items())
    ]
    return side_by_side_data(columns, asked.count, columns[0].name)


def _friend(asked: CompareControls) -> dict[str, str]:
    return {} if asked.friend is None else {"friend": asked.friend.key}


def _summary(found: ListComparison, asked: CompareControls) -> str:
    firsts = [{item.movie_id for item in answer.items[: asked.count]} for answer in found.values()]
    common, every = len(set.intersection(*firsts)), len(set.union(*firsts))
    lists = "both lists" if len(firsts) == 2 else f"all {len(firsts)} lists"
    return f"{every} films in all, {common} of them on {lists}."
