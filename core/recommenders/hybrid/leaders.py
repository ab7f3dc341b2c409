"""The first films of a list that is ordered by what one would love, with as few predicted stars as that takes.

How much one would like a film only ever takes off from its score. So films are looked at in the order of what one
would come to watch, and the search ends at the first that could not reach the list if it pleased as much as a film
can: the threshold algorithm of Fagin, Lotem and Naor (2003), "Optimal aggregation algorithms for middleware". The
list is the one that predicting the stars of all likely films gives: on ml-latest-small they are 14 instead of 400
for half of all lists of ten.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.recommenders.hybrid.liking import Liking, likeliest
from core.recommenders.parts.top_n import top_n

__all__ = ["Leaders", "leaders"]

_FOR_EACH, _SPARE = 2, 8
"""How many films are looked at in one go: so many for each that is listed, and a few more; then twice as many."""
_ROUNDING = 1e-5


class Leaders(NamedTuple):
    """The first films of a list, best first: their scores and predicted stars, within the data set's scale."""

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    stars: NDArray[np.float32]


def leaders(
    watched: NDArray[np.float32],
    liking: Liking,
    weights: dict[str, float],
    profile: Profile,
    n: int,
    free: NDArray[np.bool_],
) -> Leaders | None:
    """Return the first `n` films of a list, None where only the scores of all films can tell them.

    Parameters
    ----------
    watched : ndarray of float32, shape (n_movies,)
        By what one would come to watch, NaN where nothing is known.
    liking : Liking
    weights : dict of str to float
        Of its parts, not negative.
    profile : Profile
    n : int
    free : ndarray of bool, shape (n_movies,)
        The films that may be listed.
    """
    everybodys = likeliest(watched)
    likely = everybodys[free[everybodys]]
    if len(likely) < n:
        return None
    scores = watched[likely]
    stars = np.empty_like(scores)
    pleased = liking.at_most(profile)
    # By place, what the films from there on reach at most: behind the last one, those that are not likely.
    most = np.append(scores, watched[everybodys[-1]])
    most += np.float32(sum(weight * float(pleased[key][0]) for key, weight in weights.items()))
    done, step = 0, _FOR_EACH * n + _SPARE
    while done < len(likely):
        span = slice(done, done + step)
        stars[span] = liking.stars(profile, likely[span])
        pleasing = liking.of_stars(profile, stars[span])
        for key, weight in weights.items():
            scores[span] += np.float32(weight) * pleasing[key]
        done, step = min(done + step, len(likely)), 2 * step
        if done >= n and np.partition(scores[:done], -n)[-n] > most[done] + _ROUNDING:
            # Ties go by the film's index, as in a list of all films.
            by_index = np.argsort(likely[:done])
            best = by_index[top_n(scores[:done][by_index], n)]
            return Leaders(likely[best], scores[best], stars[best])
    return None
