"""What one metric costs in another."""

from collections.abc import Sequence

from core.display.metrics import smaller_is_better
from core.evaluation.runs import EvaluationRun, MetricValue
from core.views import Spread, TradeOff, TradePoint

__all__ = ["trade_off", "trade_off_metrics"]


def trade_off_metrics(run: EvaluationRun) -> list[str]:
    """Return what every algorithm of a run was measured on, costs included, the primary metrics first."""
    common = set.intersection(*(_known(result.measured) for result in run.algorithms.values()))
    first = [name for name in (*run.primary, "ask_ms", "model_mb", "fit_seconds") if name in common]
    return [*first, *sorted(common - set(first))]


def trade_off(run: EvaluationRun, x: str, y: str) -> TradeOff:
    """Return a run's algorithms between two of its `trade_off_metrics`.

    On the front is who is not dominated: nobody is at least as good on both metrics and better on one (Pareto).
    """
    rows = [
        (result, result.measured[x], result.measured[y])
        for result in run.algorithms.values()
        if {x, y} <= _known(result.measured)
    ]
    goods = [(_good(x, at_x), _good(y, at_y)) for _, at_x, at_y in rows]
    points = [
        TradePoint(result.key, result.title, _spread(at_x), _spread(at_y), not _dominated(good, goods))
        for (result, at_x, at_y), good in zip(rows, goods, strict=True)
    ]
    return TradeOff(x, y, sorted(points, key=lambda point: point.x.value))


def _known(values: dict[str, MetricValue]) -> set[str]:
    return {name for name, item in values.items() if item.value == item.value}


def _good(metric: str, item: MetricValue) -> float:
    return -item.value if smaller_is_better(metric) else item.value


def _dominated(good: tuple[float, float], others: Sequence[tuple[float, float]]) -> bool:
    return any(other != good and other[0] >= good[0] and other[1] >= good[1] for other in others)


def _spread(item: MetricValue) -> Spread:
    return Spread(item.value, item.low, item.high)
