"""The people of a data set: how alike they are, stored users and visitors, and what they watched after a film."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.lists.requests import check_length
from core.service.profiles import profile_of

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.lists.requests import ProfileRequest
    from core.views import Likeness, LikePerson, WatchedNext

__all__ = ["Company"]


@dataclass(frozen=True, slots=True)
class Company:
    """The people of a data set, and those who ask, beside each other."""

    dataset: Dataset

    def likeness(self, one: ProfileRequest, other: ProfileRequest, n: int = 10) -> Likeness:
        """Return how alike two people are, with `n` films of each kind; see `core.analytics.likeness`.

        Raises
        ------
        InvalidInputError, UnknownIdError
        """
        from core.analytics.likeness import likeness

        return likeness(self.dataset, profile_of(self.dataset, one), profile_of(self.dataset, other), n)

    def like_minded(self, person: ProfileRequest, n: int = 10) -> list[LikePerson]:
        """Return the users who are most surely like somebody; see `core.analytics.like_minded`.

        Raises
        ------
        InvalidInputError, UnknownIdError
        """
        from core.analytics.like_minded import like_minded

        return like_minded(self.dataset, profile_of(self.dataset, person), n)

    def watched_next(self, movie_id: int | str, n: int = 10) -> WatchedNext:
        """Return what people rated soon after a movie, beyond chance; see `core.analytics.watched_next`.

        Raises
        ------
        InvalidInputError, UnknownIdError
        """
        from core.analytics.watched_next import watched_next

        check_length(n)
        return watched_next(self.dataset, self.dataset.movie_index(movie_id), n)
