"""What wishes for a list cost, and the films kept for later."""

from typing import TYPE_CHECKING, Any

from dash import Input, Output
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.visitor import watchlist
from core.lists.reranking import Reranking
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.watchlist import watchlist_films
from dashboard.pages.recommend.wishes import SLIDERS, cost_id, measured_note
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["register"]


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""

    @app.callback(
        *(Output(cost_id(slider), "children") for _, slider, *_ in SLIDERS),
        Output(Recommend.WISH_NOTE, "children"),
        Input(Recommend.ALGORITHM, "value"),
        *(Input(slider, "value") for _, slider, *_ in SLIDERS),
        on_error=notify_error,
    )
    def costs(algorithm: str | None, *weights: float | None) -> tuple[Any, ...]:
        found = service.wish(algorithm or "", Reranking(*(float(weight or 0) for weight in weights)))
        texts = {cost.wish: cost.text for cost in found.costs}
        return *(texts.get(name, "") for name, *_ in SLIDERS), measured_note(found)

    @app.callback(
        *(Output(slider, "value") for _, slider, *_ in SLIDERS),
        Input(Recommend.WISH_RESET, "n_clicks"),
        prevent_initial_call=True,
    )
    def reset(clicks: int | None) -> list[float]:
        if not clicks:
            raise PreventUpdate
        return [0.0] * len(SLIDERS)

    @app.callback(
        Output(Recommend.WATCHLIST, "children"),
        Input(Shell.WATCHLIST, "data"),
        on_error=notify_error,
    )
    def kept(data: object) -> "Component":
        return watchlist_films([service.movie(movie) for movie in watchlist(data, service)])
