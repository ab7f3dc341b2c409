"""Which models come first when not all of them fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Footprint", "footprint", "loading_order"]

_LEAST_MB = 1e-3


@dataclass(frozen=True, slots=True)
class Footprint:
    """What decides on a model's place in the order.

    Attributes
    ----------
    mb : float
        Its own size, without its members'.
    quality : float or None
        Higher is better; None when it was not measured.
    members : tuple of str
        Keys of the models that it needs.
    served : bool
        Whether people may ask for it; otherwise it is loaded for an ensemble's sake alone.
    """

    mb: float
    quality: float | None = None
    members: tuple[str, ...] = ()
    served: bool = True


def footprint(manifest: Mapping[str, Any], *, served: bool = True) -> Footprint:
    """Return the footprint of a stored model; its quality is the held-out NDCG@10 of liked films."""
    values = (manifest.get("metrics") or {}).get("values") or {}
    quality = values.get("liked_ndcg@10")
    return Footprint(
        float(manifest["sizes"]["disk"]),
        float(quality) if isinstance(quality, int | float) else None,
        tuple(manifest.get("members") or ()),
        served,
    )


def loading_order(models: Mapping[str, Footprint], budget_mb: float) -> list[str]:
    """Return keys in the order of measured quality per megabyte, members before their ensembles.

    Parameters
    ----------
    models : mapping of key to Footprint
    budget_mb : float
        What all together may take.

    Returns
    -------
    list of str
        First what fits, then the served models that do not.

    Notes
    -----
    Greedy for the knapsack problem: again and again the model with the most quality for each megabyte that it
    adds, so an ensemble becomes cheap once its members are in. Models that nobody measured follow those that were,
    the smallest first.
    """
    order: list[str] = []
    used = 0.0
    waiting = {key for key, model in models.items() if model.served}
    while waiting:
        added = {key: _missing(key, models, order) for key in waiting}
        cost = {key: sum(models[name].mb for name in names) for key, names in added.items()}

        def rank(key: str, cost: Mapping[str, float] = cost) -> tuple[bool, float, float, str]:
            quality = models[key].quality
            worth = 0.0 if quality is None else -quality / max(cost[key], _LEAST_MB)
            return quality is None, worth, cost[key], key

        fitting = [key for key in waiting if used + cost[key] <= budget_mb]
        if not fitting:
            return order + sorted(waiting, key=rank)
        chosen = min(fitting, key=rank)
        order += added[chosen]
        used += cost[chosen]
        waiting -= set(added[chosen])
    return order


def _missing(key: str, models: Mapping[str, Footprint], order: list[str]) -> list[str]:
    """Return what has to be loaded for a model, itself last."""
    found: list[str] = []
    for member in models[key].members:
        found += [name for name in _missing(member, models, order) if name not in found] if member in models else []
    return [name for name in (*found, key) if name not in order]
