"""Choices that stand in the address: whatever is picked, the side of a measurement is drawn anew."""

from collections.abc import Mapping, Sequence

import dash_mantine_components as dmc

from core.display.metrics import metric_label
from dashboard.address import Query
from dashboard.pages.analytics.ids import Analytics

__all__ = ["metric_options", "pick", "picked"]


def picked(query: Query, name: str, options: Sequence[str], default: str | None = None) -> str:
    """Return what an address picks, the default or the first of `options` where it picks none of them."""
    asked = query.get(name, "")
    if asked in options:
        return asked
    return default if default in options and default is not None else options[0]


def pick(name: str, label: str, options: Mapping[str, str], value: str) -> dmc.Select:
    """Return the select of a choice that is named `name` in the address."""
    return dmc.Select(
        id=Analytics.pick(name, value),
        label=label,
        data=[{"value": key, "label": text} for key, text in options.items()],
        value=value,
        allowDeselect=False,
        searchable=len(options) > 12,
        nothingFoundMessage="None of them",
    )


def metric_options(metrics: Sequence[str]) -> dict[str, str]:
    """Return metrics by their keys, in people's words."""
    return {metric: metric_label(metric) for metric in metrics}
