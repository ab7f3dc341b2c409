"""Metrics as people write them."""

__all__ = ["RELEVANCE_LABELS", "metric_label"]

RELEVANCE_LABELS = {"liked": "liked films", "rated": "all rated films"}
"""What counts as a hit, by relevance."""
_LABELS = {
    "rmse": "RMSE",
    "mae": "MAE",
    "rmse_user": "RMSE per user",
    "mae_user": "MAE per user",
    "ndcg": "NDCG",
    "map": "MAP",
    "mrr": "MRR",
    "recall": "Recall",
    "precision": "Precision",
    "hit_rate": "Hit rate",
    "graded_ndcg": "NDCG by stars",
    "liked": "Liked films",
    "disliked": "Disliked films",
    "below_mean": "Predicted below own mean",
}


def metric_label(metric: str) -> str:
    """Return a metric's name as people write it: ``liked_ndcg@10`` -> ``NDCG@10 of liked films``."""
    name, _, depth = metric.partition("@")
    relevance = next((one for one in RELEVANCE_LABELS if depth and name.startswith(f"{one}_")), None)
    if relevance is not None:
        name = name.removeprefix(f"{relevance}_")
    if name in ("liked", "disliked") and depth:
        return f"{_LABELS[name]} in {depth}"
    label = _LABELS.get(name, name.replace("_", " ").capitalize())
    of = "" if relevance is None else f" of {RELEVANCE_LABELS[relevance]}"
    return f"{label}@{depth}{of}" if depth else label
