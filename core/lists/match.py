"""The match: how likely somebody is to give a film four stars or more, as far as that was measured."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import LIKED
from core.data.profile import Profile
from core.recommenders.base import Recommender
from core.views import ReliabilityPoint, ReliabilityView

__all__ = [
    "PLACES",
    "MatchMap",
    "Rater",
    "list_matches",
    "match_features",
    "places_among",
    "rater_of",
    "reliability_view",
]

PLACES = 50
"""How far down a list a film's place counts; what stands further down, or not on the list, is alike."""
_LOGS = np.log(np.maximum(np.arange(PLACES + 2), 1))
_VERSION = 1
_PRIOR = 10.0
"""Ratings of people in general that are added to a profile's own before its habits are told."""


@dataclass(frozen=True, slots=True)
class Rater:
    """A profile's habits of rating, drawn towards those of people in general where it is short.

    Attributes
    ----------
    length : int
    liking : float
        Log odds of giving four stars or more.
    mean, deviation : float
        Of the stars.
    """

    length: int
    liking: float
    mean: float
    deviation: float


@dataclass(frozen=True)
class MatchMap:
    """A logistic regression from what an algorithm and a profile say to the probability of four stars or more.

    Platt's scaling (1999) with more than one input. Above all it holds the predicted stars, divided by their spread
    where the algorithm knows it: the other inputs say where on that scale a person's four stars lie.

    Attributes
    ----------
    weights : ndarray of float64, shape (n_features,)
        In the order of `match_features`; the weight of the stars is positive.
    intercept : float
    liked_share, mean : float
        Of people in general, where the map was learned; what short profiles are drawn to.
    """

    weights: NDArray[np.float64]
    intercept: float
    liked_share: float
    mean: float

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities, shape (n,), from the rows of `match_features`; NaN where a feature is NaN."""
        found: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(features @ self.weights + self.intercept)))
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as a manifest holds them."""
        return {
            "version": _VERSION,
            "weights": self.weights.tolist(),
            "intercept": self.intercept,
            "liked_share": self.liked_share,
            "mean": self.mean,
        }

    @classmethod
    def from_metrics(cls, metrics: Mapping[str, Any]) -> Self | None:
        """Return the map that a manifest's metrics hold; None where none was measured, or by another version."""
        found = (metrics.get("match") or {}).get("map")
        if not found or found.get("version") != _VERSION:
            return None
        return cls(
            np.asarray(found["weights"], dtype=np.float64),
            float(found["intercept"]),
            float(found["liked_share"]),
            float(found["mean"]),
        )


def rater_of(ratings: NDArray[np.floating[Any]], liked_share: float, mean: float) -> Rater:
    """Return the habits that a profile's stars show, beside those of people in general."""
    count = len(ratings)
    share = (float(np.count_nonzero(ratings >= LIKED)) + _PRIOR * liked_share) / (count + _PRIOR)
    share = min(max(share, 1e-3), 1 - 1e-3)
    own = (float(ratings.sum()) + _PRIOR * mean) / (count + _PRIOR)
    squares = float(((ratings - own) ** 2).sum())
    return Rater(
        count, float(np.log(share / (1 - share))), own, float(np.sqrt((squares + _PRIOR) / (count + _PRIOR)))
    )


def match_features(
    rater: Rater,
    stars: NDArray[np.floating[Any]],
    spread: NDArray[np.floating[Any]],
    places: NDArray[np.integer[Any]],
) -> NDArray[np.float64]:
    """Return what a `MatchMap` reads, shape (n, 7).

    Parameters
    ----------
    rater : Rater
    stars, spread : ndarray of float, shape (n,)
        Predicted stars and the standard deviation of a rating around them; NaN where the algorithm knows none.
    places : ndarray of int, shape (n,)
        Place in the person's own list, from 1; what is further down than `PLACES` counts as just below it. Films that
        lead a list are liked more than their stars say: that people chose them says something, too.
    """
    features = np.empty((len(stars), 7))
    known = np.where(np.isfinite(spread), spread, 1.0)
    features[:, 0] = stars / known
    features[:, 1] = 1.0 / known
    features[:, 2] = _LOGS[np.minimum(places, PLACES + 1)]
    features[:, 3:] = math.log1p(rater.length), rater.liking, rater.mean, rater.deviation
    return features


def list_matches(
    match: MatchMap | None,
    model: Recommender,
    profile: Profile,
    items: NDArray[np.int32],
    stars: NDArray[np.float32],
    spread: NDArray[np.float32],
    leaders: NDArray[np.int32] | None = None,
) -> NDArray[np.float64]:
    """Return the match of listed films, float64 of shape (n,); NaN where none was measured or the film is rated.

    Parameters
    ----------
    match : MatchMap or None
        None where nothing was measured for the algorithm.
    items, stars, spread : ndarray, shape (n,)
        The listed films with predicted stars and their spread.
    leaders : ndarray of int32, optional
        The first of the person's whole list, best first: the listed films themselves where these are it. For a list
        that was filtered or re-ranked it is asked for, so that a film matches alike in both.
    """
    if match is None or not len(items):
        return np.full(len(items), np.nan)
    if leaders is None:
        leaders = model.best(profile, PLACES)[0]
    rater = rater_of(profile.ratings, match.liked_share, match.mean)
    found = match.probability(match_features(rater, stars, spread, places_among(leaders[:PLACES], items)))
    if len(profile):
        # Both ascending lookups: `isin` would sort the two together.
        places = np.minimum(np.searchsorted(profile.items, items), len(profile) - 1)
        found[profile.items[places] == items] = np.nan
    return found


def reliability_view(algorithm: str, metrics: Mapping[str, Any]) -> ReliabilityView | None:
    """Return what a manifest's metrics say of the match; None where it was not measured."""
    if MatchMap.from_metrics(metrics) is None:
        return None
    found = metrics["match"]
    points = [ReliabilityPoint(**point) for point in found["bins"]]
    return ReliabilityView(algorithm, points, found["ece"], found["chance"], found["how"])


def places_among(leaders: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the place of each item among the leaders of a list, from 1; one more than `PLACES` where it is none."""
    place = {item: number for number, item in enumerate(leaders.tolist(), start=1)}
    return np.array([place.get(item, PLACES + 1) for item in items.tolist()], dtype=np.int64)
