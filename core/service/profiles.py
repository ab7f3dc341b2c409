"""People: the profile that is meant, and users found by their number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from core.data.conventions import MAX_ID
from core.data.profile import Profile
from core.data.source_ids import starting_with
from core.errors import InvalidIdError, InvalidInputError, UnknownIdError
from core.lists.requests import Dated
from core.views import UserView, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from core.data.dataset import Dataset
    from core.lists.requests import ProfileRequest

__all__ = ["knows_user", "profile_of", "user_named", "users_like", "users_view"]

_NUMBER = re.compile(r"\d+")


def profile_of(dataset: Dataset, request: ProfileRequest) -> Profile:
    """Return the profile that a request means.

    Raises
    ------
    InvalidInputError
        For a rating that is off the scale, and for one that is not to count but was not given.
    UnknownIdError
        For a user or movie that the data set does not hold.
    """
    if request.user_id is not None:
        profile = dataset.profile(dataset.user_index(request.user_id))
    else:
        given = {} if request.ratings is None else request.ratings
        # A Series of pandas is asked for its items: passed over, it would give its values.
        rated = [(movie_id, dataset.movie_index(movie_id), value) for movie_id, value in given.items()]
        items, stars = [item for _, item, _ in rated], [value for *_, value in rated]
        order = [given.times[movie_id] for movie_id, *_ in rated] if isinstance(given, Dated) else range(len(items))
        profile = Profile.of(items, stars, order=order)
    return _counting(dataset, profile, request.without) if request.without else profile


def _counting(dataset: Dataset, profile: Profile, without: Sequence[int | str]) -> Profile:
    left_out = [dataset.movie_index(movie_id) for movie_id in without]
    for movie_id, item in zip(without, left_out, strict=True):
        if item not in profile.items:
            raise InvalidInputError(f"Movie {movie_id} was not rated, so its rating cannot be left out.")
    return profile.part(~np.isin(profile.items, left_out))


def knows_user(dataset: Dataset, user_id: int | str) -> bool:
    """Return whether the data set holds a user."""
    try:
        dataset.user_index(user_id)
    except (UnknownIdError, InvalidIdError):
        return False
    return True


def user_named(dataset: Dataset, text: str) -> int | None:
    """Return the id that a number or the source's text names, else the first user's; None without users.

    A number that nobody has is returned as it is: whoever asks with it is told that there is no such user.
    """
    if text and knows_user(dataset, text):
        return int(dataset.user_ids[dataset.user_index(text)])
    if (number := whole_number(text, high=MAX_ID)) is not None:
        return number
    return int(dataset.user_ids[0]) if dataset.n_users else None


def users_view(dataset: Dataset, text: str, keep: Sequence[int | str], limit: int) -> list[UserView]:
    """Return the users like `text` (see `users_like`), behind those to keep that are not among them."""
    sources = dataset.user_source_ids
    if sources is None:
        found = users_like(dataset.user_ids[: dataset.n_source_users], text, limit)
    else:
        found = starting_with(dataset.user_ids, sources, text, limit)
        found = [user for user in found if user < dataset.n_source_users]
    kept = [dataset.user_index(user) for user in dict.fromkeys(keep) if knows_user(dataset, user)]
    lengths = dataset.user_indptr
    return [
        UserView(
            int(dataset.user_ids[user]),
            int(lengths[user + 1] - lengths[user]),
            None if sources is None else sources[user],
        )
        for user in (*(user for user in kept if user not in found), *found)
    ]


def users_like(ids: NDArray[np.int64], text: str, limit: int) -> list[int]:
    """Return positions of the users whose id begins with the first number in `text`; the first users without one.

    Parameters
    ----------
    ids : ndarray of int64, ascending
    """
    found = _NUMBER.search(text)
    if not found:
        return list(range(min(limit, len(ids))))
    low = int(found.group()[:18])
    if low == 0:
        return [0] if len(ids) and ids[0] == 0 else []
    positions: list[int] = []
    high = low + 1
    # 12 -> 12, then 120..129, then 1200..1299: ranges of the sorted ids, so nothing is scanned.
    while len(ids) and low <= int(ids[-1]) and len(positions) < limit:
        start, end = np.searchsorted(ids, [low, high])
        positions += range(int(start), min(int(end), int(start) + limit))
        low, high = low * 10, high * 10
    return positions[:limit]
