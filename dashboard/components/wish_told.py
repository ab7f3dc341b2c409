"""What a wish was measured to cost and gain, in words for people; the figures stand in `WishCost.text`."""

from collections.abc import Sequence

from core.views import WISHES, MeasuredWeight, WishCost

__all__ = ["wish_told"]

_SAME = 1e-9


def wish_told(cost: WishCost) -> str:
    """Return how much better or worse a list hits what people like with a wish, with its 95% interval.

    Of the wish that is about it the same is told of the film that people rate next.
    Of a weight that was not measured itself those beside it are told, as far as there are any.
    """
    if not cost.measured or not cost.ndcg:
        return "What this costs was not measured for this algorithm."
    gained = ""
    alone = len(cost.measured) == 1 and abs(cost.measured[0].weight - cost.weight) < _SAME
    if cost.next_ndcg and cost.next_measured:
        gained = f" The film rated next is hit {_changes(cost.next_measured, cost.next_ndcg, alone)}."
    told = _changes(cost.measured, cost.ndcg, alone)
    if alone:
        return f"On held-out ratings the list hits what people like {told}.{gained}"
    default = next(wish.default for wish in WISHES if wish.name == cost.wish)
    strongest = max(abs(row.weight - default) for row in cost.measured)
    where = "Nobody measured as much" if abs(cost.weight - default) > strongest else "Measured beside this"
    return f"{where}: on held-out ratings the list hits what people like {told}.{gained}"


def _changes(rows: Sequence[MeasuredWeight], plain: float, alone: bool) -> str:
    return "; ".join(_change(row, plain) + ("" if alone else f" at {row.weight:g}") for row in rows)


def _change(row: MeasuredWeight, plain: float) -> str:
    """Return a change of NDCG@10 against that without the wish."""
    told = f"{abs(row.change) / plain:.1%} {'better' if row.change >= 0 else 'less well'}"
    if row.low < 0 < row.high:
        return f"{told}, which is within the noise ({row.low / plain:+.1%} to {row.high / plain:+.1%})"
    ends = sorted((abs(row.low), abs(row.high)))
    return f"{told} (95% interval {ends[0] / plain:.1%} to {ends[1] / plain:.1%})"
