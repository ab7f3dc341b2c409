"""A searchable choice of several stored users."""

from collections.abc import Sequence

import dash_mantine_components as dmc

from core.lists.requests import MAX_VIEWERS
from core.views import UserView
from dashboard.components.user_select import user_options

__all__ = ["viewer_select"]


def viewer_select(component_id: str, users: Sequence[UserView], chosen: Sequence[int]) -> dmc.MultiSelect:
    """Return the select; callbacks/together.py fills in options while people type."""
    return dmc.MultiSelect(
        id=component_id,
        label="Viewers of the data set",
        description="Two to five people in all, you included.",
        data=user_options(users),
        value=[str(user) for user in chosen],
        searchable=True,
        hidePickedOptions=True,
        maxValues=MAX_VIEWERS,
        nothingFoundMessage="No user has this number",
        placeholder="User number",
        maxDropdownHeight=280,
    )
