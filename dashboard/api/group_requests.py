"""What clients may ask for a group."""

from typing import Annotated

from pydantic import Field

from core.lists.requests import MAX_VIEWERS, GroupRequest
from core.views import GroupMethod
from dashboard.api.requests import Algorithm, Body, Count, Lately, ListFilters, Love, ProfileBody

__all__ = ["GroupBody"]


class ViewerBody(ProfileBody):
    """A viewer of a group: a stored user, or a visitor's ratings."""


class GroupBody(ListFilters, Body):
    """Who decides together, and what the list is to hold."""

    members: Annotated[list[ViewerBody], Field(min_length=2, max_length=MAX_VIEWERS)]
    """Two to five people, each of them once. No movie is listed that any of them has rated."""
    method: GroupMethod = "average"
    """`average` orders by the mean of the members' scores, `least-misery` the best of these by the lowest predicted
    rating."""
    algorithm: Algorithm | None = None
    """By default the best model that is loaded."""
    n: Count = 10
    """How many at most; fewer when fewer movies qualify."""
    love: Love | None = None
    """From what they would watch (0) to what they would love (1), with the hybrid; by default as it was measured."""
    lately: Lately | None = None
    """From what fits all their films (0) to what people rate next after the last ones (1), with the hybrid; by
    default 0."""

    def asked(self) -> GroupRequest:
        """Return what the service takes."""
        viewers = [viewer.profile() for viewer in self.members]
        return GroupRequest(viewers, self.algorithm, self.n, self.method, self.filters(), self.love, self.lately)
