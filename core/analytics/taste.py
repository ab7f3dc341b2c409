"""One person's taste in numbers."""

import numpy as np
from numpy.typing import NDArray

from core.analytics.history import rated_movies, rating_times
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.views import GenreTaste, RatedMovie, TasteProfile

__all__ = ["taste"]

_FAVOURITES = 12


def taste(dataset: Dataset, profile: Profile) -> TasteProfile:
    """Describe a profile: how it rates, which genres and decades it prefers and how far from the crowd it is.

    Parameters
    ----------
    dataset : Dataset
    profile : Profile
        A stored user's or a visitor's; an empty one gives counts of zero and no means.

    Returns
    -------
    TasteProfile
        Genres by the number of films, most first; decades in order of time; favourites by rating, then by the
        time of the rating, then by popularity.
    """
    half_stars = np.rint(profile.ratings * 2).astype(np.int64)
    histogram = np.bincount(half_stars, minlength=11)[1:11]
    counts = dataset.movie_counts[profile.items]
    return TasteProfile(
        user_id=None if profile.user is None else int(dataset.user_ids[profile.user]),
        rating_count=len(profile),
        mean_rating=round(float(profile.ratings.mean()), 3) if len(profile) else None,
        rating_histogram={f"{(half + 1) / 2:.1f}": int(count) for half, count in enumerate(histogram)},
        genres=_genres(dataset, profile),
        decades=_decades(dataset.movies.years[profile.items]),
        favourites=_favourites(dataset, profile),
        median_popularity=float(np.median(counts)) if len(profile) else None,
    )


def _genres(dataset: Dataset, profile: Profile) -> list[GenreTaste]:
    if not len(profile):
        return []
    names = dataset.movies.genre_names
    shifts = np.arange(len(names), dtype=np.uint64)
    bits = dataset.movies.genre_bits[profile.items]
    member = ((bits[:, None] >> shifts) & np.uint64(1)).astype(np.float64)
    films = member.sum(axis=0)
    stars = profile.ratings @ member
    everywhere = dataset.aggregate("genre_rating_counts") / max(dataset.n_ratings, 1)
    found = [
        GenreTaste(
            genre=names[bit],
            count=int(films[bit]),
            share=round(float(films[bit]) / len(profile), 4),
            mean_rating=round(float(stars[bit] / films[bit]), 3),
            # A genre that nobody's ratings hold has no share to compare with: as much as expected.
            lift=round(float(films[bit] / len(profile) / everywhere[bit]), 3) if everywhere[bit] > 0 else 1.0,
        )
        for bit in np.flatnonzero(films).tolist()
    ]
    return sorted(found, key=lambda row: (-row.count, row.genre))


def _decades(years: NDArray[np.int16]) -> dict[str, int]:
    decades, counts = np.unique(years[years > 0] // 10 * 10, return_counts=True)
    return {f"{decade}s": int(count) for decade, count in zip(decades.tolist(), counts.tolist(), strict=True)}


def _favourites(dataset: Dataset, profile: Profile) -> list[RatedMovie]:
    times = rating_times(dataset, profile)
    counts = dataset.movie_counts[profile.items].astype(np.int64)
    order = np.lexsort((profile.items, -counts, -times, -profile.ratings))[:_FAVOURITES]
    return rated_movies(dataset, profile.items[order], profile.ratings[order], times[order])
