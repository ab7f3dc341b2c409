"""Lists for a stored user or a visitor."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import dash
from dash import ClientsideFunction, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks import own_films, shaping, wishes
from callbacks.errors import notify_error
from callbacks.friends import chosen_friends
from callbacks.learning import offer_learned
from callbacks.list_controls import ListControls, list_controls
from callbacks.selects import offer_tags, offer_users, user_name
from callbacks.shaping import without_note
from callbacks.visitor import Visitor
from core.display.spreadsheet import csv_text
from core.display.titles import format_movie_title
from core.errors import CineMatchError
from core.views import RecommendationList, number_of
from dashboard.components.film_data import FilmData, film_data
from dashboard.components.friend_picks import NO_FRIEND
from dashboard.components.light import plain
from dashboard.components.lists import list_state, recommendation_list
from dashboard.components.sentence import reading_chips
from dashboard.components.states import empty_state
from dashboard.pages.recommend.history import starters
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.layout import algorithm_note_of, body_class
from dashboard.pages.recommend.taste import taste_panel
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["register", "to_csv"]

_TO_RATE = 8
_MOST_FACTS = 100
_HIDDEN = {"display": "none"}
_OTHER_FILMS = "All of your watchlist was rated already or does not pass the filters."
_SEEN_ALL = "You have seen all that qualify. Change what you ask for to begin anew."
_SAID_TOO_MUCH = "Take something out of the sentence, or widen the filters."
_NOBODY = {
    "user": "Choose a viewer by number, or rate films yourself.",
    "friend": NO_FRIEND,
}
_EMPTY_WATCHLIST = "Your watchlist is empty. The bookmark on a film keeps it for later."


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


def _offer(app: "Dash", service: "CineMatch") -> None:
    """Register what the selects offer."""
    offer_users(app, service, Recommend.USER)
    offer_learned(app, service, Recommend.ALGORITHM)
    for tags in (Recommend.TAGS, Recommend.EXCLUDE_TAGS):
        offer_tags(app, service, tags)


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    _offer(app, service)
    wishes.register(app, service)
    own_films.register(app, service)
    shaping.register(app, service)

    @app.callback(
        output=[
            Output(Recommend.RESULTS, "list"),
            Output(Recommend.SUMMARY, "children"),
            Output(Recommend.ADDRESS, "data"),
            Output(Recommend.READING, "tree"),
            Output(Recommend.SHAPING, "of"),
        ],
        inputs={"held": list_controls(Input)},
        state={"friends_come": State(Recommend.FRIEND, "needed")},
        on_error=notify_error,
    )
    def recommendations(held: Mapping[str, Any], friends_come: bool | None) -> tuple[Any, str, Any, Any, Any]:
        if held["visitor"] is None or (held["mode"] == "friend" and friends_come and held["friend"] is None):
            # What the browser keeps, and who came with the address, is told as soon as the page stands. Later every
            # change is answered, also where it concerns another list: an answer that is left out takes the one
            # before it along, if that is still on its way.
            raise PreventUpdate
        asked = ListControls.of(service, held)
        if not asked.answerable:
            nobody = list_state("Whose taste?", _NOBODY["friend" if asked.mode == "friend" else "user"])
            return {**nobody, "whom": asked.whom}, "", dash.no_update, None, None
        try:
            found = service.recommend(asked.request())
            before = service.recommend(replace(asked, without=()).request()) if asked.without else None
        except CineMatchError as error:
            failed = list_state("This did not work", str(error), error=True)
            understood = reading_chips(service.read(asked.say) if asked.say else None, Recommend.SAY)
            return {**failed, "whom": asked.whom}, "", dash.no_update, plain(understood), None
        names = {status.key: status.name for status in service.models()}
        whom = _whom(service, asked)
        summary = _summary(found, asked, names.get(found.algorithm, found.algorithm), whom)
        summary += without_note(found, before, asked)
        hint = _hint(asked)
        friend = None if asked.friend is None else asked.friend.key
        films = recommendation_list(
            found,
            visitor=asked.visitor is not None,
            hint=hint,
            friend=friend,
            without=asked.without,
            before=before,
        )
        understood = plain(reading_chips(found.reading, Recommend.SAY))
        address = asked.address()
        whole = replace(asked, without=()).address() if asked.without else address
        of = {"key": f"{whole} {asked.whom} {len(asked.passed)}", "whom": asked.whom}
        return {**films, "whom": asked.whom}, summary, address, understood, of

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
        state={"held": list_controls(State)},
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
