"""What every algorithm scores: films and ratings, whoever gave them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.data.conventions import MAX_RATING, MIN_RATING
from core.errors import InvalidInputError

__all__ = ["Profile"]


@dataclass(frozen=True)
class Profile:
    """Ratings of one person, stored or a visitor.

    Attributes
    ----------
    items : ndarray of int32, shape (n,)
        Dense movie indices, ascending, unique.
    ratings : ndarray of float32, shape (n,)
        Stars, 0.5 to 5.0.
    user : int or None
        Dense user index when the profile is a stored user's row, so that neighbourhood methods leave that
        user out of his own neighbours; None for a visitor.
    """

    items: NDArray[np.int32]
    ratings: NDArray[np.float32]
    user: int | None = None

    @classmethod
    def of(cls, items: ArrayLike, ratings: ArrayLike, *, user: int | None = None) -> Self:
        """Build a profile from indices and stars in any order.

        Raises
        ------
        InvalidInputError
            When lengths differ, a movie appears twice, or a rating is not within 0.5 and 5.
        """
        item_array = np.asarray(items, dtype=np.int32).ravel()
        rating_array = np.asarray(ratings, dtype=np.float32).ravel()
        if item_array.shape != rating_array.shape:
            raise InvalidInputError(
                f"{item_array.size} movies were given with {rating_array.size} ratings: give one rating per movie."
            )
        if rating_array.size and not bool(((rating_array >= MIN_RATING) & (rating_array <= MAX_RATING)).all()):
            raise InvalidInputError(f"Ratings must be between {MIN_RATING} and {MAX_RATING} stars.")
        order = np.argsort(item_array, kind="stable")
        item_array, rating_array = item_array[order], rating_array[order]
        if item_array.size > 1 and bool((np.diff(item_array) == 0).any()):
            raise InvalidInputError("A movie was rated twice in one profile: keep one rating per movie.")
        return cls(item_array, rating_array, user)

    @classmethod
    def empty(cls) -> Self:
        """Return the profile of a visitor who has rated nothing yet."""
        return cls(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))

    def __len__(self) -> int:
        return len(self.items)

    def without(self, item: int) -> "Profile":
        """Return the profile as if `item` had not been rated."""
        keep = self.items != item
        return Profile(self.items[keep], self.ratings[keep], self.user)
