"""Metrics as people read them: name, what is measured, in which unit, and which way is better."""

from dataclasses import dataclass

__all__ = ["RELEVANCE_LABELS", "MetricInfo", "metric_info", "metric_label", "smaller_is_better"]

RELEVANCE_LABELS = {"liked": "liked films", "rated": "all rated films"}
"""What counts as a hit, by relevance."""


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """What a metric is.

    Attributes
    ----------
    label : str
        Without the list's length and what counts as a hit.
    definition : str
        A sentence; ``{k}`` stands for the list's length and ``{hits}`` for the films that count as hits.
    unit : str
    smaller : bool
        Whether a lower value is the better one.
    """

    label: str
    definition: str
    unit: str
    smaller: bool = False


_SHARE = "share, 0 to 1"
_METRICS = {
    "ndcg": MetricInfo(
        "NDCG",
        "How high {hits} that were held out stand in a list of {k}, each rank discounted by its logarithm, divided "
        "by what the best order would reach.",
        _SHARE,
    ),
    "recall": MetricInfo("Recall", "How many of {hits} that were held out a list of {k} holds.", _SHARE),
    "precision": MetricInfo("Precision", "How many films of a list of {k} are {hits} that were held out.", _SHARE),
    "map": MetricInfo(
        "MAP",
        "The precision at the rank of each of {hits} in a list of {k}, added up and divided by the most possible.",
        _SHARE,
    ),
    "mrr": MetricInfo("MRR", "One divided by the rank of the first of {hits} in a list of {k}, 0 without.", _SHARE),
    "hit_rate": MetricInfo("Hit rate", "People whose list of {k} holds at least one of {hits}.", _SHARE),
    "graded_ndcg": MetricInfo(
        "NDCG by stars", "NDCG of a list of {k} in which a film is worth more the more stars it was given.", _SHARE
    ),
    "liked": MetricInfo("Liked films", "Films of a list of {k} that were held out and liked.", "films a list"),
    "disliked": MetricInfo(
        "Disliked films", "Films of a list of {k} that were held out and disliked.", "films a list", smaller=True
    ),
    "below_mean": MetricInfo(
        "Predicted below own mean",
        "Films of a list of {k} whose predicted stars are below the mean of the person's own ratings.",
        _SHARE,
        smaller=True,
    ),
    "novelty": MetricInfo(
        "Novelty",
        "How little known the films of a list of {k} are: the logarithm of people per rater, on average.",
        "bits",
    ),
    "diversity": MetricInfo(
        "Diversity", "How far the films of a list of {k} are from each other in genres, on average.", _SHARE
    ),
    "popularity": MetricInfo(
        "Popularity", "Ratings that the films of a list of {k} have, on average.", "ratings a film", smaller=True
    ),
    "served": MetricInfo("Served", "People whose list of {k} is full.", _SHARE),
    "coverage": MetricInfo("Coverage", "Films of the catalogue that are in anybody's list of {k}.", _SHARE),
    "gini": MetricInfo(
        "Gini",
        "How unequally the films of the catalogue are listed in lists of {k}: 0 all alike, 1 a single one.",
        _SHARE,
        smaller=True,
    ),
    "rmse": MetricInfo(
        "RMSE", "Root of the mean squared distance of predicted from held-out stars.", "stars", smaller=True
    ),
    "mae": MetricInfo("MAE", "Mean distance of predicted from held-out stars.", "stars", smaller=True),
    "rmse_user": MetricInfo("RMSE per user", "RMSE of every person, averaged over people.", "stars", smaller=True),
    "mae_user": MetricInfo("MAE per user", "MAE of every person, averaged over people.", "stars", smaller=True),
    "calibration_error": MetricInfo(
        "Calibration error",
        "How far predicted stars are from the stars that were given where so many are predicted, on average.",
        "stars",
        smaller=True,
    ),
    "predictable": MetricInfo(
        "Predictable", "Held-out ratings that the algorithm predicts by itself, without help of the mean.", _SHARE
    ),
    "ask_ms": MetricInfo(
        "Time to answer",
        "Processor time to score the whole catalogue for one person and to measure the answer.",
        "milliseconds",
        smaller=True,
    ),
    "model_mb": MetricInfo(
        "Memory", "Size of the fitted model's arrays, with those of its members.", "megabytes", smaller=True
    ),
    "fit_seconds": MetricInfo("Time to fit", "Processor time to fit, over all splits.", "seconds", smaller=True),
}


def metric_label(metric: str) -> str:
    """Return a metric's name as people write it: ``liked_ndcg@10`` -> ``NDCG@10 of liked films``."""
    name, relevance, depth = _parts(metric)
    if name in ("liked", "disliked") and depth:
        return f"{_METRICS[name].label} in {depth}"
    label = _METRICS[name].label if name in _METRICS else name.replace("_", " ").capitalize()
    of = "" if relevance is None else f" of {RELEVANCE_LABELS[relevance]}"
    return f"{label}@{depth}{of}" if depth else label


def metric_info(metric: str) -> MetricInfo | None:
    """Return what a metric is, its length and its hits in the words of the definition; None for an unknown one."""
    name, relevance, depth = _parts(metric)
    known = _METRICS.get(name)
    if known is None:
        return None
    definition = known.definition.format(k=depth, hits=RELEVANCE_LABELS.get(relevance or "", "films"))
    return MetricInfo(metric_label(metric), definition, known.unit, known.smaller)


def smaller_is_better(metric: str) -> bool:
    """Return whether a lower value of a metric is the better one.

    Popularity and Gini count as bias; films that were disliked, or that the model itself predicts below the mean of
    the profile, are none to list.
    """
    name = _parts(metric)[0]
    return name in _METRICS and _METRICS[name].smaller


def _parts(metric: str) -> tuple[str, str | None, str]:
    """Return a metric's own name, what counts as a hit, and the list's length."""
    name, _, depth = metric.partition("@")
    relevance = next((one for one in RELEVANCE_LABELS if depth and name.startswith(f"{one}_")), None)
    return (name if relevance is None else name.removeprefix(f"{relevance}_")), relevance, depth
