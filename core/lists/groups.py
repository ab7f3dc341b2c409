"""One list for two to five people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.lists.requests import check_group
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n
from core.views import GroupMethod

__all__ = ["GroupRecommendations", "recommend_group", "relative"]

_BEST = 10
_SHORTLIST = 2


@dataclass(frozen=True)
class GroupRecommendations:
    """A list for a group, best first.

    Attributes
    ----------
    items : ndarray of int32, shape (n,)
    scores : ndarray of float32, shape (n,)
        The group's, which order the list: the mean of the members' own, or the lowest predicted stars.
    viewer_scores : ndarray of float32, shape (viewers, n)
        Each viewer's own score, mapped so that the viewer's average movie has 0 and the ten best unseen have 1 on
        average.
    predicted : ndarray of float32, shape (viewers, n)
        Each viewer's predicted stars, NaN where the algorithm cannot say.
    """

    algorithm: str
    method: GroupMethod
    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    viewer_scores: NDArray[np.float32]
    predicted: NDArray[np.float32]


def recommend_group(
    model: Recommender,
    profiles: Sequence[Profile],
    n: int = 10,
    method: GroupMethod = "average",
    candidates: NDArray[np.bool_] | None = None,
) -> GroupRecommendations:
    """Return movies for a group, none of which any of them has rated.

    An algorithm's scores grow with the length of a profile, so each viewer's are mapped first: 0 is what the
    viewer's average movie has, 1 the mean of the ten best that the viewer has not rated. ``average`` orders by their
    mean: most pleasure in all. ``least-misery`` takes the `2 n` best of these and orders them by the lowest predicted
    stars: nobody is made unhappy. Masthoff (2011), Group recommender systems, Recommender Systems Handbook, section
    21.4. Map and method were chosen on two other random splits of ml-latest-small than the one that is reported
    (seeds 43 and 44): of several maps (standard scores, ranks, logarithms of both) this one served viewers best, and
    the minimum of the scores in place of the stars listed more of what somebody disliked, not less.

    Parameters
    ----------
    profiles : sequence of Profile
        Two to five.
    candidates : ndarray of bool, shape (n_movies,), optional
        The movies that may be listed.

    Raises
    ------
    InvalidInputError
        For another number of profiles, an unknown method or a length that is not served.
    """
    check_group(len(profiles), n, method)
    viewers = np.stack([relative(model.score(profile), profile.items) for profile in profiles])
    together = viewers.mean(axis=0)
    if candidates is not None:
        together = np.where(candidates, together, np.float32(np.nan))
    for profile in profiles:
        together[profile.items] = np.nan
    if method == "average":
        items = top_n(together, n)
        scores = together[items]
        predicted = _stars(model, profiles, items)
    else:
        items = top_n(together, _SHORTLIST * n)
        predicted = _stars(model, profiles, items)
        lowest = np.where(np.isfinite(predicted), predicted, np.inf).min(axis=0)
        # What nobody's stars can be predicted for comes last.
        lowest[np.isinf(lowest)] = 0.0
        order = np.argsort(-lowest, kind="stable")[:n]
        items, scores, predicted = items[order], lowest[order], predicted[:, order]
    return GroupRecommendations(
        algorithm=model.key,
        method=method,
        items=items,
        scores=scores.astype(np.float32, copy=False),
        viewer_scores=viewers[:, items],
        predicted=predicted,
    )


def _stars(model: Recommender, profiles: Sequence[Profile], items: NDArray[np.int32]) -> NDArray[np.float32]:
    if not len(items):
        return np.empty((len(profiles), 0), dtype=np.float32)
    return np.stack([model.predict(profile, items) for profile in profiles])


def relative(scores: NDArray[np.float32], seen: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return a viewer's scores so that they compare with others': 0 for the average movie, 1 for the ten best unseen.

    Parameters
    ----------
    scores : ndarray of float32, shape (n_movies,)
    seen : ndarray of int32
        Dense indices of the movies that the viewer rated.
    """
    known = np.isfinite(scores)
    if not known.any():
        return scores
    unseen = scores.copy()
    unseen[seen] = np.nan
    best = unseen[top_n(unseen, _BEST)]
    middle = float(scores[known].mean(dtype=np.float64))
    centred = scores - np.float32(middle)
    span = float(best.mean(dtype=np.float64)) - middle if len(best) else 0.0
    return centred / np.float32(span) if span > 0 else centred
