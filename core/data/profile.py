"""What every algorithm scores: films and ratings, whoever gave them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.data.conventions import MAX_RATING, MIN_RATING
from core.errors import InvalidInputError

__all__ = ["Profile"]

Owner = TypeVar("Owner")
Value = TypeVar("Value")


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
    order : ndarray of int, shape (n,), or None
        Grows with when each was rated: seconds since 1970, or places in the order of entry. Of equal ones nobody
        knows which came first. None where neither times nor an order are known.
    """

    items: NDArray[np.int32]
    ratings: NDArray[np.float32]
    user: int | None = None
    order: NDArray[np.integer[Any]] | None = None
    _known: WeakKeyDictionary[object, dict[Callable[..., Any], Any]] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False, compare=False
    )

    @classmethod
    def of(
        cls, items: ArrayLike, ratings: ArrayLike, *, user: int | None = None, order: ArrayLike | None = None
    ) -> Self:
        """Build a profile from indices, stars and, where it is known, what tells which were rated later.

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
        when = None if order is None else np.asarray(order, dtype=np.int64).ravel()
        if when is not None and when.shape != item_array.shape:
            raise InvalidInputError(
                f"{item_array.size} movies were given with {when.size} times: give one for each movie, or none."
            )
        by_item = np.argsort(item_array, kind="stable")
        item_array, rating_array = item_array[by_item], rating_array[by_item]
        if item_array.size > 1 and bool((np.diff(item_array) == 0).any()):
            raise InvalidInputError("A movie was rated twice in one profile: keep one rating per movie.")
        return cls(item_array, rating_array, user, None if when is None else when[by_item])

    @classmethod
    def empty(cls) -> Self:
        """Return the profile of a visitor who has rated nothing yet."""
        return cls(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))

    def __len__(self) -> int:
        return len(self.items)

    def once(self, owner: Owner, compute: Callable[[Owner, "Profile"], Value]) -> Value:
        """Return ``compute(owner, self)``, computed when it is first asked for.

        A list is scored, its rows are predicted and explained, by several models: all begin with the same fold-in.
        It is kept with the profile, which lives as long as a request, and not with the model, which serves several
        at the same time; it goes when the owner goes.

        Parameters
        ----------
        owner : object
            Told from others by identity.
        compute : callable
            A method of its class, or a function of it and a profile. What it returns only the owner may write to.
        """
        known = self._known.setdefault(owner, {})
        if compute not in known:
            known[compute] = compute(owner, self)
        found: Value = known[compute]
        return found

    def without(self, item: int) -> "Profile":
        """Return the profile as if `item` had not been rated."""
        return self.part(self.items != item)

    def part(self, chosen: NDArray[Any] | slice) -> "Profile":
        """Return the profile as if only some of its films had been rated.

        Parameters
        ----------
        chosen : ndarray of bool, shape (n,), or of int, or slice
            A mask, a slice, or ascending positions.
        """
        order = None if self.order is None else self.order[chosen]
        return Profile(self.items[chosen], self.ratings[chosen], self.user, order)
