"""A choice of the tags that people gave films."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash.development.base_component import Component

from core.views import TagView

__all__ = ["TAGS_OFFERED", "tag_options", "tag_select"]

TAGS_OFFERED = 30
"""How many tags a select offers at once."""


def tag_options(found: Sequence[TagView], chosen: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return tags as options of a select, behind those that are chosen already."""
    known = {tag.tag for tag in found}
    first = [{"value": tag, "label": tag} for tag in chosen if tag not in known]
    return [*first, *({"value": tag.tag, "label": f"{tag.tag} ({tag.films:,})"} for tag in found)]


def tag_select(
    select_id: str, offered: Sequence[TagView], chosen: Sequence[str], *, label: str, placeholder: str
) -> Component:
    """Return a select of several tags; its options follow what is typed (callbacks/selects.py)."""
    return dmc.MultiSelect(
        id=select_id,
        label=label,
        placeholder="" if chosen else placeholder,
        data=tag_options(offered, chosen),
        value=list(chosen),
        searchable=True,
        clearable=True,
        disabled=not offered,
        nothingFoundMessage="No such tag",
    )
