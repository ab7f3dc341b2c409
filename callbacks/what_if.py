"""The what-if on the hybrid's weights: sliders, two lists, a measurement in the background."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dash import ALL, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.jobs.manager import stored_results
from callbacks.selects import offer_users
from core.errors import CineMatchError, InvalidInputError
from core.lists.requests import WhatIf as Question
from core.views import HybridWeights, number_of
from dashboard.address import Query, href
from dashboard.components.states import error_state
from dashboard.pages.analytics.ids import WhatIf
from dashboard.pages.analytics.weight_sliders import HIGHEST, weight_bar
from dashboard.pages.analytics.what_if_panel import measured_view, moved_lists, what_if_panel

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["address", "factors_of", "panel", "register", "stored_under"]

_SHOWN = 10
_COMPARED = 100
_HIDDEN = {"display": "none"}
_RESULT = "what-if"


def factors_of(query: Query) -> dict[str, dict[str, float]]:
    """Return the factors of an address, such as ``ranking=ease:0.5,svd:0``; what does not parse is ignored."""
    found: dict[str, dict[str, float]] = {}
    for part in ("ranking", "rating"):
        found[part] = {}
        for text in query.get(part, "").split(","):
            key, _, factor = text.partition(":")
            try:
                value = float(factor)
            except ValueError:
                continue
            if 0 <= value <= HIGHEST:
                found[part][key] = value
    return found


def address(user: str | None, question: Question) -> str:
    """Return the page's address that shows the same again."""
    told = {
        part: [f"{key}:{factor:g}" for key, factor in factors.items() if factor != 1]
        for part, factors in (("ranking", question.ranking), ("rating", question.rating))
    }
    return href("/analytics", tab="what-if", user=user, **told)


def panel(service: "CineMatch", query: Query) -> "Component":
    """Return the tab; without a loaded hybrid, why it is empty."""
    user = service.user_named(query.get("user", ""))
    try:
        weights = service.hybrid_weights()
    except CineMatchError as error:
        return error_state(str(error))
    return what_if_panel(service.users(keep=() if user is None else (user,)), weights, user, factors_of(query))


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
        told = f"Weights and lists are those for the {length:,} ratings of user {user}."
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
    results = stored_results(app)

    @app.callback(
        Output(WhatIf.ORDER, "data"),
        Output(WhatIf.FINISHED, "data", allow_duplicate=True),
        Input(WhatIf.RUN, "n_clicks"),
        State(WhatIf.slider(ALL, ALL), "value"),
        State(WhatIf.slider(ALL, ALL), "id"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def order(clicks: int | None, values: list[float], ids: list[dict[str, str]]) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        question = _question(ids, values)
        if not question.active:
            raise InvalidInputError("Nothing is changed yet: move a slider first.")
        service.hybrid_weights(what_if=question)  # refuses what does not fit before anything is started
        wanted = {"ranking": dict(question.ranking), "rating": dict(question.rating), "click": clicks}
        known = results.get(_RESULT, stored_under(wanted, service.code_version()))
        return (no_update, known) if known is not None else (wanted, no_update)

    @app.callback(
        Output(WhatIf.FINISHED, "data", allow_duplicate=True),
        Input(WhatIf.ORDER, "data"),
        background=True,
        interval=500,
        prevent_initial_call=True,
        progress=[Output(WhatIf.PROGRESS, "value"), Output(WhatIf.PROGRESS_TEXT, "children")],
        progress_default=[0, "Waiting for a free place …"],
        running=[
            (Output(WhatIf.RUN, "disabled"), True, False),
            (Output(WhatIf.CANCEL, "disabled"), False, True),
            (Output(WhatIf.PROGRESS_BOX, "style"), {}, _HIDDEN),
        ],
        cancel=[Input(WhatIf.CANCEL, "n_clicks")],
        on_error=notify_error,
    )
    def measure(set_progress: Callable[[Any], None], order: dict[str, Any] | None) -> dict[str, Any]:
        if not order:
            raise PreventUpdate
        found = service.measure_what_if(
            Question(order["ranking"], order["rating"]),
            progress=lambda share, text: set_progress((round(100 * share, 1), f"{share:.0%} · {text}")),
        ).to_dict()
        results.put(_RESULT, stored_under(order, service.code_version()), found)
        return found

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
