"""What a wish costs, as far as it was measured: read from a model's metrics, never estimated."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.views import WISHES, MeasuredWeight, Reranking, WishCost, WishView

__all__ = ["wish_cost", "wish_view"]

_SAME = 1e-9
_METRIC = "liked_ndcg@10"


def wish_view(wish: Reranking, n: int, metrics: Mapping[str, Any]) -> WishView:
    """Return a wish for a list of `n` with the costs of its weights.

    Parameters
    ----------
    metrics : mapping
        Those of the model's manifest; what was measured of wishes stands under ``wishes``
        (`core.evaluation.wishes`).
    """
    weights = {name: float(weight) for name, weight in wish.weights.items()}
    costs = [wish_cost(name, weight, metrics) for name, weight in weights.items()]
    measured = metrics.get("wishes")
    how = measured.get("how") if isinstance(measured, Mapping) else None
    return WishView(**weights, candidates=int(wish.depth(n)), costs=costs, how=how)


def wish_cost(name: str, weight: float, metrics: Mapping[str, Any]) -> WishCost:
    """Return what was measured of a weight: of itself, else of the closest on both sides of it off the default."""
    found = metrics.get("wishes")
    if not isinstance(found, Mapping) or _METRIC not in found:
        return WishCost(name, weight, None, [], "What this costs was not measured for this algorithm.")
    default = next(wish.default for wish in WISHES if wish.name == name)
    measured = sorted(
        (
            MeasuredWeight(row["weight"], row["change"], row["low"], row["high"])
            for row in found["weights"]
            if row["wish"] == name and (row["weight"] - default) * (weight - default) > 0
        ),
        key=lambda row: abs(row.weight - default),
    )
    plain = float(found[_METRIC])
    distance = abs(weight - default)
    closest = [row for row in measured if abs(row.weight - weight) < _SAME] or [
        *[row for row in measured if abs(row.weight - default) < distance][-1:],
        *[row for row in measured if abs(row.weight - default) > distance][:1],
    ]
    told = _told(weight, closest, plain)
    following = found.get("next") if name == "lately" else None
    if not following:
        return WishCost(name, weight, plain, closest, told)
    rows = {float(at): MeasuredWeight(float(at), **row) for at, row in following["weights"].items()}
    gained = [rows[row.weight] for row in closest if row.weight in rows]
    ndcg = float(following["ndcg"])
    return WishCost(name, weight, plain, closest, told + _following(gained, ndcg), ndcg, gained)


def _following(gained: Sequence[MeasuredWeight], ndcg: float) -> str:
    """Return what measured weights gain for the film that is rated next."""
    parts = [f"{row.weight:g} {row.change:+.4f} (95% interval {row.low:+.4f} to {row.high:+.4f})" for row in gained]
    return f" NDCG@10 of the film rated next, {ndcg:.4f} without: {'; '.join(parts)}." if parts else ""


def _told(weight: float, closest: list[MeasuredWeight], plain: float) -> str:
    if not closest:
        return "What this costs was not measured for this algorithm."
    if abs(closest[0].weight - weight) < _SAME:
        return f"On held-out ratings this {_change(closest[0], plain)}."
    parts = [f"{row.weight:g} {_change(row, plain)}" for row in closest]
    return f"{weight:g} was not measured. On held-out ratings {'; '.join(parts)}."


def _change(row: MeasuredWeight, plain: float) -> str:
    share = f"{abs(row.change) / plain:.1%}, " if plain > 0 else ""
    gained = row.change > 0
    low, high = (row.low, row.high) if gained else (-row.high, -row.low)
    interval = f"({share}95% interval {low:.4f} to {high:.4f})"
    told = f"{'gained' if gained else 'cost'} {abs(row.change):.4f} NDCG@10 of liked films {interval}"
    return f"{told}, which is within the noise" if row.low <= 0 <= row.high else told
