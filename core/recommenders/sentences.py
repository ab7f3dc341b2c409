"""Plain sentences from contributions."""

from collections.abc import Sequence

import numpy as np

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.display.titles import format_movie_title
from core.recommenders.results import Contribution

__all__ = ["describe"]


def describe(
    dataset: Dataset, profile: Profile, item: int, contributions: Sequence[Contribution], predicted: float
) -> str:
    """Return why a movie has its place, naming what carries the most weight.

    Parameters
    ----------
    contributions : sequence of Contribution
        Largest magnitude first.
    predicted : float
        Predicted stars, NaN where unknown.
    """
    title = format_movie_title(dataset.movies.title(item))
    reason = _reason(dataset, profile, title, contributions)
    return f"{reason} You would probably give it {predicted:.1f} stars." if np.isfinite(predicted) else reason


def _reason(dataset: Dataset, profile: Profile, title: str, contributions: Sequence[Contribution]) -> str:
    by_kind = {
        kind: [part for part in contributions if part.kind == kind and part.value > 0 and part.id >= 0]
        for kind in ("movie", "neighbour", "genre", "factor", "model")
    }
    if films := by_kind["movie"][:3]:
        stars = dict(zip(profile.items.tolist(), profile.ratings.tolist(), strict=True))
        named = [f"{format_movie_title(part.label)} ({stars[part.id]:.1f})" for part in films if part.id in stars]
        if named:
            return f"{title} is here mainly because you rated {_join(named)}."
    if neighbours := by_kind["neighbour"]:
        people = "1 person" if len(neighbours) == 1 else f"{len(neighbours)} people"
        return f"{title} is here because {people} with a taste close to yours rated it well."
    if genres := by_kind["genre"][:3]:
        return f"{title} fits what you like: {_join([part.label for part in genres])}."
    if factors := by_kind["factor"][:2]:
        return f"{title} fits your taste for {_join([part.label for part in factors])}."
    if models := by_kind["model"][:3]:
        return f"{title} is placed here by {_join([part.label for part in models])}."
    index = next((part.id for part in contributions if part.kind == "bias" and part.id >= 0), None)
    count = int(dataset.movie_counts[index]) if index is not None else 0
    return f"{title} is well liked by many: {count:,} ratings." if count else f"{title} is well liked in general."


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
