"""What clients may ask for a group."""

from typing import Annotated

from pydantic import Field, model_validator

from core.lists.group_views import Member
from core.lists.groups import MAX_MEMBERS, GroupMethod
from dashboard.api.requests import Algorithm, Count, Id, ListFilters, Ratings, Strict, by_movie

__all__ = ["GroupBody"]


class MemberBody(Strict):
    """A member of a group: a stored user, or a visitor's ratings."""

    user_id: Id | None = None
    """A user of the data set; leave out when `ratings` are given."""
    ratings: Ratings | None = None
    """A visitor's ratings; leave out when `user_id` is given."""

    @model_validator(mode="after")
    def _one_profile(self) -> "MemberBody":
        if (self.user_id is None) == (self.ratings is None):
            raise ValueError("give either user_id or ratings, not both and not neither")
        return self


class GroupBody(ListFilters):
    """Who decides together, and what the list is to hold."""

    members: Annotated[list[MemberBody], Field(min_length=2, max_length=MAX_MEMBERS)]
    """Two to five people, each of them once. No movie is listed that any of them has rated."""
    method: GroupMethod = "average"
    """`average` orders by the mean of the members' scores, `least-misery` the best of these by the lowest predicted
    rating."""
    algorithm: Algorithm | None = None
    """By default the best model that is loaded."""
    n: Count = 10
    """How many at most; fewer when fewer movies qualify."""

    def people(self) -> list[Member]:
        """Return the members as the service takes them."""
        return [
            Member(member.user_id, None if member.ratings is None else by_movie(member.ratings))
            for member in self.members
        ]
