"""Learning the match, the probability of four stars or more, on held-out ratings, and whether it comes true."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import LIKED
from core.data.profile import Profile
from core.data.splits import Split
from core.evaluation.calibration import (
    brier_score,
    expected_by_chance,
    expected_calibration_error,
    reliability_bins,
)
from core.evaluation.measure import Ranked
from core.lists.match import PLACES, MatchMap, match_features, places_among, rater_of
from core.progress import Progress
from core.recommenders.base import Recommender

__all__ = ["Evidence", "collect_evidence", "match_metrics", "measure_match"]

SHORT = (0, 1, 3, 5, 10, 20)
"""Lengths to which some profiles are cut: who comes as a visitor has rated less than who is in the data."""
_FOLDS = 5
_MOST_PEOPLE = 2000
_MOST_VISITORS = 400
_LEAST_RATINGS = 200
_LEAST_OF_BOTH = 20
_LENGTHS = (0, 1, 6, 21, 51, 101)
"""First lengths of the bins in which the error is told."""


@dataclass(frozen=True)
class Evidence:
    """What was said of held-out ratings, and what they were; one row per rating.

    Attributes
    ----------
    features : ndarray of float64, shape (n, n_features)
        Of `core.lists.match.match_features`.
    liked : ndarray of bool, shape (n,)
    people, lengths, places : ndarray of int, shape (n,)
        Whose rating it is, how long the profile was, where the film stood on the list.
    errors : ndarray of float64, shape (n,)
        Rating minus prediction, divided by its spread; NaN where the algorithm knows none.
    liked_share, mean : float
        Of people in general, in the training part.
    """

    features: NDArray[np.float64]
    liked: NDArray[np.bool_]
    people: NDArray[np.int64]
    lengths: NDArray[np.int64]
    places: NDArray[np.int64]
    errors: NDArray[np.float64]
    liked_share: float
    mean: float


def measure_match(
    model: Recommender, split: Split, ranked: Ranked, data: str, seed: int, progress: Progress
) -> dict[str, Any]:
    """Ask a model that knows the training part of a split, learn the match from the rest and check it.

    Parameters
    ----------
    ranked : Ranked
        The lists of the split's test users, at least `PLACES` long.
    data : str
        With which words ``how`` begins: what was measured on.

    Returns
    -------
    dict
        See `match_metrics`.
    """
    return match_metrics(collect_evidence(model, split, ranked, seed, progress), data, seed)


def collect_evidence(model: Recommender, split: Split, ranked: Ranked, seed: int, progress: Progress) -> Evidence:
    """Predict held-out ratings of at most 2,000 people from their profiles, and of 400 from shortened ones."""
    rng = np.random.default_rng(seed)
    train = split.train
    liked_share = float((train.stars() >= LIKED).mean())
    bounds = np.searchsorted(split.test_users, np.append(ranked.users, train.n_users))
    rows = np.sort(rng.permutation(len(ranked.users))[:_MOST_PEOPLE])
    asked: list[tuple[int, Profile, NDArray[np.int32] | None]] = [
        (int(row), train.profile(int(ranked.users[row])), ranked.lists[row, :PLACES]) for row in rows
    ]
    for number, row in enumerate(rng.permutation(len(ranked.users))[:_MOST_VISITORS].tolist()):
        profile = _shortened(train.profile(int(ranked.users[row])), SHORT[number % len(SHORT)], rng)
        asked.append((row, profile, None))
    parts: dict[str, list[NDArray[Any]]] = {
        name: [] for name in ("features", "liked", "people", "lengths", "places", "errors")
    }
    for number, (row, profile, leaders) in enumerate(asked):
        if number % 50 == 0:
            progress(number / len(asked), f"{model.title}: how sure its stars are")
        span = slice(int(bounds[row]), int(bounds[row + 1]))
        items, given = split.test_items[span], split.test_ratings[span]
        stars, spread = model.predict(profile, items), model.spread(profile, items)
        known = np.isfinite(stars)
        best = model.best(profile, PLACES)[0] if leaders is None else leaders[leaders >= 0]
        places = places_among(best, items)
        rater = rater_of(profile.ratings, liked_share, train.global_mean)
        found = {
            "features": match_features(rater, stars, spread, places),
            "liked": given >= LIKED,
            "people": np.full(len(items), ranked.users[row], dtype=np.int64),
            "lengths": np.full(len(items), len(profile), dtype=np.int64),
            "places": places,
            "errors": (given - stars) / spread,
        }
        for key, values in found.items():
            parts[key].append(values[known])
    progress(1.0, f"{model.title}: how sure its stars are")
    joined = {key: np.concatenate(values) for key, values in parts.items()}
    return Evidence(**joined, liked_share=liked_share, mean=train.global_mean)


def match_metrics(evidence: Evidence, data: str, seed: int) -> dict[str, Any]:
    """Learn the match and check it on people whose ratings did not take part in learning it.

    Returns
    -------
    dict
        ``map`` (see `MatchMap.to_dict`; None with a ``reason`` where the evidence does not carry one), ``how`` (a
        sentence), ``ece`` and ``brier`` of all rows, ``chance`` (the error that outcomes drawn from the very
        probabilities would show), ``bins`` (of a reliability diagram), ``by_length``, ``top_10`` and ``top_50`` (what
        stood so far up in its list), ``within_spread`` (share of ratings within one spread of the prediction).
    """
    how = (
        f"{data}Learned by logistic regression on {len(evidence.liked):,} held-out ratings of "
        f"{len(np.unique(evidence.people)):,} people, each of whose matches was judged by a regression on the other "
        f"{_FOLDS - 1} of {_FOLDS} parts of the people (seed {seed}); some profiles were cut to "
        f"{', '.join(map(str, SHORT))} ratings."
    )
    liked = int(evidence.liked.sum())
    people = np.unique(evidence.people)
    if min(liked, len(evidence.liked) - liked) < _LEAST_OF_BOTH or len(evidence.liked) < _LEAST_RATINGS:
        return {"map": None, "reason": "Too few ratings were held out to learn how sure the stars are.", "how": how}
    learned = _learn(evidence, np.ones(len(evidence.liked), dtype=bool))
    parts = np.random.default_rng(seed).permutation(len(people)) % _FOLDS
    part = parts[np.searchsorted(people, evidence.people)]
    judged = np.empty(len(evidence.liked))
    for fold in range(_FOLDS):
        judged[part == fold] = _learn(evidence, part != fold).probability(evidence.features[part == fold])
    if learned.weights[0] <= 0:
        return {"map": None, "reason": "More stars did not mean a liking more often.", "how": how}
    told = np.isfinite(evidence.errors)
    return {
        "map": learned.to_dict(),
        "how": how,
        **_checked(judged, evidence.liked),
        "bins": [point.to_dict() for point in reliability_bins(judged, evidence.liked)],
        "by_length": _by_length(judged, evidence),
        "top_10": _checked(judged, evidence.liked, evidence.places <= 10),
        "top_50": _checked(judged, evidence.liked, evidence.places <= PLACES),
        "within_spread": round(float((np.abs(evidence.errors[told]) < 1).mean()), 4) if told.any() else None,
    }


def _learn(evidence: Evidence, rows: NDArray[np.bool_]) -> MatchMap:
    from sklearn.linear_model import LogisticRegression

    features = evidence.features[rows]
    middle, scale = features.mean(axis=0), features.std(axis=0)
    varies = scale > 1e-9
    scale = np.where(varies, scale, 1.0)
    fitted = LogisticRegression(C=100.0, max_iter=1000).fit((features - middle) / scale, evidence.liked[rows])
    # What never varied was learned to say nothing.
    weights = np.where(varies, fitted.coef_[0] / scale, 0.0)
    intercept = float(fitted.intercept_[0] - (weights * middle).sum())
    return MatchMap(weights, intercept, evidence.liked_share, evidence.mean)


def _checked(
    judged: NDArray[np.float64], liked: NDArray[np.bool_], rows: NDArray[np.bool_] | None = None
) -> Mapping[str, Any]:
    """Return count, calibration error, the error by chance alone, and Brier score of some rows."""
    said, true = (judged, liked) if rows is None else (judged[rows], liked[rows])
    if not len(said):
        return {"count": 0, "ece": None, "chance": None, "brier": None}
    return {
        "count": len(said),
        "ece": round(expected_calibration_error(said, true), 5),
        "chance": round(expected_by_chance(said), 5),
        "brier": round(brier_score(said, true), 5),
    }


def _by_length(judged: NDArray[np.float64], evidence: Evidence) -> list[dict[str, Any]]:
    found = []
    for first, after in zip(_LENGTHS, (*_LENGTHS[1:], None), strict=True):
        rows = evidence.lengths >= first
        if after is not None:
            rows &= evidence.lengths < after
        if rows.any():
            last = None if after is None else after - 1
            found.append({"from": first, "to": last, **_checked(judged, evidence.liked, rows)})
    return found


def _shortened(profile: Profile, length: int, rng: np.random.Generator) -> Profile:
    kept = np.sort(rng.permutation(len(profile))[:length])
    return profile.part(kept)
