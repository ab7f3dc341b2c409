"""Small data sets whose right answers are known."""

import numpy as np

from core.data.dataset import Dataset
from core.data.movies import MovieTable

__all__ = ["checkerboard", "toy_dataset", "toy_movies"]

_GENRES = (
    ["Comedy"],
    ["Action", "Thriller"],
    ["Comedy", "Romance"],
    ["Action"],
    ["Drama"],
    ["Sci-Fi", "Action"],
    ["(no genres listed)"],
    ["Horror"],
)


def toy_movies(count: int) -> MovieTable:
    """Movies with ids 10, 20, 30 ... and years from 1950 on; the last one has no title."""
    titles = [f"Film {index}, The ({1950 + index % 70})" for index in range(count)]
    titles[-1] = ""
    ids = [10 * (index + 1) for index in range(count)]
    return MovieTable.from_columns(
        ids,
        titles,
        [_GENRES[index % len(_GENRES)] for index in range(count)],
        imdb_ids={10: 114709},
        tmdb_ids={10: 862},
        tags={10: {"pixar": 3, "fun": 1}, 20: {"heist": 2}},
    )


def checkerboard(size: int = 50) -> Dataset:
    """Even users rate even movies, odd users odd ones, each leaving one out: the one left out is the answer.

    User u (dense) has not rated movie u, which is the only unrated movie of u's colour.
    """
    users, items, ratings = [], [], []
    for user in range(size):
        for item in range(user % 2, size, 2):
            if item != user:
                users.append(user + 1)
                items.append(10 * (item + 1))
                ratings.append(3.0 + (item // 2 % 5) / 2)
    return Dataset.from_interactions(users, items, ratings, None, toy_movies(size), name="checkerboard")


def toy_dataset(n_users: int = 80, n_movies: int = 60, seed: int = 7) -> Dataset:
    """Ratings of two taste groups over movies of falling popularity; the last two movies are unrated."""
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, n_movies - 1) ** 0.6
    users, items, ratings = [], [], []
    for user in range(n_users):
        liked = np.arange(n_movies - 2) % 2 == user % 2
        weights = popularity * np.where(liked, 3.0, 1.0)
        count = int(rng.integers(8, 26))
        chosen = rng.choice(n_movies - 2, size=count, replace=False, p=weights / weights.sum())
        stars = np.where(liked[chosen], 4.0, 2.5) + rng.normal(0, 0.6, count)
        users += [user + 1] * count
        items += (10 * (chosen + 1)).tolist()
        ratings += (np.clip(np.rint(stars * 2), 1, 10) / 2).tolist()
    times = rng.integers(1_000_000_000, 1_500_000_000, len(users))
    return Dataset.from_interactions(users, items, ratings, times, toy_movies(n_movies), name="toy")
