"""Charts of the data set, comparison of algorithms, similar films."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks import what_if
from callbacks.errors import notify, notify_error
from callbacks.selects import offer_films
from core.display.titles import short_title
from core.errors import CineMatchError, InvalidInputError
from core.service import MAX_LIST
from core.views import number_of, whole_number
from dashboard.address import href
from dashboard.components.algorithm_card import LIKED_TOGETHER, similarity_options
from dashboard.components.film_select import FILMS_OFFERED, film_options
from dashboard.components.overview_charts import overview_charts
from dashboard.components.states import empty_state, error_state
from dashboard.pages.analytics.compare_panel import compare_panel, run_options
from dashboard.pages.analytics.ids import Analytics
from dashboard.pages.analytics.layout import TABS
from dashboard.pages.analytics.match_panel import match_panel
from dashboard.pages.analytics.run_view import run_view
from dashboard.pages.analytics.similar_panel import similar_panel, similar_view

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["register"]

_HIDDEN = {"display": "none"}


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    _register_tabs(app, service)
    _register_comparison(app, service)
    _register_similar(app, service)
    what_if.register(app, service)


def _register_tabs(app: "Dash", service: "CineMatch") -> None:
    def data(query: Mapping[str, str]) -> "Component":
        del query
        return overview_charts(service.overview(), service.genre_pairs())

    def compare(query: Mapping[str, str]) -> "Component":
        stored = service.runs()
        known = [run.run_id for run in stored]
        asked = query.get("run")
        return compare_panel(service.models(), stored, asked if asked in known else next(iter(known), None))

    def match(query: Mapping[str, str]) -> "Component":
        del query
        loaded = [status for status in service.models() if status.state == "loaded"]
        told = [(status, service.reliability(status.key)) for status in loaded]
        return match_panel([(status, view) for status, view in told if view is not None])

    def similar(query: Mapping[str, str]) -> "Component":
        asked = query.get("film", "")
        number = whole_number(asked)
        chosen = [] if number is None else [service.movie(number)]
        options = film_options(service.search("", limit=FILMS_OFFERED).items, chosen)
        film = asked if chosen else options[0]["value"] if options else None
        measures = [str(one["value"]) for one in similarity_options(service.models()) if not one["disabled"]]
        asked_by = query.get("algorithm", "")
        return similar_panel(service.models(), options, film, asked_by if asked_by in measures else LIKED_TOGETHER)

    build: dict[str, Callable[[Mapping[str, str]], Component]] = {
        "data": data,
        "compare": compare,
        "match": match,
        "similar": similar,
        "what-if": lambda query: what_if.panel(service, query),
    }

    @app.callback(
        *(Output(f"{Analytics.BODY}-{key}", "children") for key, _ in TABS),
        Output(Analytics.ADDRESS, "data"),
        Input(Analytics.TABS, "value"),
        State(Analytics.QUERY, "data"),
        *(State(f"{Analytics.BODY}-{key}", "children") for key, _ in TABS),
        on_error=notify_error,
    )
    def open_tab(tab: str, query: dict[str, str] | None, *bodies: Any) -> tuple[Any, ...]:
        address = href("/analytics", tab=tab if tab != "data" else None)
        first = (query or {}).get("tab", "data") == tab
        # What has been built stays as the person left it, a running job's progress included.
        bodies_out = [
            build[key](query or {} if first else {}) if key == tab and not body else no_update
            for (key, _), body in zip(TABS, bodies, strict=True)
        ]
        return *bodies_out, address if not (first and len(query or {}) > 1) else no_update


def _register_comparison(app: "Dash", service: "CineMatch") -> None:
    @app.callback(
        Output(Analytics.FOLDS, "disabled"),
        Input(Analytics.PROTOCOL, "value"),
        prevent_initial_call=True,
    )
    def folds_matter(protocol: str) -> bool:
        return protocol != "ratings"

    @app.callback(
        output=[Output(Analytics.ORDER, "data"), Output(Analytics.STORED, "value", allow_duplicate=True)],
        inputs={"clicks": Input(Analytics.RUN, "n_clicks")},
        state={
            "keys": State(Analytics.ALGORITHMS, "value"),
            "protocol": State(Analytics.PROTOCOL, "value"),
            "folds": State(Analytics.FOLDS, "value"),
            "seed": State(Analytics.SEED, "value"),
            "again": State(Analytics.AGAIN, "checked"),
        },
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def order(
        clicks: int | None, keys: Sequence[str] | None, protocol: str, folds: str, seed: Any, again: bool
    ) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        if not keys:
            raise InvalidInputError("Choose at least one algorithm to measure.")
        if not isinstance(seed, int) or seed < 0:
            raise InvalidInputError("The seed is a whole number, 0 or more.")
        order_keys = [status.key for status in service.models() if status.key in keys]
        if not again:
            known = service.measured_before(order_keys, protocol, int(folds), seed)
            if known:
                notify("Measured before", "The stored result of exactly this measurement is shown.")
                return no_update, known.run_id
        return {
            "keys": order_keys,
            "protocol": protocol,
            "folds": int(folds),
            "seed": seed,
            "again": bool(again),
            "click": clicks,
        }, no_update

    @app.callback(
        Output(Analytics.FINISHED, "data"),
        Input(Analytics.ORDER, "data"),
        background=True,
        interval=500,
        prevent_initial_call=True,
        progress=[Output(Analytics.PROGRESS, "value"), Output(Analytics.PROGRESS_TEXT, "children")],
        progress_default=[0, "Waiting for a free place …"],
        running=[
            (Output(Analytics.RUN, "disabled"), True, False),
            (Output(Analytics.CANCEL, "disabled"), False, True),
            (Output(Analytics.PROGRESS_BOX, "style"), {}, _HIDDEN),
        ],
        cancel=[Input(Analytics.CANCEL, "n_clicks")],
        on_error=notify_error,
    )
    def measure(set_progress: Callable[[Any], None], order: dict[str, Any] | None) -> dict[str, Any]:
        if not order:
            raise PreventUpdate
        run = service.evaluate(
            order["keys"],
            protocol=order["protocol"],
            folds=order["folds"],
            seed=order["seed"],
            progress=lambda share, text: set_progress((round(100 * share, 1), f"{share:.0%} · {text}")),
            recompute=order["again"],
        )
        return {"run": run.run_id, "click": order["click"]}

    @app.callback(
        Output(Analytics.STORED, "data"),
        Output(Analytics.STORED, "value", allow_duplicate=True),
        Output(Analytics.SHOWN, "data"),
        Input(Analytics.FINISHED, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def finished(result: dict[str, Any] | None) -> tuple[Any, Any, Any]:
        if not result:
            raise PreventUpdate
        notify("Measured", "The comparison is finished and kept.")
        return run_options(service.runs()), result["run"], result

    @app.callback(
        Output(Analytics.RUN_VIEW, "children"),
        Output(Analytics.RUN_ADDRESS, "data"),
        Input(Analytics.STORED, "value"),
        Input(Analytics.SHOWN, "data"),
        on_error=notify_error,
    )
    def show(run_id: str | None, shown: dict[str, Any] | None) -> tuple[Any, Any]:
        del shown  # the same run measured again has the same id: this asks for it anew
        if not run_id:
            raise PreventUpdate
        run = service.run(run_id)
        if run is None:
            return error_state("This measurement is no longer stored. Measure again."), no_update
        return run_view(run), href("/analytics", tab="compare", run=run_id)


def _register_similar(app: "Dash", service: "CineMatch") -> None:
    offer_films(app, service, Analytics.FILM)

    @app.callback(
        Output(Analytics.SIMILAR, "children"),
        Output(Analytics.SIMILAR_ADDRESS, "data"),
        Input(Analytics.FILM, "value"),
        Input(Analytics.SIMILAR_ALGORITHM, "value"),
        Input(Analytics.SIMILAR_COUNT, "value"),
        on_error=notify_error,
    )
    def neighbours(film: str | None, algorithm: str | None, count: str) -> tuple[Any, Any]:
        if not film:
            return empty_state("Which film?", "Type a title. Typos are fine."), no_update
        key = None if algorithm == LIKED_TOGETHER else algorithm
        address = href("/analytics", tab="similar", film=film, algorithm=key)
        try:
            movie = service.movie(film)
            found = service.similar(movie.movie_id, key, number_of(count, "length", 1, MAX_LIST))
        except CineMatchError as error:
            return error_state(str(error)), address
        if not found:
            return empty_state("No neighbours", "This algorithm knows of no film like it."), address
        by = next((status for status in service.models() if status.key == key), None)
        return similar_view(short_title(movie.title), found, by), address
