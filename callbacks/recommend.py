"""Lists for a stored user or a visitor."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import dash
from dash import ClientsideFunction, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks import own_films, wishes
from callbacks.errors import notify_error
from callbacks.friends import Friend, chosen_friends
from callbacks.selects import offer_tags, offer_users, user_name
from callbacks.visitor import Visitor, watchlist
from core.display.spreadsheet import csv_text
from core.display.titles import format_movie_title
from core.errors import CineMatchError
from core.lists.requests import ListRequest
from core.service import MAX_LIST
from core.views import WISHES, Near, RecommendationList, Reranking, number_of
from dashboard.address import FilterState, href, wish_query
from dashboard.components.controls import DEFAULT_COUNT
from dashboard.components.film_data import FilmData, film_data
from dashboard.components.light import plain
from dashboard.components.lists import list_state, recommendation_list
from dashboard.components.sentence import reading_chips
from dashboard.components.states import empty_state
from dashboard.pages.recommend.history import starters
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.layout import algorithm_note_of, body_class
from dashboard.pages.recommend.taste import taste_panel
from dashboard.pages.recommend.wishes import wish_of
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["ListControls", "register", "to_csv"]

_TO_RATE = 8
_MOST_FACTS = 100
_HIDDEN = {"display": "none"}
_OTHER_FILMS = "All of your watchlist was rated already or does not pass the filters."
_SEEN_ALL = "You have seen all that qualify. Change what you ask for to begin anew."
_SAID_TOO_MUCH = "Take something out of the sentence, or widen the filters."
_NOBODY = {
    "user": "Choose a viewer by number, or rate films yourself.",
    "friend": "Choose a friend. One who sends you the link of “Share” on “Your films” stands here once you open it.",
}
_EMPTY_WATCHLIST = "Your watchlist is empty. The bookmark on a film keeps it for later."


@dataclass(frozen=True, slots=True)
class ListControls:
    """What the page's controls hold."""

    user_id: int | None
    visitor: Visitor | None
    algorithm: str | None
    count: int
    state: FilterState
    wish: Reranking = field(default_factory=Reranking)
    only: tuple[int, ...] | None = None
    """The watchlist, where nothing else is to be listed."""
    near_tags: tuple[str, ...] = ()
    say: str = ""
    passed: tuple[int, ...] = ()
    """Films that were shown already, where others are asked for."""
    friend: Friend | None = None
    """Whose ratings came by a link, where the list is made from these."""
    mode: str = "user"

    @classmethod
    def of(cls, service: "CineMatch", held: Mapping[str, Any]) -> "ListControls":
        """Read the controls' values, by the names of `_controls`."""
        mine = held["mode"] == "me"
        friends = chosen_friends(held["friend"], service) if held["mode"] == "friend" else []
        wish = wish_of(held["wish"], loves=service.loves(held["algorithm"]))
        near_tags, say = tuple(held["near_tags"] or ()), (held["say"] or "").strip()
        asked = cls(
            user_id=number_of(held["user"], "viewer") if held["mode"] == "user" and held["user"] else None,
            friend=friends[0] if friends else None,
            mode=held["mode"],
            visitor=Visitor.of(held["visitor"], service) if mine else None,
            algorithm=held["algorithm"],
            count=number_of(held["count"] or DEFAULT_COUNT, "length", 1, MAX_LIST),
            state=FilterState.from_controls(service.year_span(), **held["filters"]),
            wish=wish if near_tags or say else replace(wish, closeness=0.0),
            only=watchlist(held["visitor"], service) if held["only_watchlist"] else None,
            near_tags=near_tags,
            say=say,
        )
        passed = held["passed"] or {}
        return replace(asked, passed=tuple(passed["movies"])) if passed.get("address") == asked.address() else asked

    @property
    def answerable(self) -> bool:
        """Whether there is anybody to answer."""
        return self.visitor is not None or self.friend is not None or self.user_id is not None

    @property
    def ratings(self) -> dict[int, float] | None:
        """The ratings that the list is made from; None where they are a stored user's."""
        held = self.visitor or self.friend
        return None if held is None else held.ratings

    @property
    def whom(self) -> str:
        """Whose taste the list follows, the same text for as long as it is the same taste."""
        if self.ratings is None:
            return f"user {self.user_id}"
        return f"{len(self.ratings)} ratings, {hash(tuple(self.ratings.items())):x}"

    def request(self) -> ListRequest:
        """Return what the service takes; films that a visitor waved away make room for the next ones."""
        hidden = () if self.visitor is None else tuple(self.visitor.unwanted)
        return ListRequest.of(
            user_id=self.user_id,
            ratings=self.ratings,
            algorithm=self.algorithm,
            n=self.count,
            filters=replace(self.state.filters(), movie_ids=self.only, exclude_ids=(*hidden, *self.passed)),
            wish=self.wish,
            near=Near(self.near_tags) if self.wish.closeness else None,
            say=self.say or None,
        )

    def address(self) -> str:
        """Return the page's address that shows the same again."""
        held = "me" if self.visitor is not None else "friend" if self.friend is not None else None
        who: dict[str, object] = {"user": self.user_id} if held is None else {"mode": held}
        count = self.count if self.count != DEFAULT_COUNT else None
        listed = {**self.state.query(), **wish_query(self.wish), "watchlist": None if self.only is None else 1}
        said = {"near_tags": self.near_tags, "say": self.say}
        return href("/recommend", **who, algorithm=self.algorithm, n=count, **listed, **said)


