"""Synthetic ratings like MovieLens' at any size: seeded, learnable, made in bounded memory."""

from pathlib import Path

import numpy as np

from core.data.dataset import Dataset
from core.data.readers.ratings import RatingColumns
from core.data.synthetic.population import Population, make_population
from core.data.synthetic.writing import tagged_table, write_movielens_csv
from core.progress import Progress, part_of, silent

__all__ = ["Population", "generate", "make_population", "write_csv"]


def generate(
    n_ratings: int,
    seed: int = 42,
    *,
    n_users: int | None = None,
    n_movies: int | None = None,
    name: str = "synthetic",
    progress: Progress = silent,
) -> Dataset:
    """Make a data set of exactly `n_ratings` ratings.

    Popularity follows a broken power law, activity is log-normal with at least 20 ratings each, taste has low rank,
    half stars follow personal habits; see `core.data.synthetic.published` for what it is modelled on.

    Parameters
    ----------
    n_ratings : int
        32,000,204 is the standard large case: 200,948 users and 87,585 movies.
    seed : int
        Equal seeds give equal data.
    n_users, n_movies : int, optional
        By default in MovieLens 32M's proportion.
    name : str
    progress : Progress

    Raises
    ------
    InvalidInputError
        When the numbers contradict each other.
    """
    population = make_population(n_ratings, seed, n_users, n_movies)
    total = population.n_ratings
    columns = RatingColumns(
        np.empty(total, dtype=np.int32),
        np.empty(total, dtype=np.int32),
        np.empty(total, dtype=np.uint8),
        np.empty(total, dtype=np.uint32),
    )
    done = 0
    report = part_of(progress, 0.0, 0.9)
    for block in population.blocks():
        span = slice(done, done + len(block))
        columns.users[span], columns.movies[span] = block.users, block.movies
        columns.half_stars[span], columns.times[span] = block.half_stars, block.times
        done += len(block)
        report(done / total, f"Made {done:,} ratings")
    return Dataset.from_dense(
        columns.users,
        columns.movies,
        columns.half_stars,
        columns.times,
        user_ids=np.arange(1, len(population.counts) + 1, dtype=np.int64),
        table=tagged_table(population),
        name=name,
        source=f"synthetic, modelled on MovieLens 32M, seed {seed}",
        details={"seed": seed},
    )


def write_csv(
    folder: Path,
    n_ratings: int,
    seed: int = 42,
    *,
    n_users: int | None = None,
    n_movies: int | None = None,
    progress: Progress = silent,
) -> Path:
    """Write the same data as `generate` makes as GroupLens' ``ratings/movies/tags/links.csv``; return the folder."""
    write_movielens_csv(make_population(n_ratings, seed, n_users, n_movies), folder, progress)
    return folder
