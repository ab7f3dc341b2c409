"""How the weights of a blend are learned: list by list, on ratings that its members have not seen.

Of each user the whole training profile is used, and shortened ones, as of somebody who has just begun to rate. What a
shortened profile leaves out takes no part: the members were fitted on it. The weights minimise the listwise softmax
loss (ListNet of Cao et al. 2007) of the held-out movies, first among those that any member lists, then among those
that the blend itself would list: what decides the order at its top.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.data.splits import Split
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n

__all__ = ["UNKNOWN", "JudgedList", "learn_weights", "sample_lists"]

UNKNOWN = -1.0
"""Value of a movie of which a member knows nothing, on the scale of the blend: well below what it lists."""
_LISTED = 40
"""Of each member's best movies so many are compared, and of the blend's."""
_USERS = 1_000
_SHORT_LENGTHS = (1, 2, 3, 5, 8)
_SHORT_EACH = 2
_PENALTY = 1e-3


class JudgedList(NamedTuple):
    """The movies that compete in one list.

    Attributes
    ----------
    length : int
        Ratings of the profile.
    rows : ndarray of float64, shape (n_movies_listed, n_members)
        Each member's normalised score.
    relevant : ndarray of bool, shape (n_movies_listed,)
        Which of them were held out.
    """

    length: int
    rows: NDArray[np.float64]
    relevant: NDArray[np.bool_]


def sample_lists(
    members: Mapping[str, Recommender],
    split: Split,
    seed: int,
    scaled: Callable[[NDArray[np.float32], NDArray[np.int32]], NDArray[np.float32]],
) -> list[JudgedList]:
    """Return lists to learn from: of up to a thousand users the whole profile and two shortened ones.

    Parameters
    ----------
    members : mapping of key to Recommender
        Fitted on ``split.train``.
    scaled : callable
        From a member's scores and the movies of the profile to normalised scores.
    """
    rng = np.random.default_rng(seed)
    users = np.unique(split.test_users)
    if len(users) > _USERS:
        users = np.sort(rng.choice(users, _USERS, replace=False))
    found = []
    for user in users.tolist():
        start, end = np.searchsorted(split.test_users, [user, user + 1])
        whole = split.train.profile(user)
        for profile in (whole, *_shortened(whole, rng)):
            left_out = np.setdiff1d(whole.items, profile.items)
            columns, listed = [], []
            for member in members.values():
                scores = member.score(profile)
                columns.append(scaled(scores, profile.items))
                scores[whole.items] = np.nan
                listed.append(top_n(scores, _LISTED))
            items = np.setdiff1d(np.concatenate(listed), left_out)
            relevant = np.isin(items, split.test_items[start:end])
            if relevant.any() and not relevant.all():
                rows = np.column_stack([column[items] for column in columns]).astype(np.float64)
                found.append(JudgedList(len(profile), np.nan_to_num(rows, nan=UNKNOWN), relevant))
    return found


def _shortened(profile: Profile, rng: np.random.Generator) -> list[Profile]:
    """Return parts of a profile, of lengths drawn among those that are shorter than it."""
    lengths = [length for length in _SHORT_LENGTHS if length < len(profile)]
    parts: list[Profile] = []
    if not lengths:
        return parts
    for length in rng.choice(lengths, min(_SHORT_EACH, len(lengths)), replace=False):
        kept = np.sort(rng.choice(len(profile), length, replace=False))
        parts.append(Profile(profile.items[kept], profile.ratings[kept], profile.user))
    return parts


def learn_weights(
    lists: Sequence[JudgedList], shares: NDArray[np.float64], silent: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the weights under which held-out movies stand highest.

    Parameters
    ----------
    lists : sequence of JudgedList
    shares : ndarray of float64, shape (n_lists, n_knots)
        How much the weights of each length count for each list.
    silent : ndarray of bool, shape (n_members, n_knots)
        Weights that stay 0.

    Returns
    -------
    ndarray of float64, shape (n_members, n_knots)
        Not negative.
    """
    first = listwise_weights(lists, shares, silent)
    closest, kept = [], []
    for number, one in enumerate(lists):
        best = top_n((one.rows @ (first @ shares[number])).astype(np.float32), _LISTED)
        relevant = one.relevant[best]
        if relevant.any() and not relevant.all():
            closest.append(JudgedList(one.length, one.rows[best], relevant))
            kept.append(number)
    return listwise_weights(closest, shares[kept], silent) if closest else first


def listwise_weights(
    lists: Sequence[JudgedList], shares: NDArray[np.float64], silent: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Minimise the mean of -log softmax over the relevant movies of each list; arguments as of `learn_weights`.

    Lists with many relevant movies weigh by the root of their number, between one vote a list and one a rating.
    """
    from scipy.optimize import minimize

    rows = np.concatenate([one.rows for one in lists])
    target = np.concatenate([one.relevant for one in lists]).astype(np.float64)
    sizes = np.array([len(one.rows) for one in lists])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    segment = np.repeat(np.arange(len(lists)), sizes)
    positives = np.add.reduceat(target, starts)
    vote = positives**-0.5
    total = float(vote @ positives)
    by_row = shares[segment]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(silent.shape)
        scores = np.einsum("rm,rm->r", rows, (shares @ weights.T)[segment])
        scores -= np.maximum.reduceat(scores, starts)[segment]
        exponential = np.exp(scores)
        sums = np.add.reduceat(exponential, starts)
        log_share = scores - np.log(sums)[segment]
        value = -float((vote[segment] * target) @ log_share)
        slope = vote[segment] * (target - positives[segment] * exponential / sums[segment])
        gradient = -(rows.T @ (slope[:, None] * by_row)) / total + 2 * _PENALTY * weights
        return value / total + _PENALTY * float(flat @ flat), gradient.ravel()

    bounds = [(0, 0 if fixed else None) for fixed in silent.ravel()]
    start = np.where(silent, 0.0, 0.5).ravel()
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    weights: NDArray[np.float64] = found.x.reshape(silent.shape)
    return weights
