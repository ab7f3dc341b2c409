"""How the weights of a blend are learned: list by list, on ratings that its members have not seen.

Of each user the whole training profile is used, and shortened ones, as of somebody who has just begun to rate: some
of his films at random, and some that he liked and that are of one kind, as people choose who are asked for a few.
What a shortened profile leaves out takes no part: the members were fitted on it. The weights minimise the listwise
softmax loss (ListNet of Cao et al. 2007) of the held-out movies, first among those that any member lists, then among
those that the blend itself would list: what decides the order at its top.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.data.splits import Split
from core.recommenders.base import Recommender
from core.recommenders.hybrid.liking import LIKED_STARS, Liking
from core.recommenders.parts.rating_weights import content_rows
from core.recommenders.parts.top_n import top_n

__all__ = ["UNKNOWN", "JudgedList", "SampledList", "learn_weights", "sample_lists"]

UNKNOWN = -1.0
"""Value of a movie of which a member knows nothing, on the scale of the blend: well below what it lists."""
_LISTED = 40
"""Of each member's best movies so many are compared, and of the blend's."""
_USERS = 1_000
_SHORT_LENGTHS = (1, 2, 3, 5, 8)
_SHORT_EACH = 2
_ALIKE = 0.75
"""From this mean similarity in genres and year with the films of a profile on, a film is of their kind."""
_KINDRED = 1.0
"""How much more a liked film counts that is of the profile's kind, where the profile is of one."""
_PENALTY = 1e-3


class JudgedList(NamedTuple):
    """The movies that compete in one list.

    Attributes
    ----------
    length : int
        Ratings of the profile.
    rows : ndarray of float64, shape (n_movies_listed, n_members)
        Each member's normalised score.
    relevant : ndarray of bool or of float64, shape (n_movies_listed,)
        Which of them should stand high, and how much that counts.
    """

    length: int
    rows: NDArray[np.float64]
    relevant: NDArray[np.bool_] | NDArray[np.float64]


class SampledList(NamedTuple):
    """A list before it is decided what should stand high in it.

    Attributes
    ----------
    length, rows
        As of a `JudgedList`.
    relevant : ndarray of bool, shape (n_movies_listed,)
        Which movies were held out.
    loved : ndarray of float64, shape (n_movies_listed,)
        How much each counts where only liked films do; 0 for those that were not held out or not liked.
    """

    length: int
    rows: NDArray[np.float64]
    relevant: NDArray[np.bool_]
    loved: NDArray[np.float64]

    def watched_list(self) -> JudgedList:
        """Return the list in which every movie that was held out should stand high."""
        return JudgedList(self.length, self.rows, self.relevant)

    def loved_list(self) -> JudgedList:
        """Return the list in which those should that were liked."""
        return JudgedList(self.length, self.rows, self.loved)


def sample_lists(
    members: Mapping[str, Recommender],
    split: Split,
    seed: int,
    scaled: Callable[[NDArray[np.float32], NDArray[np.int32]], NDArray[np.float32]],
    liking: Liking | None = None,
) -> list[SampledList]:
    """Return lists to learn from: of up to a thousand users the whole profile and four shortened ones.

    Parameters
    ----------
    members : mapping of key to Recommender
        Fitted on ``split.train``.
    scaled : callable
        From a member's scores and the movies of the profile to normalised scores.
    liking : Liking, optional
        Makes up the last two columns.
    """
    kinds = content_rows(split.train)
    rng = np.random.default_rng(seed)
    users = np.unique(split.test_users)
    if len(users) > _USERS:
        users = np.sort(rng.choice(users, _USERS, replace=False))
    found = []
    for user in users.tolist():
        start, end = np.searchsorted(split.test_users, [user, user + 1])
        whole = split.train.profile(user)
        tests, stars = split.test_items[start:end], split.test_ratings[start:end]
        coherent = _coherent(whole, kinds, rng)
        for profile in (whole, *_shortened(whole, rng), *coherent):
            left_out = np.setdiff1d(whole.items, profile.items)
            columns, listed = [], []
            for member in members.values():
                scores = member.score(profile)
                columns.append(scaled(scores, profile.items))
                scores[whole.items] = np.nan
                listed.append(top_n(scores, _LISTED))
            items = np.setdiff1d(np.concatenate(listed), left_out)
            relevant = np.isin(items, tests)
            if relevant.any() and not relevant.all():
                last = {} if liking is None else liking.values(profile, items)
                rows = np.column_stack([*(column[items] for column in columns), *last.values()]).astype(np.float64)
                loved = np.isin(items, tests[stars >= LIKED_STARS]).astype(np.float64)
                if any(profile is one for one in coherent):
                    alike = (kinds[:, profile.items].mean(axis=1) @ kinds[:, items]) >= _ALIKE
                    loved *= 1 + _KINDRED * alike
                found.append(SampledList(len(profile), np.nan_to_num(rows, nan=UNKNOWN), relevant, loved))
    return found


