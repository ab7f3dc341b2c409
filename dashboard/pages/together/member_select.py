"""A searchable choice of several stored users."""

from collections.abc import Sequence

import dash_mantine_components as dmc

from core.data.dataset import Dataset
from core.lists.groups import MAX_MEMBERS
from dashboard.components.user_select import user_options

__all__ = ["member_options", "member_select"]


def member_options(dataset: Dataset, text: str, chosen: Sequence[int]) -> list[dict[str, str]]:
    """Return options of a select: those who are chosen, and users like `text`."""
    found: dict[str, dict[str, str]] = {}
    for user in chosen:
        found |= {option["value"]: option for option in user_options(dataset, str(user))[:1]}
    for option in user_options(dataset, text):
        found.setdefault(option["value"], option)
    return list(found.values())


def member_select(component_id: str, dataset: Dataset, users: Sequence[int]) -> dmc.MultiSelect:
    """Return the select; callbacks/together.py fills in options while people type."""
    return dmc.MultiSelect(
        id=component_id,
        label="Viewers",
        description="Two to five people, you included.",
        data=member_options(dataset, "", users),
        value=[str(user) for user in users],
        searchable=True,
        hidePickedOptions=True,
        maxValues=MAX_MEMBERS,
        nothingFoundMessage="No user has this number",
        placeholder="User number",
        maxDropdownHeight=280,
    )
