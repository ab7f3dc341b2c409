"""The catalogue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash
from dash import Input, Output

from callbacks.errors import notify_error
from callbacks.selects import offer_tags
from core.errors import CineMatchError
from dashboard.address import FilterState, href
from dashboard.components.lists import catalogue_list, list_state
from dashboard.pages.search.ids import Search
from dashboard.pages.search.layout import PAGE_SIZE

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register"]

_HIDDEN = {"display": "none"}


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    span = service.year_span()
    offer_tags(app, service, Search.TAGS)

    @app.callback(
        Output(Search.RESULTS, "list"),
        Output(Search.SUMMARY, "children"),
        Output(Search.PAGE, "total"),
        Output(Search.PAGE, "value"),
        Output(f"{Search.PAGE}-box", "style"),
        Output(Search.ADDRESS, "data"),
        Input(Search.QUERY, "value"),
        Input(Search.GENRES, "value"),
        Input(Search.TAGS, "value"),
        Input(Search.YEARS, "value"),
        Input(Search.MIN_RATINGS, "value"),
        Input(Search.PAGE, "value"),
        on_error=notify_error,
    )
    def results(
        text: str | None,
        genres: Sequence[str] | None,
        tags: Sequence[str] | None,
        years: Sequence[int] | None,
        min_ratings: str | None,
        page: int | None,
    ) -> tuple[Any, ...]:
        words = (text or "").strip()
        state = FilterState.from_controls(span, genres=genres, tags=tags, years=years, min_ratings=min_ratings)
        turned = dash.ctx.triggered_id == Search.PAGE or not dash.ctx.triggered_id
        number = (page or 1) if turned else 1
        try:
            found = service.search(words, state.filters(), PAGE_SIZE, (number - 1) * PAGE_SIZE)
        except CineMatchError as error:
            return list_state("This did not work", str(error), error=True), "", 1, 1, _HIDDEN, dash.no_update
        pages = max(1, -(-found.total // PAGE_SIZE))
        if number > pages:
            number = pages
            found = service.search(words, state.filters(), PAGE_SIZE, (number - 1) * PAGE_SIZE)
        address = href("/search", q=words, **state.query(), page=number if number > 1 else None)
        films = f"{found.total:,} film{'' if found.total == 1 else 's'}"
        summary = f"{films}, the best match first." if words else f"{films}, the most rated first."
        body = (
            catalogue_list(found.items)
            if found.items
            else list_state("Nothing found", "Try fewer or other words, or widen the filters. Typos are forgiven.")
        )
        return body, summary, pages, number, {} if pages > 1 else _HIDDEN, address
