"""A list for several people as data: every film with what is predicted that each of them will give it.

assets/js/34-group-list.js draws it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.views import GroupItem, GroupList, GroupViewer
from dashboard.components.film_data import film_data
from dashboard.components.lists import FilmListData, list_state

__all__ = ["group_list", "viewer_names"]


def viewer_names(viewers: Sequence[GroupViewer], visitors: Sequence[str] = ("You",)) -> list[str]:
    """Return what viewers are called, by the source's own id where ids are text.

    Parameters
    ----------
    visitors : sequence of str
        The names of those who are no users of the data set, in their order.
    """
    names = iter(visitors)
    return [next(names) if one.user_id is None else f"User {one.source_id or one.user_id}" for one in viewers]


def group_list(
    found: GroupList,
    own: Mapping[str, float] | None = None,
    visitors: Sequence[str] = ("You",),
    friends: Sequence[str | None] = (None,),
) -> FilmListData:
    """Return the films of a list, or why there are none.

    Parameters
    ----------
    own : mapping of str to float, optional
        The weights by which the algorithm itself ordered, by name.
    visitors : sequence of str
        As `viewer_names` takes it.
    friends : sequence of str or None
        By what the browser knows each of these; None for its own person.
    """
    if not found.items:
        return list_state(
            "No film qualifies", "Every film that passes the filters was rated by somebody of you. Widen the filters."
        )
    keys = iter(friends)
    viewers = [
        {
            "name": name,
            "user": viewer.user_id,
            "friend": next(keys) if viewer.user_id is None else None,
            "mean": viewer.mean_rating,
        }
        for viewer, name in zip(found.members, viewer_names(found.members, visitors), strict=True)
    ]
    asked = {"algorithm": found.algorithm, "own": dict(own or {})}
    return {"films": [_film(item) for item in found.items], "viewers": viewers, "asked": asked}


def _film(item: GroupItem) -> dict[str, Any]:
    return {
        **film_data(item),
        "rank": item.rank,
        "opinions": [{"predicted": one.predicted_rating, "least": one.least_pleased} for one in item.members],
    }
