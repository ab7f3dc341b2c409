"""A searchable choice of a stored user, in data sets of any size."""

from collections.abc import Sequence

import dash_mantine_components as dmc

from core.views import UserView

__all__ = ["user_options", "user_select"]


def user_options(users: Sequence[UserView]) -> list[dict[str, str]]:
    """Return users as the options of a select."""
    return [
        {
            "value": str(user.user_id),
            "label": f"User {user.source_id or user.user_id} · {user.rating_count:,} ratings",
        }
        for user in users
    ]


def user_select(component_id: str, users: Sequence[UserView], user: int | None, label: str = "Viewer") -> dmc.Select:
    """Return the select; callbacks/shared.py fills in options while people type."""
    return dmc.Select(
        id=component_id,
        label=label,
        data=user_options(users),
        value=None if user is None else str(user),
        searchable=True,
        allowDeselect=False,
        nothingFoundMessage="No user has this number",
        leftSection=None,
        placeholder="User number",
        maxDropdownHeight=280,
    )
