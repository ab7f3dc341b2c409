"""Lists for a stored user or a visitor."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import dash
from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.starters import starting_films
from callbacks.visitor import Visitor, watchlist
from core.display.spreadsheet import csv_text
from core.display.titles import format_movie_title
from core.errors import CineMatchError
from core.lists.reranking import Reranking
from core.views import RecommendationList
from dashboard.address import FilterState, href, wish_query
from dashboard.components.algorithm_card import algorithm_note
from dashboard.components.controls import DEFAULT_COUNT
from dashboard.components.filters import year_span
from dashboard.components.lists import recommendation_list
from dashboard.components.states import empty_state, error_state
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.rating_lists import films_to_rate, rated_films
from dashboard.pages.recommend.taste import taste_panel
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["ListRequest", "register", "to_csv"]

_TO_RATE = 8
_HIDDEN = {"display": "none"}
_OTHER_FILMS = "All of your watchlist was rated already or does not pass the filters."
_EMPTY_WATCHLIST = "Your watchlist is empty. The bookmark on a film keeps it for later."


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What the controls ask for."""

    user_id: int | None
    visitor: Visitor | None
    algorithm: str | None
    count: int
    state: FilterState
    wish: Reranking | None = None
    only: tuple[int, ...] | None = None
    """The watchlist, where nothing else is to be listed."""

    @property
    def answerable(self) -> bool:
        """Whether there is anybody to answer."""
        return self.visitor is not None or self.user_id is not None

    def run(self, service: "CineMatch") -> RecommendationList:
        """Ask the service; films that a visitor waved away are left out and the next ones move up."""
        hidden = () if self.visitor is None else tuple(self.visitor.hidden)
        return service.recommend(
            user_id=self.user_id if self.visitor is None else None,
            ratings=None if self.visitor is None else self.visitor.ratings,
            algorithm=self.algorithm,
            n=self.count,
            filters=replace(self.state.filters(), movie_ids=self.only, exclude_ids=hidden),
            wish=self.wish,
        )

    def address(self) -> str:
        """Return the page's address that shows the same again."""
        who: dict[str, object] = {"mode": "me"} if self.visitor is not None else {"user": self.user_id}
        count = self.count if self.count != DEFAULT_COUNT else None
        listed = {
            **self.state.query(),
            **(wish_query(self.wish) if self.wish else {}),
            "watchlist": None if self.only is None else 1,
        }
        return href("/recommend", **who, algorithm=self.algorithm, n=count, **listed)

    def concerns(self, triggered: set[str]) -> bool:
        """Return whether the list depends on any of the properties that changed."""
        without = {f"{Shell.VISITOR}.data"} if self.visitor is None else set()
        without |= {f"{Shell.WATCHLIST}.data"} if self.only is None else set()
        return not triggered or not triggered <= without


_CONTROLS = (
    (Recommend.MODE, "value"),
    (Recommend.USER, "value"),
    (Recommend.ALGORITHM, "value"),
    (Recommend.COUNT, "value"),
    (Recommend.GENRES, "value"),
    (Recommend.EXCLUDE, "value"),
    (Recommend.YEARS, "value"),
    (Recommend.MIN_RATINGS, "value"),
    (Recommend.ALL_GENRES, "checked"),
    (Recommend.DIVERSITY, "value"),
    (Recommend.POPULARITY, "value"),
    (Recommend.RECENCY, "value"),
    (Recommend.ONLY_WATCHLIST, "checked"),
    (Shell.WATCHLIST, "data"),
    (Shell.VISITOR, "data"),
)


def _request(service: "CineMatch", span: tuple[int, int], values: Sequence[Any]) -> ListRequest:
    mode, user, algorithm, count, genres, exclude, years, min_ratings, all_genres, *rest = values
    *weights, only, kept, visitor = rest
    mine = mode == "me"
    return ListRequest(
        user_id=None if mine or not user else int(user),
        visitor=Visitor.of(visitor, service) if mine else None,
        algorithm=algorithm,
        count=int(count or DEFAULT_COUNT),
        state=FilterState.from_controls(genres, exclude, years, min_ratings, span, all_genres),
        wish=Reranking(*(float(weight or 0) for weight in weights)),
        only=watchlist(kept, service) if only else None,
    )


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


