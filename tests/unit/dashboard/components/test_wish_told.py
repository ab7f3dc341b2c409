"""What a wish costs is told in words, as far as it was measured."""

import pytest

from core.views import MeasuredWeight, WishCost
from dashboard.components.wish_told import wish_told

_SLIGHT = MeasuredWeight(0.2, -0.01, -0.02, -0.004)
_STRONG = MeasuredWeight(0.4, -0.03, -0.04, -0.02)


@pytest.mark.parametrize(
    ("weight", "measured", "told"),
    [
        (0.2, [_SLIGHT], "hits what people like 2.5% less well (95% interval 1.0% to 5.0%)."),
        (0.2, [MeasuredWeight(0.2, 0.004, 0.002, 0.006)], "1.0% better (95% interval 0.5% to 1.5%)."),
        (
            0.2,
            [MeasuredWeight(0.2, -0.004, -0.01, 0.002)],
            "1.0% less well, which is within the noise (-2.5% to +0.5%).",
        ),
        (
            0.3,
            [_SLIGHT, _STRONG],
            "Measured beside this: on held-out ratings the list hits what people like 2.5% less well "
            "(95% interval 1.0% to 5.0%) at 0.2; 7.5% less well (95% interval 5.0% to 10.0%) at 0.4.",
        ),
        (0.1, [_SLIGHT], "Measured beside this: on held-out ratings the list hits what people like 2.5%"),
        (0.6, [_STRONG], "Nobody measured as much: on held-out ratings the list hits what people like 7.5%"),
        (0.3, [], "was not measured for this algorithm"),
    ],
)
def test_a_cost_is_told_in_words(weight: float, measured: list[MeasuredWeight], told: str) -> None:
    assert told in wish_told(WishCost("diversity", weight, 0.4, measured, "figures"))


def test_what_is_gained_for_the_film_that_comes_next_stands_beside_the_cost() -> None:
    gained = [MeasuredWeight(0.5, 0.02, 0.01, 0.03), MeasuredWeight(1.0, 0.06, 0.04, 0.08)]
    cost = [MeasuredWeight(0.5, -0.01, -0.02, -0.004), MeasuredWeight(1.0, -0.03, -0.04, -0.02)]
    one = wish_told(WishCost("lately", 1.0, 0.4, cost[1:], "figures", 0.08, gained[1:]))
    assert one.endswith(
        "7.5% less well (95% interval 5.0% to 10.0%). The film rated next is hit 75.0% better "
        "(95% interval 50.0% to 100.0%)."
    )
    both = wish_told(WishCost("lately", 0.75, 0.4, cost, "figures", 0.08, gained))
    assert "The film rated next is hit 25.0% better (95% interval 12.5% to 37.5%) at 0.5; 75.0%" in both
    assert "rated next" not in wish_told(WishCost("lately", 1.0, 0.4, cost[1:], "figures"))
