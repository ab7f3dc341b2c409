"""Films from other services on the Recommend page, and the way out for one's own."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dash
from dash import ClientsideFunction, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.visitor import kept_films
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.own_films import EXPORTS, import_review
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["register"]


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    app.clientside_callback(
        ClientsideFunction("cinematch", "send_films"),
        Output(Recommend.UPLOAD_SENT, "data"),
        Input(Recommend.UPLOAD, "contents"),
        State(Recommend.UPLOAD, "filename"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(Recommend.IMPORT_TABLE, "children"),
        Input(Recommend.IMPORT_REVIEW, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def review(found: Mapping[str, Any] | None) -> "Component | None":
        return import_review(found) if found else None

    @app.callback(
        output=Output(Recommend.TAKE_OUT, "data"),
        inputs={"clicks": [Input(Recommend.take_out(form), "n_clicks") for form in EXPORTS]},
        state={"visitor": State(Shell.VISITOR, "data"), "watchlist": State(Shell.WATCHLIST, "data")},
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def take_out(clicks: Sequence[int | None], visitor: object, watchlist: object) -> dict[str, Any]:
        form = next((form for form in EXPORTS if dash.ctx.triggered_id == Recommend.take_out(form)), None)
        if not any(clicks) or form is None:
            raise PreventUpdate
        _, name, kind = EXPORTS[form]
        text = service.export_films(kept_films(visitor, watchlist, service), form)
        return {"content": text, "filename": name, "type": kind}
