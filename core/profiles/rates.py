"""Shares with intervals, for counts that hang together person by person."""

import math
from collections.abc import Sequence

from core.views import RateGap, RateView

__all__ = ["rate_gap", "rate_of"]

_Z = 1.959964
"""Of the standard normal distribution, for 95%."""


def rate_of(counts: Sequence[int], sizes: Sequence[int]) -> RateView:
    """Return the share of all counts in all sizes, with an interval that knows that a person's films hang together.

    Parameters
    ----------
    counts, sizes : sequence of int
        By person.

    Notes
    -----
    The variance of the ratio over people is linearised (Taylor; Deng, Knoblich and Lu 2018, "Applying the delta
    method in metric analytics"). Its quotient by the binomial one is the design effect, by which the number of films
    is divided in Wilson's score interval (Korn and Graubard 1998), which holds for rates near zero, too. The effect
    is taken as at least one; with a single person nothing is known of it, and every list counts as one film.
    """
    count, of, people = sum(counts), sum(sizes), sum(size > 0 for size in sizes)
    if of == 0:
        return RateView(count, of, math.nan, math.nan, math.nan)
    share = count / of
    binomial = share * (1 - share) / of
    if people < 2:
        effective = 1.0
    elif binomial == 0:
        # All or nothing: how films hang together cannot be seen, and people are what was drawn.
        effective = float(people)
    else:
        squares = sum((one - share * size) ** 2 for one, size in zip(counts, sizes, strict=True))
        variance = people / (people - 1) * squares / of**2
        effective = of / max(1.0, variance / binomial)
    low, high = _wilson(share, effective)
    return RateView(count, of, share, low, high)


def rate_gap(one: RateView, other: RateView) -> RateGap:
    """Return how much higher `one` is than `other`, by Newcombe's hybrid score interval (1998, method 10)."""
    value = one.value - other.value
    below = math.hypot(one.value - one.low, other.high - other.value)
    above = math.hypot(one.high - one.value, other.value - other.low)
    return RateGap(value, value - below, value + above)


def _wilson(share: float, size: float) -> tuple[float, float]:
    """Return Wilson's score interval (1927) of a share of `size` independent trials."""
    square = _Z**2 / size
    centre = (share + square / 2) / (1 + square)
    half = _Z * math.sqrt(share * (1 - share) / size + square / (4 * size)) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)
