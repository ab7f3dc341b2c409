"""Measuring algorithms, looking at what was measured, similar films."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, html, no_update
from dash.exceptions import PreventUpdate

from callbacks import curves, film_map, what_if
from callbacks.errors import notify_error
from callbacks.jobs.asked import asked_jobs
from callbacks.selects import offer_films
from core.display.titles import short_title
from core.errors import CineMatchError, InvalidInputError
from core.progress import Progress
from core.service import MAX_LIST
from core.views import number_of
from dashboard.address import href
from dashboard.components.algorithm_card import LIKED_TOGETHER
from dashboard.components.job_list import Jobs
from dashboard.components.light import framed
from dashboard.components.states import empty_state, error_state
from dashboard.pages.analytics.ids import Analytics
from dashboard.pages.analytics.run_options import PROTOCOLS
from dashboard.pages.analytics.run_sides import run_sides
from dashboard.pages.analytics.similar_panel import similar_view

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register"]

_COMPARE = "compare"


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    _register_measuring(app, service)
    _register_runs(app, service)
    _register_similar(app, service)
    curves.register(app, service)
    film_map.register(app, service)
    what_if.register(app, service)


def _register_measuring(app: "Dash", service: "CineMatch") -> None:
    jobs = asked_jobs(app)

    def measure(report: Progress, order: dict[str, Any]) -> dict[str, Any]:
        asked = {name: order[name] for name in ("protocol", "folds", "seed")}
        run = service.evaluate(order["keys"], **asked, progress=report, recompute=True)
        return {"run": run.run_id}

    jobs.add(_COMPARE, measure)

    @app.callback(
        Output(Analytics.FOLDS, "disabled"),
        Input(Analytics.PROTOCOL, "value"),
        prevent_initial_call=True,
    )
    def folds_matter(protocol: str) -> bool:
        return protocol != "ratings"

    @app.callback(
        output=[Output(Jobs.ASKED, "data", allow_duplicate=True), Output(Analytics.TOLD, "children")],
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
        if protocol not in PROTOCOLS:
            raise InvalidInputError(f"The question is one of {', '.join(PROTOCOLS)}.")
        names = {status.key: status.name for status in service.models() if status.key in keys}
        splits = number_of(folds, "number of splits", 1, 10) if protocol == "ratings" else 1
        asked: dict[str, Any] = {"protocol": protocol, "folds": splits, "seed": seed}
        run_id = service.measurements.run_id(list(names), **asked)
        shown = href("/analytics", tab="compare", run=run_id)
        if not again and service.measurements.run(run_id) is not None:
            link = html.A("See the stored result", href=shown, className="text-link", **{"data-nav": "1"})
            return no_update, ["Exactly this was measured before. ", link, "."]
        how = f", {splits} folds" if splits > 1 else ""
        jobs.ask(
            _COMPARE,
            f"{PROTOCOLS[protocol]}: {', '.join(names.values())}{how}, seed {seed}",
            {"keys": list(names), **asked},
            shown,
        )
        return time.time(), "It goes on when you leave this page; every tab finds it below."


def _register_runs(app: "Dash", service: "CineMatch") -> None:
    @app.callback(
        Output(Analytics.RUN_VIEW, "children"),
        Output(Analytics.RUN_QUERY, "data"),
        Output(Analytics.RUN_ADDRESS, "data"),
        Input(Analytics.STORED, "value"),
        Input(Analytics.pick(ALL, ALL), "value"),
        State(Analytics.pick(ALL, ALL), "id"),
        State(Analytics.RUN_QUERY, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def show(
        run_id: str | None, values: list[str], ids: list[dict[str, str]], query: dict[str, str] | None
    ) -> tuple[Any, Any, Any]:
        before = query or {}
        picked = {one["name"]: value for one, value in zip(ids, values, strict=True) if value != one["drawn"]}
        # What is drawn anew brings its selects with it, which is no new question.
        if not run_id or (not picked and run_id == before.get("run")):
            raise PreventUpdate
        asked = {**before, **picked, "run": run_id}
        run = service.measurements.run(run_id)
        if run is None:
            return error_state("This measurement is no longer stored. Measure again."), asked, no_update
        return framed(run_sides(service, run, asked)), asked, href("/analytics", **{"tab": "compare", **asked})


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
        return framed(similar_view(short_title(movie.title), found, by)), address
