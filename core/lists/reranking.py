"""Re-ranking that people can set: diversity, popularity or obscurity, recency, closeness to what they name.

A wish's default changes nothing. Everything works on a list of candidates, best first: the best hundred of an
algorithm. Between watching and loving, and by what was watched lately, the algorithm itself orders, where it can.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.lists.closeness import nearness
from core.recommenders.base import Recommender
from core.recommenders.parts.diversity import diversify, genre_flags
from core.recommenders.results import Recommendations
from core.views import Near, Reranking

__all__ = ["NOTHING", "best_wished", "lean", "ordered", "recommend_wished", "relevance", "reorder", "share_below"]

Values = NDArray[np.float64]
NOTHING = Near()


def recommend_wished(
    model: Recommender,
    profile: Profile,
    n: int,
    wish: Reranking,
    exclude_rated: bool = True,
    candidates: NDArray[np.bool_] | None = None,
    near: Near = NOTHING,
) -> Recommendations:
    """Return the best `n` for a profile after re-ranking; scores and predicted stars stay the algorithm's own.

    Stars are predicted for the final list alone. Parameters are those of `Recommender.recommend`.
    """
    items, scores = best_wished(model, profile, n, wish, exclude_rated, candidates, near)
    return Recommendations(model.key, items, scores, model.predict(profile, items))


def best_wished(
    model: Recommender,
    profile: Profile,
    n: int,
    wish: Reranking,
    exclude_rated: bool = True,
    candidates: NDArray[np.bool_] | None = None,
    near: Near = NOTHING,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the movies of `recommend_wished` and their scores, without predicting any stars."""
    model = ordered(model, wish.own)
    items, scores = model.best(profile, wish.depth(n) if wish.reorders else n, exclude_rated, candidates)
    order = reorder(model.dataset, items, scores, n, wish, near)
    return items[order], scores[order]


def ordered(model: Recommender, own: Mapping[str, float]) -> Recommender:
    """Return the model with the order of its own that wishes ask for; without any as it is.

    Parameters
    ----------
    own : mapping of str to float
        Weights of wishes of `OWN_ORDER`, by name.

    Raises
    ------
    InvalidInputError
        For an algorithm that has one order only.
    """
    return model.ordered(**own) if own else model


def reorder(
    dataset: Dataset,
    items: NDArray[np.int32],
    scores: NDArray[np.float32],
    n: int,
    wish: Reranking,
    near: Near = NOTHING,
) -> NDArray[np.int64]:
    """Return the positions of the best `n` candidates after re-ranking, best first.

    Parameters
    ----------
    items : ndarray of int32, shape (m,)
        The algorithm's best, best first: at least `wish.depth(n)` where there are as many.
    scores : ndarray of float32, shape (m,)
    near : Near
        What `Reranking.closeness` is about; where nothing is named, it changes nothing.
    """
    if not wish.reorders or not len(items):
        return np.arange(min(n, len(items)))
    values = relevance(scores)
    if wish.popularity:
        values = lean(values, share_below(dataset.movie_counts[items]), wish.popularity)
    if wish.recency:
        years = dataset.movies.years[items]
        values = lean(values, share_below(years, known=years > 0), wish.recency)
    if wish.closeness and (close := nearness(dataset, near)) is not None:
        values = lean(values, share_below(close[items]), wish.closeness)
    return diversify(values, genre_flags(dataset, items), n, wish.diversity)


def relevance(scores: NDArray[np.floating[Any]]) -> Values:
    """Return scores scaled to 0 (last candidate) to 1 (first)."""
    values = scores.astype(np.float64)
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.ones(len(values))


def lean(values: Values, feature: Values, weight: float) -> Values:
    """Mix relevance with a feature between 0 and 1; a negative weight asks for little of it.

    Returns ``(1 - |w|) values + |w| feature``, with ``1 - feature`` for w < 0.
    """
    wanted = feature if weight >= 0 else 1 - feature
    return (1 - abs(weight)) * values + abs(weight) * wanted


def share_below(values: NDArray[Any], known: NDArray[np.bool_] | None = None) -> Values:
    """Return for each candidate the share of candidates with a smaller value, equal ones counting half.

    Ranks among the candidates rather than values: the best hundred of an algorithm are all popular, and a weight
    shall mean the same whatever their scale. Where `known` is false the result is one half.
    """
    counted = np.ones(len(values), dtype=bool) if known is None else known
    reference = np.sort(values[counted])
    if not len(reference):
        return np.full(len(values), 0.5)
    below = np.searchsorted(reference, values, side="left") + np.searchsorted(reference, values, side="right")
    return np.where(counted, below / (2 * len(reference)), 0.5)