def _controls(kind: type[Input] | type[State]) -> dict[str, Any]:
    return {
        "mode": kind(Recommend.MODE, "value"),
        "user": kind(Recommend.USER, "value"),
        "friend": kind(Recommend.FRIEND, "chosen"),
        "algorithm": kind(Recommend.ALGORITHM, "value"),
        "count": kind(Recommend.COUNT, "value"),
        "filters": {
            "genres": kind(Recommend.GENRES, "value"),
            "exclude_genres": kind(Recommend.EXCLUDE, "value"),
            "years": kind(Recommend.YEARS, "value"),
            "min_ratings": kind(Recommend.MIN_RATINGS, "value"),
            "max_ratings": kind(Recommend.MAX_RATINGS, "value"),
            "all_genres": kind(Recommend.ALL_GENRES, "checked"),
            "tags": kind(Recommend.TAGS, "value"),
            "exclude_tags": kind(Recommend.EXCLUDE_TAGS, "value"),
        },
        "near_tags": kind(Recommend.NEAR_TAGS, "value"),
        "say": kind(Recommend.SAY, "value"),
        "passed": kind(Recommend.PASSED, "data"),
        "wish": {wish.name: kind(Recommend.wish(wish.name), "value") for wish in WISHES},
        "only_watchlist": kind(Recommend.ONLY_WATCHLIST, "checked"),
        "visitor": kind(Shell.OWN_FILMS, "data"),
    }


def to_csv(found: RecommendationList) -> str:
    """Return a list as CSV with a header, for spreadsheets."""
    return csv_text(
        ("rank", "movie_id", "title", "year", "genres", "score", "predicted_rating"),
        [
            (
                item.rank,
                item.source_id or item.movie_id,
                format_movie_title(item.title, include_year=False),
                item.year,
                "|".join(item.genres),
                item.score,
                item.predicted_rating,
            )
            for item in found.items
        ],
    )


def _hint(asked: ListControls) -> str:
    """Return what to do about an empty list."""
    if asked.passed:
        return _SEEN_ALL
    if asked.say:
        return _SAID_TOO_MUCH
    return "" if asked.only is None else _OTHER_FILMS if asked.only else _EMPTY_WATCHLIST


