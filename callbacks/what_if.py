"""The what-if on the hybrid's weights: sliders, two lists, a measurement in the background."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.jobs.asked import asked_jobs
from callbacks.jobs.manager import stored_results
from callbacks.selects import offer_users, user_name
from core.errors import CineMatchError, InvalidInputError
from core.lists.requests import WhatIf as Question
from core.progress import Progress
from core.views import HybridWeights, number_of
from dashboard.address import href
from dashboard.components.job_list import Jobs
from dashboard.components.states import error_state
from dashboard.pages.analytics.ids import WhatIf
from dashboard.pages.analytics.weight_sliders import weight_bar
from dashboard.pages.analytics.what_if_panel import measured_view, moved_lists

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["address", "register", "stored_under"]

_SHOWN = 10
_COMPARED = 100
_RESULT = "what-if"


def address(user: str | None, question: Question) -> str:
    """Return the page's address that shows the same again."""
    told = {
        part: [f"{key}:{factor:g}" for key, factor in factors.items() if factor != 1]
        for part, factors in (("ranking", question.ranking), ("rating", question.rating))
    }
    return href("/analytics", tab="what-if", user=user, **told)


def _question(ids: Sequence[Mapping[str, str]], values: Sequence[float]) -> Question:
    factors: dict[str, dict[str, float]] = {"ranking": {}, "rating": {}}
    for name, value in zip(ids, values, strict=True):
        factors[name["part"]][name["key"]] = round(float(value), 3)
    return Question(factors["ranking"], factors["rating"])


def stored_under(order: Mapping[str, Any], code: str) -> dict[str, Any]:
    """Return the arguments under which the result of an order is stored; of another code it is another one."""
    # A browser sends 2.0 back as 2.
    factors = {part: {key: float(factor) for key, factor in order[part].items()} for part in ("ranking", "rating")}
    return {**factors, "code": code}


def _bars(ids: Sequence[Mapping[str, str]], learned: HybridWeights, now: HybridWeights) -> list[Any]:
    parts = {
        "ranking": {one.key: (one, other.weight) for one, other in zip(learned.ranking, now.ranking, strict=True)},
        "rating": {one.key: (one, other.weight) for one, other in zip(learned.rating, now.rating, strict=True)},
    }
    scales = {"ranking": learned.ranking, "rating": learned.rating}
    return [weight_bar(*parts[name["part"]][name["key"]], scales[name["part"]]) for name in ids]


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    offer_users(app, service, WhatIf.USER)
    _register_lists(app, service)
    _register_measuring(app, service)


def _register_lists(app: "Dash", service: "CineMatch") -> None:
    @app.callback(
        Output(WhatIf.bar(ALL, ALL), "children"),
        Output(WhatIf.LENGTH, "children"),
        Output(WhatIf.LISTS, "children"),
        Output(WhatIf.ADDRESS, "data"),
        Input(WhatIf.slider(ALL, ALL), "value"),
        Input(WhatIf.USER, "value"),
        State(WhatIf.slider(ALL, ALL), "id"),
        on_error=notify_error,
    )
    def show(values: list[float], user: str | None, ids: list[dict[str, str]]) -> tuple[Any, Any, Any, Any]:
        if not user:
            raise PreventUpdate
        question = _question(ids, values)
        try:
            viewer = number_of(user, "viewer")
            length = len(service.profile(user_id=viewer))
            weights = service.hybrid_weights(length), service.hybrid_weights(length, question)
            learned = service.recommend(user_id=viewer, algorithm="hybrid", n=_COMPARED)
            changed = service.recommend(user_id=viewer, algorithm="hybrid", n=_COMPARED, what_if=question)
        except CineMatchError as error:
            return [no_update] * len(ids), "", error_state(str(error)), no_update
        lists = moved_lists(learned.items, changed.items, _SHOWN, active=question.active)
        told = f"Weights and lists are those for the {length:,} ratings of user {user_name(service, viewer)}."
        return _bars(ids, *weights), told, lists, address(user, question)

    @app.callback(
        Output(WhatIf.slider(ALL, ALL), "value"),
        Input(WhatIf.RESET, "n_clicks"),
        State(WhatIf.slider(ALL, ALL), "id"),
        prevent_initial_call=True,
    )
    def reset(clicks: int | None, ids: list[dict[str, str]]) -> list[float]:
        if not clicks:
            raise PreventUpdate
        return [1.0] * len(ids)


def _register_measuring(app: "Dash", service: "CineMatch") -> None:
    results, jobs = stored_results(app), asked_jobs(app)

    def measure(report: Progress, order: dict[str, Any]) -> dict[str, Any]:
        found = service.measurements.what_if(Question(order["ranking"], order["rating"]), report).to_dict()
        results.put(_RESULT, stored_under(order, service.measurements.code_version()), found)
        return {}

    jobs.add(_RESULT, measure)

    @app.callback(
        Output(Jobs.ASKED, "data", allow_duplicate=True),
        Output(WhatIf.FINISHED, "data", allow_duplicate=True),
        Input(WhatIf.RUN, "n_clicks"),
        State(WhatIf.slider(ALL, ALL), "value"),
        State(WhatIf.slider(ALL, ALL), "id"),
        State(WhatIf.USER, "value"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def order(
        clicks: int | None, values: list[float], ids: list[dict[str, str]], user: str | None
    ) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        question = _question(ids, values)
        if not question.active:
            raise InvalidInputError("Nothing is changed yet: move a slider first.")
        weights = service.hybrid_weights(what_if=question)  # refuses what does not fit before anything is started
        wanted = stored_under({"ranking": question.ranking, "rating": question.rating}, "")
        known = results.get(_RESULT, stored_under(wanted, service.measurements.code_version()))
        if known is not None:
            return no_update, known
        jobs.ask(_RESULT, _told(weights, question), wanted, address(user, question))
        return time.time(), no_update

    @app.callback(
        Output(WhatIf.FINISHED, "data", allow_duplicate=True),
        Input(Jobs.ENDED, "data"),
        State(WhatIf.slider(ALL, ALL), "value"),
        State(WhatIf.slider(ALL, ALL), "id"),
        prevent_initial_call="initial_duplicate",
        on_error=notify_error,
    )
    def found(_ended: Any, values: list[float], ids: list[dict[str, str]]) -> dict[str, Any]:
        # Also at the first look: who comes back by the address finds what was measured meanwhile.
        question = _question(ids, values)
        wanted = {"ranking": question.ranking, "rating": question.rating}
        known = results.get(_RESULT, stored_under(wanted, service.measurements.code_version()))
        if not question.active or known is None:
            raise PreventUpdate
        return known

    @app.callback(
        Output(WhatIf.MEASURED, "children"),
        Input(WhatIf.FINISHED, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def finished(result: dict[str, Any] | None) -> Any:
        if not result:
            raise PreventUpdate
        return measured_view(result)


def _told(weights: HybridWeights, question: Question) -> str:
    changes = [
        f"{one.name} x {factors[one.key]:g} in the {what}"
        for what, members, factors in (
            ("order", weights.ranking, question.ranking),
            ("stars", weights.rating, question.rating),
        )
        for one in members
        if factors.get(one.key, 1) != 1
    ]
    return f"What if: {', '.join(changes)}"
