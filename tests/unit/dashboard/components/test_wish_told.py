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
