"""Recommendation lists, with what their buttons need to know of whom and what was asked."""

from collections.abc import Sequence

from dash.development.base_component import Component

from core.views import RecommendationList
from dashboard.components import light as html
from dashboard.components.movie_card import recommendation_card
from dashboard.components.states import empty_state

__all__ = ["recommendation_list"]


def recommendation_list(
    found: RecommendationList, *, visitor: bool = False, films: Sequence[int] = (), hint: str = ""
) -> html.Node | Component:
    """Return the cards of a list, or why there are none.

    Parameters
    ----------
    visitor : bool
        Whether the list is for this browser's person, who can then act on it.
    films : sequence of int
        Films that stand for the person's taste, where the list was made from those alone.
    hint : str
        What to do when the list is empty.
    """
    if not found.items:
        return empty_state("No film qualifies", hint or "Widen the filters: fewer genres, more years, fewer ratings.")
    data = {"data-algorithm": found.algorithm}
    if found.user_id is not None:
        data["data-user"] = str(found.user_id)
    if films:
        data["data-films"] = ",".join(map(str, films))
    if found.wish is not None and "love" in found.wish.weights:
        data["data-love"] = f"{found.wish.love:g}"
    return html.Ol(
        [recommendation_card(item, visitor=visitor) for item in found.items], className="card-grid plain", **data
    )
