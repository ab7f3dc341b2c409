"""Evaluation runs of the format before, which judged lists in one way."""

from collections.abc import Mapping
from typing import Any

from core.errors import DataError
from core.evaluation.metrics import RANKING_METRICS

__all__ = ["with_relevance"]


def with_relevance(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run of the format before, its metrics under the names of the relevance that it was judged by.

    Raises
    ------
    DataError
        When the document is not complete.
    """
    try:
        least = document["protocol"]["relevance"]
        prefix = "rated" if least is None else "liked"

        def name(metric: str) -> str:
            return f"{prefix}_{metric}" if metric.split("@", maxsplit=1)[0] in RANKING_METRICS else metric

        def renamed(values: Mapping[str, Any]) -> dict[str, Any]:
            return {name(metric): value for metric, value in values.items()}

        protocol = {key: value for key, value in document["protocol"].items() if key != "relevance"}
        return {
            **document,
            "protocol": {**protocol, "liked_from": least},
            "algorithms": {
                key: {**item, "metrics": renamed(item["metrics"]), "per_split": renamed(item["per_split"])}
                for key, item in document["algorithms"].items()
            },
            "primary": [name(metric) for metric in document["primary"]],
            "comparisons": [{**pair, "metric": name(pair["metric"])} for pair in document["comparisons"]],
            "leaders": renamed(document["leaders"]),
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"An evaluation run is not complete ({error}). Measure again with `cinematch evaluate`."
        ) from error
