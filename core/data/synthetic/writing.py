"""Synthetic data in GroupLens' own CSV form, written block by block."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.movies import MovieTable
from core.data.readers.tags import count_tags
from core.data.synthetic.population import Population
from core.data.synthetic.published import ML_32M
from core.errors import DataError
from core.files import replace_dir
from core.progress import Progress, silent

__all__ = ["tagged_table", "write_movielens_csv"]

_FILES = ("links.csv", "movies.csv", "ratings.csv", "tags.csv")


def tagged_table(population: Population) -> MovieTable:
    """Return the movie table with the tags that `write_movielens_csv` writes."""
    import polars as pl

    catalogue = population.catalogue
    _, movies, tags, _ = _tag_applications(population)
    frame = pl.DataFrame(
        {"movieId": catalogue.ids[movies].astype(np.int64), "tag": pl.Series(catalogue.tag_names)[tags]}
    )
    return count_tags(catalogue.table(), frame)[0]


def write_movielens_csv(population: Population, folder: Path, progress: Progress = silent) -> None:
    """Write ``ratings.csv``, ``movies.csv``, ``tags.csv`` and ``links.csv`` to `folder`, all or nothing.

    Raises
    ------
    DataError
        When `folder` holds anything else, which would be lost.
    """
    import polars as pl

    foreign = sorted(file.name for file in folder.iterdir() if file.name not in _FILES) if folder.exists() else []
    if foreign:
        raise DataError(f"{folder} holds other files ({', '.join(foreign[:3])}). Name a new or an empty folder.")
    catalogue = population.catalogue
    with replace_dir(folder) as staging:
        pl.DataFrame(
            {"movieId": catalogue.ids, "title": catalogue.titles, "genres": ["|".join(g) for g in catalogue.genres]}
        ).write_csv(staging / "movies.csv")
        _links(population).write_csv(staging / "links.csv")
        users, movies, tags, times = _tag_applications(population)
        pl.DataFrame(
            {
                "userId": users + 1,
                "movieId": catalogue.ids[movies],
                "tag": pl.Series(catalogue.tag_names)[tags],
                "timestamp": times,
            }
        ).write_csv(staging / "tags.csv")
        with (staging / "ratings.csv").open("wb") as sink:
            sink.write(b"userId,movieId,rating,timestamp\n")
            done = 0
            for block in population.blocks():
                pl.DataFrame(
                    {
                        "userId": block.users + 1,
                        "movieId": catalogue.ids[block.movies],
                        "rating": block.half_stars * np.float32(0.5),
                        "timestamp": block.times,
                    }
                ).write_csv(sink, include_header=False)
                done += len(block)
                progress(done / population.n_ratings, f"Wrote {done:,} ratings")


def _links(population: Population) -> Any:
    import polars as pl

    catalogue = population.catalogue
    return pl.DataFrame(
        {
            "movieId": catalogue.ids,
            "imdbId": [f"{number:07d}" for number in catalogue.imdb_ids],
            "tmdbId": [number or None for number in catalogue.tmdb_ids.tolist()],
        }
    )


def _tag_applications(
    population: Population,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Draw users, movies, tag numbers and seconds of all tag applications, one for 16 ratings as in the 32M set."""
    rng = np.random.default_rng([population.seed, 2])
    catalogue = population.catalogue
    count = population.n_ratings * ML_32M.tags // ML_32M.ratings
    users = np.sort(rng.choice(len(population.counts), count))
    weights = catalogue.popularity**0.85
    movies = rng.choice(len(catalogue), count, p=weights / weights.sum())
    # The best-fitting tags are applied most.
    fitting = np.minimum(rng.geometric(0.35, count) - 1, catalogue.tag_choices.shape[1] - 1)
    times = population.joined[users] + rng.integers(0, 7200, count)
    return users, movies, catalogue.tag_choices[movies, fitting], times
