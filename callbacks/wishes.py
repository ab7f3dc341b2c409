"""What wishes for a list cost, and the films kept for later."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Input, Output
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.visitor import watchlist
from core.views import WISHES
from dashboard.components.wish_slider import NOT_TOLD
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.watchlist import watchlist_films
from dashboard.pages.recommend.wishes import measured_note, wish_of
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["register"]


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""

    @app.callback(
        output={
            "costs": {wish.name: Output(Recommend.wish_cost(wish.name), "children") for wish in WISHES},
            "note": Output(Recommend.WISH_NOTE, "children"),
            "fixed": Output(Recommend.wish("love"), "disabled"),
        },
        inputs={
            "algorithm": Input(Recommend.ALGORITHM, "value"),
            "weights": {wish.name: Input(Recommend.wish(wish.name), "value") for wish in WISHES},
        },
        on_error=notify_error,
    )
    def costs(algorithm: str | None, weights: Mapping[str, float | None]) -> dict[str, Any]:
        loves = service.loves(algorithm)
        found = service.wish(algorithm or "", wish_of(weights, loves=loves))
        texts = {cost.wish: cost.text for cost in found.costs} | ({} if loves else {"love": NOT_TOLD})
        costs = {name: texts.get(name, "") for name in weights}
        return {"costs": costs, "note": measured_note(found), "fixed": not loves}

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
        Output(Recommend.WATCHLIST, "children"),
        Input(Shell.WATCHLIST, "data"),
        on_error=notify_error,
    )
    def kept(data: object) -> "Component":
        return watchlist_films([service.movie(movie) for movie in watchlist(data, service)])