def _summary(found: RecommendationList, asked: ListControls, name: str, whom: str) -> str:
    films = f"{len(found.items)} {'other ' if asked.passed else ''}film{'' if len(found.items) == 1 else 's'}"
    short = "" if len(found.items) == asked.count else f" of {asked.count} asked for; no more qualify"
    wished = ", re-ranked as wished" if found.wish else ""
    return f"{films}{short} for {whom}, by {name}{wished}."


def _whom(service: "CineMatch", asked: ListControls) -> str:
    if asked.friend is not None:
        return asked.friend.name
    if asked.visitor is None:
        return f"user {user_name(service, asked.user_id or 0)}"
    return "you" if asked.visitor.ratings else "you, who have rated nothing in this browser yet"


def _taste(service: "CineMatch", mode: str, user: str | None, visitor: Any, friend: Any) -> "Component":
    try:
        if mode == "user":
            if not user:
                return empty_state("No viewer chosen", "Choose one to see the ratings behind the list.")
            return taste_panel(service.taste(user_id=number_of(user, "viewer")))
        if mode == "friend":
            friends = chosen_friends(friend, service)
            if not friends:
                return empty_state("No friend chosen", "Open a friend's link to see the ratings behind the list.")
            return taste_panel(service.taste(ratings=friends[0].ratings))
        ratings = Visitor.of(visitor, service).ratings
        if not ratings:
            return empty_state("No ratings yet", "Rate a film: the list above follows at once.")
        return taste_panel(service.taste(ratings=ratings))
    except CineMatchError:
        # The list above says what is wrong.
        return empty_state("No taste to show", "It appears as soon as there is a list.")


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    offer_users(app, service, Recommend.USER)
    wishes.register(app, service)
    for tags in (Recommend.TAGS, Recommend.EXCLUDE_TAGS):
        offer_tags(app, service, tags)
    own_films.register(app, service)

    @app.callback(
        output=[
            Output(Recommend.RESULTS, "list"),
            Output(Recommend.SUMMARY, "children"),
            Output(Recommend.ADDRESS, "data"),
            Output(Recommend.READING, "tree"),
        ],
        inputs={"held": _controls(Input)},
        state={"friends_come": State(Recommend.FRIEND, "needed")},
        on_error=notify_error,
    )
    def recommendations(held: Mapping[str, Any], friends_come: bool | None) -> tuple[Any, str, Any, Any]:
        if held["visitor"] is None or (held["mode"] == "friend" and friends_come and held["friend"] is None):
            # What the browser keeps, and who came with the address, is told as soon as the page stands. Later every
            # change is answered, also where it concerns another list: an answer that is left out takes the one
            # before it along, if that is still on its way.
            raise PreventUpdate
        asked = ListControls.of(service, held)
        if not asked.answerable:
            nobody = list_state("Whose taste?", _NOBODY["friend" if asked.mode == "friend" else "user"])
            return {**nobody, "whom": asked.whom}, "", dash.no_update, None
        try:
            found = service.recommend(asked.request())
        except CineMatchError as error:
            failed = list_state("This did not work", str(error), error=True)
            understood = reading_chips(service.read(asked.say) if asked.say else None, Recommend.SAY)
            return {**failed, "whom": asked.whom}, "", dash.no_update, plain(understood)
        names = {status.key: status.name for status in service.models()}
        whom = _whom(service, asked)
        summary = _summary(found, asked, names.get(found.algorithm, found.algorithm), whom)
        hint = _hint(asked)
        friend = None if asked.friend is None else asked.friend.key
        films = recommendation_list(found, visitor=asked.visitor is not None, hint=hint, friend=friend)
        understood = plain(reading_chips(found.reading, Recommend.SAY))
        return {**films, "whom": asked.whom}, summary, asked.address(), understood

    app.clientside_callback(
        ClientsideFunction("cinematch", "others"),
        Output(Recommend.PASSED, "data"),
        Input(Recommend.OTHERS, "n_clicks"),
        State(Recommend.ADDRESS, "data"),
        State(Recommend.RESULTS, "list"),
        State(Recommend.PASSED, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(Recommend.TASTE, "tree"),
        Input(Recommend.RESULTS, "shown"),
        State(Recommend.MODE, "value"),
        State(Recommend.USER, "value"),
        State(Shell.OWN_FILMS, "data"),
        State(Recommend.FRIEND, "chosen"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def taste(shown: str | None, mode: str, user: str | None, visitor: Any, friend: Any) -> Any:
        if shown is None:
            raise PreventUpdate
        return plain(_taste(service, mode, user, visitor, friend))

    @app.callback(
        Output(Recommend.USER_PANEL, "style"),
        Output(Recommend.FRIEND_PANEL, "style"),
        Output(Recommend.BODY, "className"),
        Input(Recommend.MODE, "value"),
        prevent_initial_call=True,
    )
    def panels(mode: str) -> tuple[dict[str, str], dict[str, str], str]:
        return {} if mode == "user" else _HIDDEN, {} if mode == "friend" else _HIDDEN, body_class(mode)

    @app.callback(
        Output(Recommend.RATE_RESULTS, "films"),
        Output(Recommend.RATE_RESULTS, "text"),
        Input(Recommend.RATE_QUERY, "value"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def to_rate(text: str | None) -> tuple[list[FilmData], str]:
        words = (text or "").strip()
        if not words:
            return starters(service), ""
        return [film_data(movie) for movie in service.search(words, limit=_TO_RATE).items], words

    @app.callback(
        Output(Recommend.FILMS, "films"),
        Input(Recommend.FILMS, "wanted"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def facts(wanted: Sequence[int] | None) -> list[FilmData]:
        return [
            film_data(service.movie(movie)) if service.knows_movie(movie) else {"movie": movie, "absent": True}
            for movie in (wanted or ())[:_MOST_FACTS]
        ]

    @app.callback(
        Output(Recommend.ALGORITHM_NOTE, "tree"),
        Input(Recommend.ALGORITHM, "value"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def note(key: str | None) -> Any:
        return plain(algorithm_note_of(service, key))

    @app.callback(
        Output(Recommend.GENRES, "value"),
        Output(Recommend.EXCLUDE, "value"),
        Output(Recommend.YEARS, "value"),
        Output(Recommend.MIN_RATINGS, "value"),
        Output(Recommend.MAX_RATINGS, "value"),
        Output(Recommend.ALL_GENRES, "checked"),
        Output(Recommend.TAGS, "value"),
        Output(Recommend.EXCLUDE_TAGS, "value"),
        Input(Recommend.RESET, "n_clicks"),
        prevent_initial_call=True,
    )
    def reset(clicks: int | None) -> tuple[list[str], list[str], list[int], str, str, bool, list[str], list[str]]:
        if not clicks:
            raise PreventUpdate
        return [], [], list(service.year_span()), "0", "0", False, [], []

    @app.callback(
        output=Output(Recommend.DOWNLOAD, "data"),
        inputs={"clicks": [Input(Recommend.CSV, "n_clicks"), Input(Recommend.JSON, "n_clicks")]},
        state={"held": _controls(State)},
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def export(clicks: Sequence[int | None], held: Mapping[str, Any]) -> dict[str, Any]:
        asked = ListControls.of(service, held)
        if not any(clicks) or not asked.answerable:
            raise PreventUpdate
        found = service.recommend(asked.request())
        whom = f"user-{asked.user_id}" if asked.ratings is None else asked.mode
        name = f"cinematch-{found.dataset}-{whom}-{found.algorithm}"
        if dash.ctx.triggered_id == Recommend.CSV:
            return {"content": to_csv(found), "filename": f"{name}.csv", "type": "text/csv"}
        document = json.dumps(asdict(found), indent=2, ensure_ascii=False)
        return {"content": document, "filename": f"{name}.json", "type": "application/json"}
