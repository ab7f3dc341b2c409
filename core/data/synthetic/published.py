"""Published statistics of MovieLens that the synthetic data imitate; a test holds the two together."""

from dataclasses import dataclass

__all__ = ["ML_32M", "REAL_SMALL_SHARES", "Marginals"]


@dataclass(frozen=True)
class Marginals:
    """What is known of a data set's distributions.

    Attributes
    ----------
    users, movies, ratings, tags : int
    mean, std : float
        Of all ratings, in stars.
    quartiles : tuple of float
        Of all ratings, in stars.
    movie_gini : float
        Gini coefficient of the number of ratings over the rated movies.
    rated_movies : int
    activity : tuple of float
        Log-normal fit of ratings per user: shape s, location, scale.
    top_movie, tenth_movie : int
        Ratings of the most and the tenth most rated movie.
    """

    users: int
    movies: int
    ratings: int
    tags: int
    mean: float
    std: float
    quartiles: tuple[float, float, float]
    movie_gini: float
    rated_movies: int
    activity: tuple[float, float, float]
    top_movie: int
    tenth_movie: int


ML_32M = Marginals(
    users=200_948,
    movies=87_585,
    ratings=32_000_204,
    tags=2_000_072,
    mean=3.5404,
    std=1.0590,
    quartiles=(3.0, 3.5, 4.0),
    movie_gini=0.952,
    rated_movies=84_432,
    activity=(1.587, 18.986, 48.172),
    top_movie=102_929,
    tenth_movie=73_122,
)
"""Counts: the README of ml-32m. Gini and activity fit: LensKit's data codex, page ML32M. Mean, standard deviation,
quartiles and the counts of the most rated movies: published notebooks over the same file."""

REAL_SMALL_SHARES = (0.0110, 0.0333, 0.0169, 0.0727, 0.0445, 0.2006, 0.1054, 0.2875, 0.0772, 0.1509)
"""Share of 0.5, 1.0 ... 5.0 stars among the 100,004 real ratings of ml-latest-small (2016), measured. It has the
mean (3.544) and the standard deviation (1.058) of the 32M set; for that one no complete table was found."""
