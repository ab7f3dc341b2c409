"""What a wish was measured to cost, in words for people who look for a film; the figures stand in `WishCost.text`."""

from core.views import WISHES, MeasuredWeight, WishCost

__all__ = ["wish_told"]

_SAME = 1e-9


def wish_told(cost: WishCost) -> str:
    """Return how much better or worse a list hits what people like with a wish, with its 95% interval.

    A weight between two measured ones is read on the line between them; one may be the default, which changes
    nothing. Its interval reaches over both of theirs. Beyond the last measured one that one is told.
    """
    if not cost.measured or not cost.ndcg:
        return "What this costs was not measured for this algorithm."
    exact = len(cost.measured) == 1 and abs(cost.measured[0].weight - cost.weight) < _SAME
    if exact:
        return f"On held-out ratings {_hits(cost.measured[0], cost.ndcg)}."
    default = next(wish.default for wish in WISHES if wish.name == cost.wish)
    nearest = min(cost.measured, key=lambda row: abs(row.weight - default))
    farthest = max(cost.measured, key=lambda row: abs(row.weight - default))
    if abs(cost.weight - default) > abs(farthest.weight - default):
        return f"Nobody measured as much: at {farthest.weight:g}, on held-out ratings, {_hits(farthest, cost.ndcg)}."
    if nearest is farthest:
        nearest = MeasuredWeight(default, 0.0, 0.0, 0.0)
    share = (cost.weight - nearest.weight) / (farthest.weight - nearest.weight)
    between = MeasuredWeight(
        cost.weight,
        nearest.change + share * (farthest.change - nearest.change),
        min(nearest.low, farthest.low),
        max(nearest.high, farthest.high),
    )
    told = _hits(between, cost.ndcg, "somewhere from")
    return f"On held-out ratings {told}, read between weights that were measured."


def _hits(row: MeasuredWeight, plain: float, around: str = "95% interval") -> str:
    """Return a change of NDCG@10 of liked films against that without the wish."""
    low, high = (row.low, row.high) if row.change >= 0 else (-row.high, -row.low)
    how = "better" if row.change >= 0 else "less well"
    told = f"the list hits what people like {abs(row.change) / plain:.1%} {how}"
    if low <= 0 <= high and min(abs(row.low), abs(row.high)) > 0:
        return f"{told}, which is within the noise ({low / plain:+.1%} to {high / plain:+.1%})"
    return f"{told} ({around} {max(low, 0.0) / plain + 0.0:.1%} to {high / plain:.1%})"
