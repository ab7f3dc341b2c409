"""Names of this page's components, for its callbacks."""

__all__ = ["Movie"]


class Movie:
    """One film."""

    ADDRESS = "movie-address"
    ID = "movie-id"
    ALGORITHM = "movie-algorithm"
    SIMILAR = "movie-similar"
    NEXT = "movie-next"
    NEXT_TOLD = "movie-next-told"
    BY_ALGORITHM = "movie-by-algorithm"
    WHY_USER = "movie-why-user"
    WHY = "movie-why"
    MINE = "movie-mine"