def _coherent(whole: Profile, kinds: NDArray[np.float32], rng: np.random.Generator) -> list[Profile]:
    """Return parts of a profile that are a liked film and the liked ones most like it, of random lengths."""
    liked = np.flatnonzero(whole.ratings >= LIKED_STARS)
    lengths = [length for length in _SHORT_LENGTHS if length <= len(liked) and length < len(whole)]
    parts: list[Profile] = []
    for length in rng.choice(lengths, min(_SHORT_EACH, len(lengths)), replace=False) if lengths else ():
        first = rng.choice(liked)
        alike = kinds[:, whole.items[first]] @ kinds[:, whole.items[liked]]
        alike[liked == first] = np.inf
        kept = np.sort(liked[np.argsort(-alike, kind="stable")[:length]])
        parts.append(whole.part(kept))
    return parts


def _shortened(profile: Profile, rng: np.random.Generator) -> list[Profile]:
    """Return parts of a profile, of lengths drawn among those that are shorter than it."""
    lengths = [length for length in _SHORT_LENGTHS if length < len(profile)]
    parts: list[Profile] = []
    if not lengths:
        return parts
    for length in rng.choice(lengths, min(_SHORT_EACH, len(lengths)), replace=False):
        kept = np.sort(rng.choice(len(profile), length, replace=False))
        parts.append(profile.part(kept))
    return parts


def learn_weights(
    lists: Sequence[JudgedList],
    shares: NDArray[np.float64],
    fixed: NDArray[np.bool_],
    last: float | None = None,
) -> NDArray[np.float64]:
    """Return the weights under which held-out movies stand highest.

    Parameters
    ----------
    lists : sequence of JudgedList
    shares : ndarray of float64, shape (n_lists, n_knots)
        How much the weights of each length count for each list.
    fixed : ndarray of bool, shape (n_members, n_knots)
        Weights that stay 0.
    last : float, optional
        Weight of the last column, which then is not learned.

    Returns
    -------
    ndarray of float64, shape (n_members, n_knots)
        Not negative.
    """
    first = listwise_weights(lists, shares, fixed, last)
    closest, kept = [], []
    for number, one in enumerate(lists):
        best = top_n((one.rows @ (first @ shares[number])).astype(np.float32), _LISTED)
        relevant = one.relevant[best]
        if relevant.any() and not relevant.all():
            closest.append(JudgedList(one.length, one.rows[best], relevant))
            kept.append(number)
    return listwise_weights(closest, shares[kept], fixed, last) if closest else first


def listwise_weights(
    lists: Sequence[JudgedList],
    shares: NDArray[np.float64],
    fixed: NDArray[np.bool_],
    last: float | None = None,
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
        weights = flat.reshape(fixed.shape)
        scores = np.einsum("rm,rm->r", rows, (shares @ weights.T)[segment])
        scores -= np.maximum.reduceat(scores, starts)[segment]
        exponential = np.exp(scores)
        sums = np.add.reduceat(exponential, starts)
        log_share = scores - np.log(sums)[segment]
        value = -float((vote[segment] * target) @ log_share)
        slope = vote[segment] * (target - positives[segment] * exponential / sums[segment])
        gradient = -(rows.T @ (slope[:, None] * by_row)) / total + 2 * _PENALTY * weights
        return value / total + _PENALTY * float(flat @ flat), gradient.ravel()

    bounds: list[tuple[float, float | None]] = [(0.0, 0.0 if at_zero else None) for at_zero in fixed.ravel()]
    start = np.where(fixed, 0.0, 0.5).ravel()
    if last is not None:
        bounds[-fixed.shape[1] :] = [(last, last)] * fixed.shape[1]
        start[-fixed.shape[1] :] = last
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    weights: NDArray[np.float64] = found.x.reshape(fixed.shape)
    return weights
