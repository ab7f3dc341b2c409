"""Invented people, and their ratings block by block in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.readers.ratings import RatingColumns
from core.data.synthetic.catalogue import TASTE_DIMENSIONS, Catalogue, make_catalogue
from core.data.synthetic.kernel import CIRCLE_SHARES, compiled_alias, compiled_rate
from core.data.synthetic.published import ML_32M
from core.errors import InvalidInputError

__all__ = ["MIN_RATINGS", "Population", "make_population"]

MIN_RATINGS = 20
_BLOCK_USERS = 4096
_COMMUNITIES = 24
_TILT = 0.75
_FIRST_SECOND = 789_652_009  # 9 January 1995
_LAST_SECOND = 1_697_164_147  # 13 October 2023
_HALF_STARS_SECOND = 1_045_526_400  # half stars came on 18 February 2003

# Stars; chosen so that mean, standard deviation and the shares of the half stars come out as published.
_MODE = 3.715
_NOISE = 0.92
_PRAISE = 0.86  # how far the mean moves with the latent mean
_TASTE_STRENGTH = 0.50
_BIAS_DEVIATION = 0.52
# Draws of the most popular movie per user at most; as a movie is rated once, about half as many users rate it.
_MOST_SEEN = 1.1
# A shorter tail than the published fit's, whose mean is 189 ratings; the data's is 159.
_ACTIVITY_SHAPE, _ACTIVITY_SCALE = 1.46, 48.0
_MOST_ACTIVE = 33_332


class _Tables(NamedTuple):
    """Alias tables of the communities, and the mean taste and quality of what each watches."""

    keep: NDArray[np.float32]
    alias: NDArray[np.int32]
    taste: NDArray[np.float64]
    quality: NDArray[np.float64]


class _People(NamedTuple):
    """Taste, leniency, use of the scale and habit of rounding of one block's users; see `kernel`."""

    taste: NDArray[np.float32]
    bias: NDArray[np.float32]
    spread: NDArray[np.float32]
    snap: NDArray[np.float32]