def _summary(found: RecommendationList, request: ListRequest, name: str) -> str:
    whom = "you" if request.visitor is not None else f"user {request.user_id}"
    films = f"{len(found.items)} film{'' if len(found.items) == 1 else 's'}"
    short = "" if len(found.items) == request.count else f" of {request.count} asked for; no more qualify"
    wished = ", re-ranked as wished" if found.wish else ""
    return f"{films}{short} for {whom}, by {name}{wished}, in {found.took_ms:.1f} ms."


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    span = year_span(service.dataset)

    @app.callback(
        Output(Recommend.RESULTS, "children"),
        Output(Recommend.SUMMARY, "children"),
        Output(Recommend.ADDRESS, "data"),
        *(Input(*control) for control in _CONTROLS),
        on_error=notify_error,
    )
    def recommendations(*values: Any) -> tuple[Any, str, Any]:
        request = _request(service, span, values)
        if not request.concerns({item["prop_id"] for item in dash.ctx.triggered}):
            raise PreventUpdate
        if not request.answerable:
            return (
                empty_state("Whose taste?", "Choose a viewer by number, or rate films yourself."),
                "",
                dash.no_update,
            )
        try:
            found = request.run(service)
        except CineMatchError as error:
            return error_state(str(error)), "", dash.no_update
        names = {status.key: status.name for status in service.models()}
        summary = _summary(found, request, names.get(found.algorithm, found.algorithm))
        hint = "" if request.only is None else _OTHER_FILMS if request.only else _EMPTY_WATCHLIST
        cards = recommendation_list(found, visitor=request.visitor is not None, hint=hint)
        return cards, summary, request.address()

    @app.callback(
        Output(Recommend.TASTE, "children"),
        Input(Recommend.MODE, "value"),
        Input(Recommend.USER, "value"),
        Input(Shell.VISITOR, "data"),
        on_error=notify_error,
    )
    def taste(mode: str, user: str | None, visitor: Mapping[str, Any] | None) -> "Component":
        only_visitor = {item["prop_id"] for item in dash.ctx.triggered} == {f"{Shell.VISITOR}.data"}
        if only_visitor and mode != "me":
            raise PreventUpdate
        try:
            if mode == "user":
                if not user:
                    return empty_state("No viewer chosen", "Choose one to see the ratings behind the list.")
                return taste_panel(service.taste(user_id=int(user)))
            ratings = Visitor.of(visitor, service).ratings
            if not ratings:
                return empty_state("No ratings yet", "Rate a film: the list above follows at once.")
            return taste_panel(service.taste(ratings=ratings))
        except CineMatchError:
            # The list above says what is wrong.
            return empty_state("No taste to show", "It appears as soon as there is a list.")

    @app.callback(
        Output(Recommend.USER_PANEL, "style"),
        Output(Recommend.RATE_PANEL, "style"),
        Input(Recommend.MODE, "value"),
        prevent_initial_call=True,
    )
    def panels(mode: str) -> tuple[dict[str, str], dict[str, str]]:
        return (_HIDDEN, {}) if mode == "me" else ({}, _HIDDEN)

    @app.callback(
        Output(Recommend.RATE_RESULTS, "children"),
        Input(Recommend.RATE_QUERY, "value"),
        State(Shell.VISITOR, "data"),
        on_error=notify_error,
    )
    def to_rate(text: str | None, data: Mapping[str, Any] | None) -> "Component":
        if text and text.strip():
            return films_to_rate(service.search(text, limit=_TO_RATE).items, text)
        visitor = Visitor.of(data, service)
        known = visitor.hidden | visitor.ratings.keys()
        films = [movie for movie in starting_films(service.dataset) if movie not in known][:_TO_RATE]
        return films_to_rate([service.movie(movie) for movie in films], "")

    @app.callback(
        Output(Recommend.MY_RATINGS, "children"),
        Input(Shell.VISITOR, "data"),
        on_error=notify_error,
    )
    def my_ratings(data: Mapping[str, Any] | None) -> "Component":
        visitor = Visitor.of(data, service)
        return rated_films([service.movie(movie) for movie in visitor.ratings], len(visitor.hidden))

    @app.callback(
        Output(Recommend.ALGORITHM_NOTE, "children"),
        Input(Recommend.ALGORITHM, "value"),
        on_error=notify_error,
    )
    def note(key: str | None) -> "Component | str":
        status = next((status for status in service.models() if status.key == key), None)
        return algorithm_note(status) if status else "No algorithm is loaded."

    @app.callback(
        Output(Recommend.GENRES, "value"),
        Output(Recommend.EXCLUDE, "value"),
        Output(Recommend.YEARS, "value"),
        Output(Recommend.MIN_RATINGS, "value"),
        Output(Recommend.ALL_GENRES, "checked"),
        Input(Recommend.RESET, "n_clicks"),
        prevent_initial_call=True,
    )
    def reset(clicks: int | None) -> tuple[list[str], list[str], list[int], str, bool]:
        if not clicks:
            raise PreventUpdate
        return [], [], list(span), "0", False

    @app.callback(
        Output(Recommend.DOWNLOAD, "data"),
        Input(Recommend.CSV, "n_clicks"),
        Input(Recommend.JSON, "n_clicks"),
        *(State(*control) for control in _CONTROLS),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def export(csv_clicks: int | None, json_clicks: int | None, *values: Any) -> dict[str, Any]:
        request = _request(service, span, values)
        if not (csv_clicks or json_clicks) or not request.answerable:
            raise PreventUpdate
        found = request.run(service)
        whom = "me" if request.visitor is not None else f"user-{request.user_id}"
        name = f"cinematch-{found.dataset}-{whom}-{found.algorithm}"
        if dash.ctx.triggered_id == Recommend.CSV:
            return {"content": to_csv(found), "filename": f"{name}.csv", "type": "text/csv"}
        document = json.dumps(asdict(found), indent=2, ensure_ascii=False)
        return {"content": document, "filename": f"{name}.json", "type": "application/json"}
