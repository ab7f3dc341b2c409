"""What a wish costs is told as it was measured, and as not measured where it was not."""

import pytest

from core.lists.wish_costs import wish_cost, wish_view
from core.views import Reranking


def row(wish: str, weight: float, change: float, low: float, high: float) -> dict[str, object]:
    return {"wish": wish, "weight": weight, "change": change, "low": low, "high": high}


METRICS = {
    "wishes": {
        "how": "Held out.",
        "liked_ndcg@10": 0.4,
        "weights": [
            row("diversity", 0.4, -0.02, -0.025, -0.015),
            row("diversity", 0.1, -0.004, -0.006, -0.002),
            row("popularity", 0.2, 0.002, -0.001, 0.005),
            row("popularity", -0.2, 0.01, 0.008, 0.012),
        ],
    }
}


@pytest.mark.parametrize(
    ("name", "weight", "used", "text"),
    [
        (
            "diversity",
            0.1,
            [0.1],
            "On held-out ratings this cost 0.0040 NDCG@10 of liked films (1.0%, 95% interval 0.0020 to 0.0060).",
        ),
        (
            "popularity",
            -0.2,
            [-0.2],
            "On held-out ratings this gained 0.0100 NDCG@10 of liked films (2.5%, 95% interval 0.0080 to 0.0120).",
        ),
        (
            "popularity",
            0.2,
            [0.2],
            "On held-out ratings this gained 0.0020 NDCG@10 of liked films (0.5%, 95% interval -0.0010 to 0.0050), "
            "which is within the noise.",
        ),
        (
            "diversity",
            0.2,
            [0.1, 0.4],
            "0.2 was not measured. On held-out ratings "
            "0.1 cost 0.0040 NDCG@10 of liked films (1.0%, 95% interval 0.0020 to 0.0060); "
            "0.4 cost 0.0200 NDCG@10 of liked films (5.0%, 95% interval 0.0150 to 0.0250).",
        ),
        ("diversity", 0.5, [0.4], "0.5 was not measured. On held-out ratings 0.4 cost 0.0200 NDCG@10"),
        ("diversity", 0.05, [0.1], "0.05 was not measured. On held-out ratings 0.1 cost"),
        ("popularity", -0.4, [-0.2], "-0.4 was not measured. On held-out ratings -0.2 gained"),
        ("recency", 0.2, [], "What this costs was not measured for this algorithm."),
    ],
)
def test_a_cost_is_that_of_the_weight_or_of_its_neighbours(name, weight, used, text):
    cost = wish_cost(name, weight, METRICS)
    assert [one.weight for one in cost.measured] == used
    assert cost.text.startswith(text)
    assert cost.ndcg == 0.4


@pytest.mark.parametrize("metrics", [{}, {"values": {"rmse": 0.9}}, {"wishes": None}])
def test_models_without_the_measurement_say_so(metrics):
    cost = wish_cost("diversity", 0.2, metrics)
    assert (cost.ndcg, cost.measured) == (None, [])
    assert cost.text == "What this costs was not measured for this algorithm."


def test_only_weights_that_are_set_have_a_cost():
    view = wish_view(Reranking(diversity=0.1, recency=-0.3), 30, METRICS)
    assert [(cost.wish, cost.weight) for cost in view.costs] == [("diversity", 0.1), ("recency", -0.3)]
    assert (view.diversity, view.popularity, view.recency, view.candidates) == (0.1, 0.0, -0.3, 150)
    assert view.how == "Held out."
    assert wish_view(Reranking(diversity=0.1), 10, {}).how is None
