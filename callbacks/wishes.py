"""What wishes for a list cost."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.selects import offer_tags
from core.lists.requests import CLOSENESS
from core.views import OWN_ORDER, WISHES
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.wishes import NOTHING_NAMED, wish_notes

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register"]


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    offer_tags(app, service, Recommend.NEAR_TAGS)

    @app.callback(
        output={
            "costs": {wish.name: Output(Recommend.wish_cost(wish.name), "children") for wish in WISHES},
            "note": Output(Recommend.WISH_NOTE, "tree"),
            "fixed": {name: Output(Recommend.wish(name), "disabled") for name in sorted(OWN_ORDER)},
        },
        inputs={
            "algorithm": Input(Recommend.ALGORITHM, "value"),
            "weights": {wish.name: Input(Recommend.wish(wish.name), "value") for wish in WISHES},
            "named": [Input(Recommend.NEAR_TAGS, "value"), Input(Recommend.SAY, "value")],
        },
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def costs(algorithm: str | None, weights: Mapping[str, float | None], named: list[Any]) -> dict[str, Any]:
        texts, note = wish_notes(service, algorithm, weights)
        if weights["closeness"] and not any(named):
            texts["closeness"] = NOTHING_NAMED
        return {"costs": texts, "note": note, "fixed": dict.fromkeys(sorted(OWN_ORDER), not service.loves(algorithm))}

    @app.callback(
        *(Output(Recommend.wish(wish.name), "value") for wish in WISHES),
        Input(Recommend.WISH_RESET, "n_clicks"),
        prevent_initial_call=True,
    )
    def reset(clicks: int | None) -> list[float]:
        if not clicks:
            raise PreventUpdate
        return [wish.default for wish in WISHES]

    @app.callback(
        Output(Recommend.wish("closeness"), "value", allow_duplicate=True),
        Input(Recommend.NEAR_TAGS, "value"),
        State(Recommend.wish("closeness"), "value"),
        prevent_initial_call=True,
    )
    def come_close(tags: list[str] | None, weight: float | None) -> float:
        """Give tags a weight as soon as there are any, and take it away with the last one."""
        if bool(tags) == bool(weight):
            raise PreventUpdate
        return CLOSENESS if tags else 0.0
