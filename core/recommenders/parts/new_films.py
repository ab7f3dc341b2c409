"""Films that were added and that nobody has rated yet: each is placed as the films are that it is most like.

A nearest-neighbour map from attributes to scores (Gantner et al. 2010, "Learning attribute-to-feature mappings for
cold-start recommendations"). What nobody rated in a data set's own source stays unlisted, as it was: only what an
operator added is to be tried.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.extending import unrated_additions
from core.recommenders.parts.content_features import genre_kinds, term_matrix
from core.recommenders.results import Contribution

__all__ = ["NewFilms", "new_films"]

_OF_GENRES, _OF_YEAR, _OF_TERMS = 0.5, 0.2, 0.3
_YEARS_APART = 8.0
_LIKE = 12
_STEP = 0.05
"""Films whose likeness differs by less are as like; of these the most rated count, of which most is known."""
_NAMES = ("new_film_items", "new_film_like", "new_film_weights")


class NewFilms(NamedTuple):
    """Which films are like each new one.

    Attributes
    ----------
    items : ndarray of int32, shape (k,)
        The new films, as dense indices.
    like : ndarray of int32, shape (k, m)
        Rated films, the most like first.
    weights : ndarray of float32, shape (k, m)
        Likeness; rows add up to one.
    """

    items: NDArray[np.int32]
    like: NDArray[np.int32]
    weights: NDArray[np.float32]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild it from a model's arrays, which are without any where there is no new film."""
        if _NAMES[0] in arrays:
            return cls(*(arrays[name] for name in _NAMES))
        return cls(np.empty(0, dtype=np.int32), np.empty((0, 0), dtype=np.int32), np.empty((0, 0), dtype=np.float32))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays under which a recommender stores it; none without a new film."""
        return dict(zip(_NAMES, self, strict=True)) if len(self.items) else {}

    def filled(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give each new film the weighted mean of the scores of the films that it is like, in place."""
        if len(self.items):
            scores[self.items] = self._shares(scores).sum(axis=1)
        return scores

    def explain(self, scores: NDArray[np.float32], item: int, dataset: Dataset) -> list[Contribution] | None:
        """Return the summands of a new film's score; None for every other film."""
        (row,) = np.nonzero(self.items == item)
        if not len(row):
            return None
        shares = self._shares(scores)[int(row[0])]
        return [
            Contribution("genre", int(film), f"films like {dataset.movies.title(int(film))}", float(share))
            for film, share in zip(self.like[int(row[0])], shares, strict=True)
            if share
        ]

    def _shares(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what each film of `like` adds; one without a score counts as the lowest there is."""
        found = scores[self.like]
        if np.isnan(found).any():
            found = np.where(np.isnan(found), np.nanmin(scores) if np.isfinite(scores).any() else 0.0, found)
        shares: NDArray[np.float32] = (found * self.weights).astype(np.float32)
        return shares


def new_films(dataset: Dataset) -> NewFilms:
    """Return the unrated films that were added, and what they are like by genres, year, title words and tags."""
    items = unrated_additions(dataset)
    rated = np.flatnonzero(dataset.movie_counts)
    if not len(items) or not len(rated):
        return NewFilms.from_arrays({})
    kinds, kind_of = genre_kinds(dataset.movies)
    terms = term_matrix(dataset).weights
    years = dataset.movies.years.astype(np.float64)
    count = min(_LIKE, len(rated))
    like = np.empty((len(items), count), dtype=np.int32)
    weights = np.empty((len(items), count), dtype=np.float32)
    for row, item in enumerate(items.tolist()):
        dated = (years[rated] > 0) & (years[item] > 0)
        likeness = _OF_GENRES * (kinds @ kinds[kind_of[item]])[kind_of[rated]]
        likeness += _OF_YEAR * dated * np.exp(-0.5 * ((years[rated] - years[item]) / _YEARS_APART) ** 2)
        likeness += _OF_TERMS * (terms[rated] @ terms[[item]].toarray()[0])
        order = np.lexsort((-dataset.movie_counts[rated], -np.rint(likeness / _STEP)))[:count]
        like[row] = rated[order]
        # Somewhat like everything, and most of all like the first.
        share = likeness[order] ** 2 + 1e-6
        weights[row] = share / share.sum()
    return NewFilms(items, like, weights)
