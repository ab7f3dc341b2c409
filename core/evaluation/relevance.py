"""What counts as a hit: films that people love, or all that they came to rate."""

from dataclasses import replace
from typing import Literal, get_args

from core.data.scale import Scale
from core.data.splits import Split
from core.errors import InvalidInputError

__all__ = ["RELEVANCES", "Relevance", "check_relevance", "metric_name", "relevance_of", "scale_of"]

Relevance = Literal["liked", "rated"]
RELEVANCES: tuple[Relevance, ...] = get_args(Relevance)
"""The two judgements of every list, the headline first.

``liked``: held-out ratings from the threshold of `core.data.scale.Scale` on; ``rated``: every held-out rating.
"""


def scale_of(split: Split, liked_from: float | None = None) -> Scale:
    """Return the scale of a split's data, held-out ratings included.

    Parameters
    ----------
    liked_from : float, optional
        Stars from which a film is liked, in place of the scale's rule.
    """
    held_out = float(split.test_ratings.max()) if len(split.test_ratings) else 0.0
    scale = Scale.up_to(max(split.train.rating_range[1], held_out))
    return scale if liked_from is None else replace(scale, liked_from=liked_from)


def metric_name(metric: str, relevance: Relevance, k: int) -> str:
    """Return the name that results carry: ``liked_ndcg@10``."""
    return f"{relevance}_{metric}@{k}"


def relevance_of(metric: str) -> Relevance | None:
    """Return the relevance that a metric's name tells; None for a metric of another kind, such as RMSE."""
    name, _, depth = metric.partition("@")
    return next((one for one in RELEVANCES if depth and name.startswith(f"{one}_")), None)


def check_relevance(name: str) -> Relevance:
    """Return a relevance by its name.

    Raises
    ------
    InvalidInputError
        For another name.
    """
    for known in RELEVANCES:
        if name == known:
            return known
    raise InvalidInputError(f"The relevance is {' or '.join(RELEVANCES)}, not {name!r}.")