@dataclass(frozen=True)
class Population:
    """Everything that is drawn before the ratings.

    Attributes
    ----------
    catalogue : Catalogue
    counts : ndarray of int64, shape (n_users,)
        Ratings per user, at least `MIN_RATINGS`.
    circles : ndarray of int32, shape (n_users, 2)
    centres : ndarray of float32, shape (n_communities, TASTE_DIMENSIONS)
    joined : ndarray of int64, shape (n_users,)
        Second of the first rating.
    seed : int
    """

    catalogue: Catalogue
    counts: NDArray[np.int64]
    circles: NDArray[np.int32]
    centres: NDArray[np.float32]
    joined: NDArray[np.int64]
    seed: int

    @property
    def n_ratings(self) -> int:
        """Number of ratings."""
        return int(self.counts.sum())

    def blocks(self) -> Iterator[RatingColumns]:
        """Yield the ratings of some thousand users at a time, by user and movie, as dense indices.

        Equal for equal seeds, whatever is done between the blocks.
        """
        weights = self._weights()
        keep, alias = np.empty(weights.shape, dtype=np.float32), np.empty(weights.shape, dtype=np.int32)
        fill = compiled_alias()
        for row in range(len(weights)):
            fill(weights[row] * weights.shape[1], keep[row], alias[row])
        tables = _Tables(keep, alias, weights @ self.catalogue.taste, weights @ self.catalogue.quality)
        del weights
        stamp = np.zeros(len(self.catalogue), dtype=np.int32)
        # Who has seen what is popular goes on to worse films, the more so the smaller the catalogue: a first look at
        # the first block tells by how much ratings would miss the mean.
        pilot, people = self._block(0, tables, stamp, _MODE)
        latent = self.catalogue.quality[pilot.movies] + people.bias[pilot.users]
        for axis in range(TASTE_DIMENSIONS):
            latent += people.taste[pilot.users, axis] * self.catalogue.taste[pilot.movies, axis]
        mode = _MODE - _PRAISE * float(latent.mean())
        stamp[:] = 0
        for first in range(0, len(self.counts), _BLOCK_USERS):
            yield self._block(first, tables, stamp, mode)[0]

    def _block(
        self, first: int, tables: "_Tables", stamp: NDArray[np.int32], mode: float
    ) -> tuple[RatingColumns, "_People"]:
        span = slice(first, first + _BLOCK_USERS)
        rng = np.random.default_rng([self.seed, 1, first])
        counts, circles, joined = self.counts[span], self.circles[span], self.joined[span]
        people = self._people(circles, joined, tables, rng)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        total = int(starts[-1])
        block = RatingColumns(
            np.repeat(np.arange(first, first + len(counts), dtype=np.int32), counts),
            np.empty(total, dtype=np.int32),
            np.empty(total, dtype=np.uint8),
            np.empty(total, dtype=np.uint32),
        )
        movies = self.catalogue
        compiled_rate()(
            int(rng.integers(2**31)),
            first,
            starts,
            circles,
            people.taste,
            people.bias,
            people.spread,
            people.snap,
            joined,
            tables.keep,
            tables.alias,
            movies.taste,
            movies.quality,
            (movies.years.astype("int64") - 1970) * 31_556_952,
            stamp,
            block.movies,
            block.half_stars,
            block.times,
            mode,
            _NOISE,
            _LAST_SECOND,
        )
        return block, people

    def _people(
        self, circles: NDArray[np.int32], joined: NDArray[np.int64], tables: "_Tables", rng: np.random.Generator
    ) -> "_People":
        n = len(circles)
        own = rng.normal(size=(n, TASTE_DIMENSIONS))
        taste = 0.62 * self.centres[circles[:, 0]] + 0.33 * self.centres[circles[:, 1]] + 0.71 * own
        taste *= _TASTE_STRENGTH
        # People watch what they like: without this the mean rating would hang on the communities drawn.
        share = np.array(CIRCLE_SHARES)
        usual = np.einsum("c,ncd->nd", share, tables.taste[circles])
        expected = np.einsum("nd,nd->n", taste, usual) + tables.quality[circles] @ share
        # Some keep to whole stars, as everybody did before there were half stars.
        snap = np.where(rng.random(n) < 0.05, 1.0, rng.beta(1.0, 4.0, n))
        snap[joined < _HALF_STARS_SECOND] = 1.0
        return _People(
            taste.astype(np.float32),
            (rng.normal(0, _BIAS_DEVIATION, n) - expected).astype(np.float32),
            np.clip(rng.lognormal(0.0, 0.22, n), 0.5, 1.8).astype(np.float32),
            snap.astype(np.float32),
        )

    def _weights(self) -> NDArray[np.float64]:
        """Return what each community watches, shape (n_communities, n_movies), rows adding up to 1."""
        leaning = np.clip(self.centres @ self.catalogue.taste.T, -3.0, 3.0)
        weights = self.catalogue.popularity * np.exp(_TILT * leaning.astype(np.float64))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def make_population(
    n_ratings: int, seed: int = 42, n_users: int | None = None, n_movies: int | None = None
) -> Population:
    """Draw catalogue and people.

    Parameters
    ----------
    n_ratings : int
        Exactly so many are made, at least 20 per user.
    seed : int
    n_users, n_movies : int, optional
        By default in MovieLens 32M's proportion to the ratings; movies fall more slowly, as they do in MovieLens.

    Raises
    ------
    InvalidInputError
        When the numbers contradict each other.
    """
    users = n_users or max(1, round(n_ratings * ML_32M.users / ML_32M.ratings))
    movies = n_movies or max(640, round(ML_32M.movies * (n_ratings / ML_32M.ratings) ** 0.6))
    if n_ratings < MIN_RATINGS * users:
        raise InvalidInputError(
            f"{n_ratings:,} ratings are fewer than {MIN_RATINGS} for each of {users:,} users: "
            "ask for more ratings or fewer users."
        )
    cap = min(_MOST_ACTIVE, max(MIN_RATINGS, movies * 3 // 5))
    if n_ratings > cap * users:
        raise InvalidInputError(
            f"{users:,} users cannot give {n_ratings:,} ratings to {movies:,} movies: ask for more movies or users."
        )
    rng = np.random.default_rng([seed, 0])
    catalogue = make_catalogue(movies, _MOST_SEEN * users / n_ratings, rng)
    centres = rng.normal(size=(_COMMUNITIES, TASTE_DIMENSIONS)).astype(np.float32)
    sizes = rng.dirichlet(np.full(_COMMUNITIES, 4.0))
    return Population(
        catalogue=catalogue,
        counts=_activity(n_ratings, users, cap, rng),
        circles=rng.choice(_COMMUNITIES, size=(users, 2), p=sizes).astype(np.int32),
        centres=centres,
        joined=(_FIRST_SECOND + rng.random(users) * (_LAST_SECOND - _FIRST_SECOND - 7200)).astype(np.int64),
        seed=seed,
    )


def _activity(n_ratings: int, n_users: int, cap: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw ratings per user: 20 and a log-normal number, stretched and then evened out to the exact total."""
    extra = rng.lognormal(np.log(_ACTIVITY_SCALE), _ACTIVITY_SHAPE, n_users)
    room, free = cap - MIN_RATINGS, n_ratings - MIN_RATINGS * n_users
    for _ in range(50):  # what the cap cuts off goes to the others
        extra = np.minimum(extra * (free / max(extra.sum(), 1e-9)), room)
    counts = MIN_RATINGS + np.floor(extra).astype(np.int64)
    missing = n_ratings - int(counts.sum())
    while missing:
        open_to = np.flatnonzero(counts < cap if missing > 0 else counts > MIN_RATINGS)
        chosen = rng.choice(open_to, size=min(abs(missing), len(open_to)), replace=False)
        counts[chosen] += 1 if missing > 0 else -1
        missing = n_ratings - int(counts.sum())
    return counts
