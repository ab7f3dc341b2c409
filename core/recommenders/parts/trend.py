"""How much each film was being rated at a time, beside how much it had been rated until then."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.user_rows import RatingRows

__all__ = ["Trend"]

_SPAN = 10 * 86_400
"""Seconds that count as one time."""
_UNKNOWN_FOR = 3
"""A film that nobody rates before so many spans are over had not come yet."""
_BLOCK = 4_000_000


@dataclass(frozen=True)
class Trend:
    """Factors of scores by time: of two films that suit alike, the one that people rate at that time comes first.

    A film's factor is ((r + 1) / (e + 1)) ** power, where e people had rated it before the span of ten days in which
    somebody rated last, r of them in the span before that one; 0 where nobody had rated it a month later. Who has no
    times, or rated after all others, stands at the end of the data.

    Attributes
    ----------
    movies : ndarray of int32, shape (n,)
        Dense movie indices, ascending; the factor of all others is 1.
    factors : ndarray of float16, shape (spans + 1, n)
        A row for each span, the last one for the end; without any row nothing is known and every factor is 1.
    start : int
        Seconds since 1970 at which the first span begins.
    """

    movies: NDArray[np.int32]
    factors: NDArray[np.float16]
    start: int

    @classmethod
    def fit(cls, dataset: Dataset, movies: NDArray[np.int32], power: float) -> Self:
        """Count the ratings of movies, span by span; ratings without a time (0) count nowhere."""
        found = cls.period(dataset.user_times)
        if not power or found is None:
            return cls.unknown(movies)
        rated = cls.counted(dataset, dataset.n_movies, movies, found)
        return cls.of_counts(movies, found[0], rated, power)

    @classmethod
    def unknown(cls, movies: NDArray[np.int32]) -> Self:
        """Return what is known without times."""
        return cls(movies, np.empty((0, len(movies)), dtype=np.float16), 0)

    @staticmethod
    def period(times: NDArray[np.uint32]) -> tuple[int, int] | None:
        """Return the first and the last time, None where none is known."""
        found: list[int] = []
        for begin in range(0, len(times), _BLOCK):
            known = times[begin : begin + _BLOCK]
            known = known[known > 0]
            found += [int(known.min()), int(known.max())] if len(known) else []
        return (min(found), max(found)) if found else None

    @staticmethod
    def counted(
        rows: RatingRows, n_movies: int, movies: NDArray[np.int32], period: tuple[int, int]
    ) -> NDArray[np.uint32]:
        """Return the numbers of ratings by span and movie, of shape (spans + 1, n): the first row is empty."""
        start, n = period[0], len(movies)
        spans = (period[1] - start) // _SPAN + 1
        position = np.full(n_movies, -1, dtype=np.int32)
        position[movies] = np.arange(n, dtype=np.int32)
        rated = np.zeros((spans + 1) * n, dtype=np.uint32)
        for begin in range(0, rows.n_ratings, _BLOCK):
            block, places = rows.user_times[begin : begin + _BLOCK], position[rows.user_items[begin : begin + _BLOCK]]
            kept = (block > 0) & (places >= 0)
            span = (block[kept].astype(np.int64) - start) // _SPAN
            rated += np.bincount((span + 1) * n + places[kept], minlength=len(rated)).astype(np.uint32)
        return rated.reshape(spans + 1, n)

    @classmethod
    def of_counts(cls, movies: NDArray[np.int32], start: int, rated: NDArray[np.uint32], power: float) -> Self:
        """Return the factors that follow from the numbers that `counted` returned, which are overwritten."""
        spans = len(rated) - 1
        before = np.cumsum(rated, axis=0, out=rated)
        factors = np.ones(before.shape, dtype=np.float16)
        for row in range(spans + 1):
            lately = before[row] - before[max(row - 1, 0)]
            factors[row] = ((lately + 1) / (before[row] + 1.0)) ** power
            factors[row][before[min(row + _UNKNOWN_FOR, spans)] == 0] = 0
        return cls(movies, factors, start)

    def of(self, profile: Profile) -> NDArray[np.float16]:
        """Return the factors of `movies` for a profile; none at all where nothing is known."""
        if not len(self.factors) or not len(profile):
            return self.factors[:0].ravel()
        last = -1 if profile.order is None else int(profile.order.max()) - self.start
        end = len(self.factors) - 1
        factors: NDArray[np.float16] = self.factors[end if last < 0 else min(last // _SPAN, end)]
        return factors

    def apply(self, profile: Profile, scores: NDArray[np.float32]) -> None:
        """Multiply what speaks for a film by its factor; what speaks against one is left as it is."""
        factors = self.of(profile)
        if len(factors):
            own = scores[self.movies]
            scores[self.movies] = np.where(own > 0, own * factors, own)

    def factor(self, profile: Profile, item: int) -> float:
        """Return the factor of one film."""
        factors, place = self.of(profile), int(np.searchsorted(self.movies, item))
        known = len(factors) and place < len(self.movies) and self.movies[place] == item
        return float(factors[place]) if known else 1.0

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return what is stored, under names that begin with `name`."""
        start = np.array([self.start], dtype=np.int64)
        return {f"{name}_movies": self.movies, f"{name}_factors": self.factors, f"{name}_start": start}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], name: str) -> Self:
        """Return what `arrays` returned."""
        # Plain views: each row of a memmap object would be another memmap object.
        movies, factors, start = (
            arrays[f"{name}_{part}"].view(np.ndarray) for part in ("movies", "factors", "start")
        )
        return cls(movies, factors, int(start[0]))
