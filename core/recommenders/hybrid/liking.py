"""How much somebody would like what he watches: the second factor of a list of what people love.

A film is loved when it is watched and then liked, P(watched) P(liked | watched). What orders by the first factor is
blended; this is the logarithm of the second, so that the sum splits exactly by where it comes from.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.recommenders.base import Recommender
from core.recommenders.hybrid.rating_stack import RatingStack
from core.recommenders.parts.rating_weights import own_mean
from core.recommenders.parts.top_n import top_n

__all__ = ["LIKED_STARS", "LIKING", "LOW", "Liking", "Pleasing", "likeliest"]

LIKING, LOW = "liking", "low"
"""The keys of the two parts among the members of a blend."""
LIKED_STARS = 4.0
"""Ratings from here on are of liked films."""
_STEP = 0.5
"""Stars from one rating to the next: half of it below 4 is what is nearer to 4 than to the rating before."""
_POOR_STARS = 3.0
_BELOW_OWN = 2.0
_POOR = 10.0
"""What a star below the person's own mean and a star below three cost: a list of ten that has better films has none
of these."""
_CANDIDATES = 400
"""With so many no list of fifty changed on ml-100k; stars are the dearest part of an answer."""


Pleasing = dict[str, NDArray[np.float32]]
"""Both parts of some movies by key, at most 0. `LIKING`: log P(stars >= 3.75) of a normal distribution around the
predicted stars. `LOW`: what is taken off for stars below the person's own mean, and below three."""


class Liking:
    """How much one would like films, from stacked predictions of stars.

    Parameters
    ----------
    stack : RatingStack
        Its `spread` is the width of the distribution.
    members : mapping of key to Recommender
        At least those of the stack.
    dataset : Dataset
        On which they were fitted.
    """

    def __init__(self, stack: RatingStack, members: Mapping[str, Recommender], dataset: Dataset) -> None:
        self._stack = stack
        self._members = members
        self._range = dataset.rating_range
        self._mean = dataset.global_mean

    def values(self, profile: Profile, items: NDArray[np.int32]) -> Pleasing:
        """Return both parts for some movies."""
        return self.of_stars(profile, self.stars(profile, items))

    def stars(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the predicted stars of some movies, within the data set's scale."""
        low, high = self._range
        stars = self._stack.stars(self._members, profile, items)
        return np.minimum(np.maximum(stars, low, out=stars), high, out=stars)

    def at_most(self, profile: Profile) -> Pleasing:
        """Return both parts for a film that pleases as much as any can, arrays of shape (1,)."""
        return self.of_stars(profile, np.array([self._range[1]], dtype=np.float32))

    def of_stars(self, profile: Profile, stars: NDArray[np.float32]) -> Pleasing:
        """Return both parts for films of such predicted stars."""
        liking = log_ndtr((stars - np.float32(LIKED_STARS - _STEP / 2)) / np.float32(self._stack.spread))
        low = np.float32(_BELOW_OWN) * np.minimum(stars - np.float32(own_mean(profile, self._mean)), 0)
        low += np.float32(_POOR) * np.minimum(stars - np.float32(_POOR_STARS), 0)
        return {LIKING: liking.astype(np.float32, copy=False), LOW: low.astype(np.float32, copy=False)}

    def among_likely(self, profile: Profile, watched: NDArray[np.float32]) -> Pleasing:
        """Return both parts for all movies: predicted for the likeliest movies, for the others the least of these.

        So the others stay in their order below them, and what a request costs does not grow with the catalogue.

        Parameters
        ----------
        watched : ndarray of float32, shape (n_movies,)
            By what the likeliest are told, NaN where nothing is known.
        """
        likely = likeliest(watched)
        parts = {}
        for key, values in self.values(profile, likely).items():
            parts[key] = np.full(len(watched), values.min(initial=0), dtype=np.float32)
            parts[key][likely] = values
        return parts


def likeliest(watched: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return the movies whose stars are predicted for a list, the likeliest first."""
    return top_n(watched, _CANDIDATES)
