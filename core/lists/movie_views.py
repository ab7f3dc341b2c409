"""A movie as people see it."""

from core.data.dataset import Dataset
from core.views import MovieView

__all__ = ["movie_view"]


def movie_view(dataset: Dataset, movie: int) -> MovieView:
    """Return a movie, by dense index, with what the data set knows of it."""
    movies = dataset.movies
    count = int(dataset.movie_counts[movie])
    return MovieView(
        movie_id=int(movies.ids[movie]),
        title=movies.title(movie),
        year=movies.year(movie),
        genres=movies.genres(movie),
        rating_count=count,
        mean_rating=round(float(dataset.movie_means[movie]), 3) if count else None,
        tags=[tag for tag, _ in movies.tags(movie)],
        imdb_id=int(movies.imdb_ids[movie]) or None,
        tmdb_id=int(movies.tmdb_ids[movie]) or None,
        source_id=movies.source_id(movie),
    )
