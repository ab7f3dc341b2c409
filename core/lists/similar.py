"""Films like a film: liked by the same people more often than chance would have it, and of the same kind and time.

No algorithm and no artifact takes part: everything is counted in the data set when it is asked for.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import LIKED
from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.recommenders.parts.content_features import genre_kinds
from core.recommenders.parts.top_n import top_n
from core.recommenders.results import Neighbours

__all__ = ["LikedTogether", "SimilarFilms", "liked_together_sentence"]

_MOST_LIKERS = 1000
"""People whose likes are counted to find candidates; of more an even selection, which bounds a request's time."""
_SHRINKAGE = 20.0
"""Likes added to both counts below the root: the correlation of films that few people liked is small."""
_WEIGHTS = (0.8, 0.1, 0.04, 0.06)
"""Of the correlation of likes, genres, years and tags; they add up to one, and so films are alike by one at most.
A correlation is seldom above a quarter, so that genres and likes have about equal say."""
_YEARS_APART = 10.0
_EXPECTED = 5.0
"""Likes added to those counted and to those expected: the ratio of small counts stays near one."""
_FEW = 10
"""With fewer people than this who liked a film no ratio is told."""


@dataclass(frozen=True, slots=True)
class LikedTogether:
    """How many of the people who liked one film liked another one.

    Attributes
    ----------
    people : int
        Who liked the first film.
    count : int
        Of these, who liked the second.
    share : float or None
        ``count / people``; None when nobody liked the first film.
    lift : float or None
        How many times more often than among all people, shrunk towards one; None with fewer than ten `people`.
    """

    people: int
    count: int
    share: float | None
    lift: float | None


