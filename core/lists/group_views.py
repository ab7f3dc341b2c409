"""One list for two to five people, as plain values with raw ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import InvalidInputError
from core.lists.groups import MAX_MEMBERS, GroupMethod, GroupRecommendations

__all__ = ["GroupItem", "GroupList", "GroupMember", "Member", "Opinion", "check_members", "group_list"]


@dataclass(frozen=True, slots=True)
class Member:
    """Who belongs to a group: a stored user, or a visitor by stars per movie id."""

    user_id: int | str | None = None
    ratings: Mapping[int, float] | Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A member, in the order in which the members were given."""

    user_id: int | None
    """None for a visitor."""
    rating_count: int
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one member is expected to think of a movie."""

    predicted_rating: float | None
    """Stars."""
    score: float
    """How much the member wants it: 0 as the member's average movie, 1 as the ten best unseen ones on average."""
    least_pleased: bool
    """Whether nobody else's score is lower; in a list by least misery, nobody else's predicted rating."""


@dataclass(frozen=True, slots=True)
class GroupItem:
    """A movie that none of the members has rated."""

    rank: int
    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    score: float
    """The group's: the mean of the members' scores, or the lowest predicted rating."""
    members: list[Opinion]
    """In the order of the group's members."""
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class GroupList:
    """A ranked list for a group."""

    algorithm: str
    dataset: str
    method: GroupMethod
    members: list[GroupMember]
    items: list[GroupItem]
    took_ms: float


def check_members(members: Sequence[Member]) -> None:
    """Refuse what is no group.

    Raises
    ------
    InvalidInputError
        For fewer than two or more than five members, and for a stored user who is named twice.
    """
    if not 2 <= len(members) <= MAX_MEMBERS:
        raise InvalidInputError(f"A group has 2 to {MAX_MEMBERS} members, not {len(members)}.")
    users = [str(member.user_id).strip() for member in members if member.user_id is not None]
    for user in users:
        if users.count(user) > 1:
            raise InvalidInputError(f"User {user} is in the group twice: name everybody once.")


def group_list(
    dataset: Dataset, profiles: Sequence[Profile], found: GroupRecommendations, took_ms: float
) -> GroupList:
    """Return what was found for a group with the data set's own ids.

    Parameters
    ----------
    profiles : sequence of Profile
        The members'.
    """
    movies = dataset.movies
    stars = np.where(np.isfinite(found.predicted), found.predicted, np.inf)
    least = (stars if found.method == "least-misery" else found.member_scores).argmin(axis=0)
    return GroupList(
        algorithm=found.algorithm,
        dataset=dataset.name,
        method=found.method,
        members=[
            GroupMember(None, len(profile))
            if profile.user is None
            else GroupMember(int(dataset.user_ids[profile.user]), len(profile), _source_id(dataset, profile.user))
            for profile in profiles
        ],
        items=[
            GroupItem(
                rank=column + 1,
                movie_id=int(movies.ids[item]),
                title=movies.title(item),
                year=movies.year(item),
                genres=movies.genres(item),
                score=float(found.scores[column]),
                source_id=movies.source_id(item),
                members=[
                    Opinion(
                        predicted_rating=float(stars) if np.isfinite(stars) else None,
                        score=float(score),
                        least_pleased=row == int(least[column]),
                    )
                    for row, (stars, score) in enumerate(
                        zip(found.predicted[:, column], found.member_scores[:, column], strict=True)
                    )
                ],
            )
            for column, item in enumerate(found.items.tolist())
        ],
        took_ms=took_ms,
    )


def _source_id(dataset: Dataset, user: int) -> str | None:
    return None if dataset.user_source_ids is None else dataset.user_source_ids[user]
