"""The summands of a score that several algorithms have in common."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.recommenders.results import Contribution

__all__ = ["film_contributions", "watched_by_many"]


def watched_by_many(value: float, item: int = -1) -> Contribution:
    """Return what a movie's popularity adds to its score."""
    return Contribution("bias", item, "How many people rated it", value, popularity=True)


def film_contributions(
    dataset: Dataset,
    profile: Profile,
    values: NDArray[Any],
    rest: Contribution | None = None,
    back: Sequence[int | None] | None = None,
) -> list[Contribution]:
    """Return one contribution per film of a profile and what is left, each where it is not zero.

    Parameters
    ----------
    values : ndarray, shape (len(profile),)
        What each film of the profile adds.
    rest : Contribution, optional
        What does not come from the films; the only one where no film adds anything.
    back : sequence of int or None, optional
        Of each film how many were rated after it, where the order matters to the algorithm.
    """
    places = [None] * len(profile) if back is None else back
    parts = [
        Contribution("movie", int(item), dataset.movies.title(int(item)), float(value), back=place)
        for item, value, place in zip(profile.items, values, places, strict=True)
        if value != 0
    ]
    return parts if rest is None or (rest.value == 0 and parts) else [*parts, rest]
