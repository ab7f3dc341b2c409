"""What a user rated."""

import numpy as np

from core.data.dataset import Dataset
from core.views import RatedMovie

__all__ = ["history"]


def history(dataset: Dataset, user: int, limit: int | None = None, offset: int = 0) -> list[RatedMovie]:
    """Return the ratings of a user (a dense index), the best first and among equals the most recent first."""
    span = slice(int(dataset.user_indptr[user]), int(dataset.user_indptr[user + 1]))
    items = dataset.user_items[span]
    ratings = dataset.user_ratings[span]
    times = dataset.user_times[span]
    order = np.lexsort((items, -times.astype(np.int64), -ratings.astype(np.int64)))
    movies = dataset.movies
    return [
        RatedMovie(
            movie_id=int(movies.ids[items[row]]),
            title=movies.title(int(items[row])),
            year=movies.year(int(items[row])),
            genres=movies.genres(int(items[row])),
            rating=float(ratings[row]) / 2,
            timestamp=int(times[row]),
            source_id=movies.source_id(int(items[row])),
        )
        for row in order[offset : None if limit is None else offset + limit].tolist()
    ]
