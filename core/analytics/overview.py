"""The data set at a glance: from its stored aggregates, never from a scan of all ratings."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.analytics.popularity import log_histogram, popularity_curve
from core.data.dataset import Dataset

__all__ = [
    "activity_histogram",
    "best_rated",
    "genre_table",
    "most_rated",
    "overview",
    "rating_histogram",
    "ratings_by_month",
    "support_histogram",
    "year_histogram",
]

_PRIOR_RATINGS = 50.0


@lru_cache(maxsize=2)
def overview(dataset: Dataset) -> dict[str, Any]:
    """Return everything that a page about the data set shows, computed once per process; do not change it.

    Returns
    -------
    dict
        ``counts`` (users, movies, rated_movies, ratings, density, mean_rating, ratings_per_user,
        ratings_per_movie (of rated ones), first_month, last_month) and the answers of this module's functions
        and of `core.analytics.popularity.popularity_curve` under ``rating_histogram``, ``genres``, ``months``,
        ``years``, ``activity``, ``support``, ``popularity``, ``most_rated``, ``best_rated``. Tables are
        dictionaries of equally long lists.
    """
    months = ratings_by_month(dataset)
    rated = int(np.count_nonzero(dataset.movie_counts))
    return {
        "counts": {
            "users": dataset.n_users,
            "movies": dataset.n_movies,
            "rated_movies": rated,
            "ratings": dataset.n_ratings,
            "density": dataset.density,
            "mean_rating": round(dataset.global_mean, 4),
            "ratings_per_user": round(dataset.n_ratings / max(dataset.n_users, 1), 1),
            "ratings_per_movie": round(dataset.n_ratings / max(rated, 1), 1),
            "first_month": months["month"][0] if months["month"] else None,
            "last_month": months["month"][-1] if months["month"] else None,
        },
        "rating_histogram": rating_histogram(dataset),
        "genres": genre_table(dataset),
        "months": months,
        "years": year_histogram(dataset),
        "activity": activity_histogram(dataset),
        "support": support_histogram(dataset),
        "popularity": popularity_curve(dataset),
        "most_rated": most_rated(dataset),
        "best_rated": best_rated(dataset),
    }


def rating_histogram(dataset: Dataset) -> dict[str, list[Any]]:
    """Return columns ``rating`` (0.5 to 5.0 stars) and ``count``."""
    return {
        "rating": [half / 2 for half in range(1, 11)],
        "count": [int(count) for count in dataset.rating_histogram],
    }


def genre_table(dataset: Dataset) -> dict[str, list[Any]]:
    """Return columns ``genre``, ``movies``, ``ratings``, ``mean_rating`` (None where unrated), most rated first.

    A movie counts in each of its genres. Genres without a movie are left out.
    """
    movies = dataset.aggregate("genre_movie_counts")
    ratings = dataset.aggregate("genre_rating_counts")
    means = dataset.aggregate("genre_rating_means")
    order = [int(bit) for bit in np.argsort(-ratings, kind="stable") if movies[bit] > 0]
    return {
        "genre": [dataset.movies.genre_names[bit] for bit in order],
        "movies": [int(movies[bit]) for bit in order],
        "ratings": [int(ratings[bit]) for bit in order],
        "mean_rating": [round(float(means[bit]), 3) if ratings[bit] else None for bit in order],
    }


def ratings_by_month(dataset: Dataset) -> dict[str, list[Any]]:
    """Return columns ``month`` (``1999-12``), ``count``, ``mean_rating``, in order of time.

    Months without a rating are left out, and so is everything when the data set has no timestamps.
    """
    numbers = dataset.aggregate("month_numbers")
    if len(numbers) == 1 and numbers[0] == 0:
        return {"month": [], "count": [], "mean_rating": []}
    return {
        "month": [f"{1970 + int(number) // 12}-{int(number) % 12 + 1:02d}" for number in numbers],
        "count": [int(count) for count in dataset.aggregate("month_counts")],
        "mean_rating": [round(float(mean), 3) for mean in dataset.aggregate("month_means")],
    }


def year_histogram(dataset: Dataset) -> dict[str, list[Any]]:
    """Return columns ``year`` of release, ``movies``, ``ratings``, ``mean_rating`` (None where unrated)."""
    years = np.asarray(dataset.movies.years, dtype=np.int64)
    counts = np.asarray(dataset.movie_counts, dtype=np.float64)
    movies = np.bincount(years)
    ratings = np.bincount(years, weights=counts)
    stars = np.bincount(years, weights=counts * dataset.movie_means)
    known = [int(year) for year in np.flatnonzero(movies) if year > 0]
    return {
        "year": known,
        "movies": [int(movies[year]) for year in known],
        "ratings": [int(ratings[year]) for year in known],
        "mean_rating": [round(float(stars[year] / ratings[year]), 3) if ratings[year] else None for year in known],
    }


def activity_histogram(dataset: Dataset) -> dict[str, list[Any]]:
    """Return how many users gave how many ratings: columns ``low``, ``high`` (inclusive), ``count``."""
    return log_histogram(np.diff(dataset.user_indptr))


def support_histogram(dataset: Dataset) -> dict[str, list[Any]]:
    """Return how many movies have how many ratings: columns ``low``, ``high`` (inclusive), ``count``."""
    return log_histogram(dataset.movie_counts)


def most_rated(dataset: Dataset, n: int = 20) -> list[dict[str, Any]]:
    """Return the movies with the most ratings."""
    return _rows(dataset, np.asarray(dataset.movie_counts, dtype=np.float64), n)


def best_rated(dataset: Dataset, n: int = 20) -> list[dict[str, Any]]:
    """Return the movies with the highest mean, each drawn towards the global mean by 50 ratings.

    Without that, films that a single person rated with five stars would lead.
    """
    counts = np.asarray(dataset.movie_counts, dtype=np.float64)
    prior = min(_PRIOR_RATINGS, max(float(counts.mean()), 1.0)) if len(counts) else 1.0
    shrunk = (dataset.movie_means * counts + prior * dataset.global_mean) / (counts + prior)
    return _rows(dataset, np.where(counts > 0, shrunk, -1.0), n)


def _rows(dataset: Dataset, order_by: NDArray[np.float64], n: int) -> list[dict[str, Any]]:
    movies = dataset.movies
    best = [int(item) for item in np.argsort(-order_by, kind="stable")[:n] if dataset.movie_counts[item] > 0]
    return [
        {
            "movie_id": int(movies.ids[item]),
            "title": movies.title(item),
            "year": movies.year(item),
            "genres": movies.genres(item),
            "rating_count": int(dataset.movie_counts[item]),
            "mean_rating": round(float(dataset.movie_means[item]), 3),
        }
        for item in best
    ]
