"""A searchable choice of a stored user, in data sets of any size."""

import re

import dash_mantine_components as dmc
import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.source_ids import starting_with

__all__ = ["user_options", "user_select", "users_like"]

_LIMIT = 20
_NUMBER = re.compile(r"\d+")


def users_like(ids: NDArray[np.int64], text: str, limit: int = _LIMIT) -> list[int]:
    """Return positions of the users whose id begins with the first number in `text`; the first users without one.

    Parameters
    ----------
    ids : ndarray of int64, ascending
    """
    found = _NUMBER.search(text or "")
    if not found:
        return list(range(min(limit, len(ids))))
    low = int(found.group()[:18])
    if low == 0:
        return [0] if len(ids) and ids[0] == 0 else []
    positions: list[int] = []
    high = low + 1
    # 12 -> 12, then 120..129, then 1200..1299: ranges of the sorted ids, so nothing is scanned.
    while len(ids) and low <= int(ids[-1]) and len(positions) < limit:
        start, end = np.searchsorted(ids, [low, high])
        positions += range(int(start), min(int(end), int(start) + limit))
        low, high = low * 10, high * 10
    return positions[:limit]


def user_options(dataset: Dataset, text: str = "", chosen: int | None = None) -> list[dict[str, str]]:
    """Return options of a select: users like `text`, and `chosen` so that it always has a label."""
    if dataset.user_source_ids is None:
        positions = users_like(dataset.user_ids, text)
    else:
        positions = starting_with(dataset.user_ids, dataset.user_source_ids, text, _LIMIT)
    if chosen is not None:
        extra = int(np.searchsorted(dataset.user_ids, chosen))
        known = extra < len(dataset.user_ids) and int(dataset.user_ids[extra]) == chosen
        if known and extra not in positions:
            positions = [extra, *positions]
    counts = np.diff(dataset.user_indptr)
    return [
        {
            "value": str(int(dataset.user_ids[position])),
            "label": f"User {dataset.user_label(position)} · {int(counts[position]):,} ratings",
        }
        for position in positions
    ]


def user_select(component_id: str, dataset: Dataset, user: int | None, label: str = "Viewer") -> dmc.Select:
    """Return the select; callbacks/shared.py fills in options while people type."""
    return dmc.Select(
        id=component_id,
        label=label,
        data=user_options(dataset, "", user),
        value=None if user is None else str(user),
        searchable=True,
        allowDeselect=False,
        nothingFoundMessage="No user has this number",
        leftSection=None,
        placeholder="User number",
        maxDropdownHeight=280,
    )