class SimilarFilms:
    """Which films resemble a film, and how often the same people liked both.

    The likeness of two films is a weighted sum, 1 at most, of

    - the correlation of their likes beyond chance, ``(c - e) / sqrt((a + s) (b + s))``: c people liked both films, a
      and b each; e is how many would be expected if those who liked the first film drew as many likes as they gave
      from all likes, so that people who like much make no films alike; s shrinks small counts;
    - the cosine of their genres, rare ones weighing more (inverse document frequency);
    - how near their years are, a bell of ten years;
    - the cosine of their tags (TF-IDF).

    Notes
    -----
    A request costs one pass over the likes of at most 1,000 people and over the movie table. Kept are two counts of
    likes (4 bytes per user and movie), the genres and one weight per tag of a movie.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    # --- asking -------------------------------------------------------------------------------------------

    def similar(self, item: int, n: int = 10) -> Neighbours:
        """Return the films most like a film, without itself and without films that nobody rated.

        Parameters
        ----------
        item : int
            Dense movie index.
        n : int

        Raises
        ------
        InvalidInputError
            When `n` is below 1.
        """
        if n < 1:
            raise InvalidInputError(f"n must be at least 1, not {n}.")
        likeness = self.likeness(item)
        likeness[item] = np.nan
        items = top_n(likeness, n)
        return Neighbours(items, likeness[items])

    def likeness(self, item: int) -> NDArray[np.float32]:
        """Return how much every film is like a film, float32 of shape (n_movies,); NaN where nobody rated it."""
        of_likes, of_genres, of_years, of_tags = _WEIGHTS
        total = of_likes * self._correlation(item)
        total += of_genres * self._genres(item)
        total += of_years * self._years(item)
        total += of_tags * self._tags(item)
        return np.where(self.dataset.movie_counts > 0, total, np.nan).astype(np.float32)

    def liked_together(self, item: int, others: NDArray[np.int32]) -> list[LikedTogether]:
        """Return how often the people who liked a film liked others, counted over all of them.

        Parameters
        ----------
        item : int
            Dense movie index.
        others : ndarray of int32
            Dense movie indices.
        """
        likers = self._likers(item)
        people = len(likers)
        among = np.zeros(self.dataset.n_users, dtype=bool)
        among[likers] = True
        found = []
        for other in others.tolist():
            count = int(np.count_nonzero(among[self._likers(other)]))
            expected = people * int(self._movie_likes[other]) / max(self.dataset.n_users, 1)
            lift = (count + _EXPECTED) / (expected + _EXPECTED) if people >= _FEW else None
            found.append(LikedTogether(people, count, count / people if people else None, lift))
        return found

    # --- counting -----------------------------------------------------------------------------------------

    @cached_property
    def _movie_likes(self) -> NDArray[np.int32]:
        return _row_sums(self.dataset.movie_ratings >= 2 * LIKED, self.dataset.movie_indptr)

    @cached_property
    def _user_likes(self) -> NDArray[np.int32]:
        return _row_sums(self.dataset.user_ratings >= 2 * LIKED, self.dataset.user_indptr)

    def _likers(self, item: int) -> NDArray[np.int32]:
        span = slice(int(self.dataset.movie_indptr[item]), int(self.dataset.movie_indptr[item + 1]))
        likers: NDArray[np.int32] = self.dataset.movie_users[span][self.dataset.movie_ratings[span] >= 2 * LIKED]
        return likers

    def _correlation(self, item: int) -> NDArray[np.float64]:
        data, likers = self.dataset, self._likers(item)
        people = len(likers)
        if people > _MOST_LIKERS:
            likers = likers[np.linspace(0, people - 1, _MOST_LIKERS).astype(np.int64)]
        starts, lengths = data.user_indptr[likers], np.diff(data.user_indptr)[likers]
        # Positions of all ratings of these people: each row's start, and how far into the row.
        ends = np.cumsum(lengths)
        rows = np.repeat(starts - ends + lengths, lengths) + np.arange(int(lengths.sum()))
        liked = data.user_items[rows[data.user_ratings[rows] >= 2 * LIKED]]
        counts = np.bincount(liked, minlength=data.n_movies)
        likes = self._movie_likes.astype(np.float64)
        expected = float(self._user_likes[likers].sum()) * likes / max(float(likes.sum()), 1.0)
        of_all = people / max(len(likers), 1)
        beyond: NDArray[np.float64] = (
            of_all * (counts - expected) / np.sqrt((people + _SHRINKAGE) * (likes + _SHRINKAGE))
        )
        return beyond

    # --- kind and time ------------------------------------------------------------------------------------

    @cached_property
    def _kinds(self) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Return the combinations of genres, weighed and of unit length, and which one each movie has."""
        kinds, kind_of = genre_kinds(self.dataset.movies)
        films = np.bincount(kind_of, minlength=len(kinds)) @ (kinds > 0)
        weighed = (kinds > 0) * np.log((len(kind_of) + 1) / (films + 1))
        lengths = np.linalg.norm(weighed, axis=1, keepdims=True)
        return np.divide(weighed, lengths, out=np.zeros_like(weighed), where=lengths > 0).astype(np.float32), kind_of

    def _genres(self, item: int) -> NDArray[np.float32]:
        kinds, kind_of = self._kinds
        alike: NDArray[np.float32] = (kinds @ kinds[kind_of[item]])[kind_of]
        return alike

    def _years(self, item: int) -> NDArray[np.float32]:
        years = self.dataset.movies.years.astype(np.float32)
        if not years[item]:
            return np.zeros_like(years)
        near = np.exp(-0.5 * ((years - years[item]) / np.float32(_YEARS_APART)) ** 2)
        return np.where(years > 0, near, np.float32(0))

    @cached_property
    def _tag_weights(self) -> NDArray[np.float32]:
        """Return the TF-IDF weights of the movies' tags, each movie's of unit length, in the order of `tag_ids`."""
        movies = self.dataset.movies
        films = np.bincount(movies.tag_ids, minlength=len(movies.tag_names))
        weights = np.log1p(movies.tag_counts) * np.log((len(movies) + 1) / (films + 1))[movies.tag_ids]
        lengths = np.sqrt(_row_sums(weights**2, movies.tag_indptr))
        unit = weights / np.repeat(np.maximum(lengths, 1e-9), np.diff(movies.tag_indptr))
        return np.asarray(unit, dtype=np.float32)

    def _tags(self, item: int) -> NDArray[np.float32]:
        movies = self.dataset.movies
        span = slice(int(movies.tag_indptr[item]), int(movies.tag_indptr[item + 1]))
        wanted = np.zeros(len(movies.tag_names), dtype=np.float32)
        wanted[movies.tag_ids[span]] = self._tag_weights[span]
        shared: NDArray[np.float32] = _row_sums(self._tag_weights * wanted[movies.tag_ids], movies.tag_indptr)
        return shared


def liked_together_sentence(found: LikedTogether) -> str:
    """Return what the counts say, such as "Liked by 47% of the 155 who liked this, 2.3 times chance"."""
    if not found.people:
        return "Nobody liked this film: alike in kind and time only"
    if found.lift is None or found.share is None:
        return f"Liked by {found.count} of the {found.people} who liked this: too few to compare with chance"
    return f"Liked by {_share(found)} of the {found.people:,} who liked this, {_times(found.lift)}"


def _share(found: LikedTogether) -> str:
    # A share of a handful is told as what it is.
    return f"{found.share:.0%}" if found.count >= _FEW else f"{found.count}"


def _times(lift: float) -> str:
    rounded = round(lift, 1)
    return "as often as chance" if rounded == 1.0 else f"{rounded:.1f} times chance"


def _row_sums(values: NDArray[Any], indptr: NDArray[np.int64]) -> NDArray[Any]:
    """Return the sums of compressed rows; int32 for booleans."""
    dtype = np.dtype(np.int32) if values.dtype == bool else values.dtype
    sums = np.zeros(len(indptr) - 1, dtype=dtype)
    filled = np.diff(indptr) > 0
    if filled.any():
        sums[filled] = np.add.reduceat(values, indptr[:-1][filled], dtype=dtype)
    return sums
