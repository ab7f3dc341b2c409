"""Which ratings shape a list, and what becomes of it without some of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.list_controls import ListControls, list_controls
from core.display.titles import short_title
from core.errors import CineMatchError
from core.views import RecommendationList
from dashboard.components.film_data import shaping_film
from dashboard.pages.recommend.ids import Recommend

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register", "without_note"]


def without_note(found: RecommendationList, before: RecommendationList | None, asked: ListControls) -> str:
    """Return what became of the list without the ratings that do not count."""
    if before is None:
        return ""
    here = {item.movie_id for item in found.items}
    gone = [short_title(item.title, include_year=False) for item in before.items if item.movie_id not in here]
    left_out = f"{len(asked.without)} rating{'' if len(asked.without) == 1 else 's'} left out"
    return f" {left_out}; gone: {', '.join(gone)}." if gone else f" {left_out}: the same films."


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callback of the part below the list."""

    @app.callback(
        output=Output(Recommend.SHAPING, "shape"),
        inputs={"wanted": Input(Recommend.SHAPING, "wanted")},
        state={"held": list_controls(State)},
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def shaping(wanted: Any, held: Mapping[str, Any]) -> dict[str, Any]:
        asked = ListControls.of(service, held)
        if not isinstance(wanted, Mapping) or not asked.answerable:
            raise PreventUpdate
        try:
            found = service.shaping(asked.request())
        except CineMatchError as error:
            return {"key": wanted.get("key"), "error": str(error)}
        films = [shaping_film(service.movie(one.movie_id), one) for one in found.ratings]
        return {"key": wanted.get("key"), "films": films, "tried": found.tried, "rated": found.rated, "n": found.n}
