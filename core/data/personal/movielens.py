"""MovieLens' own export of one person's ratings, and ratings in GroupLens' form."""

from collections.abc import Iterator, Sequence

from core.data.personal.cells import imdb_number, number, stars, text, time_of, titled
from core.data.personal.rows import Outcome, PersonalFilm, Record, Service, each
from core.data.readers.values import STARS
from core.errors import DataError

__all__ = ["MOVIELENS"]


def _film(record: Record) -> PersonalFilm:
    title, year = titled(text(record, "title"), None)
    given = stars(text(record, "rating"), STARS)
    return PersonalFilm(
        title=title,
        year=year,
        imdb_id=imdb_number(text(record, "imdb_id", "imdbid")),
        tmdb_id=number(text(record, "tmdb_id", "tmdbid")),
        movie_id=text(record, "movie_id", "movieid") or None,
        stars=given,
        watched="rating" in record,
        watchlist="rating" not in record,
        time=time_of(text(record, "timestamp", "date")),
    )


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    people = {text(record, "userid", "user_id") for _, record in records}
    if len(people) > 1:
        raise DataError(
            f"{path} holds the ratings of {len(people)} people. Keep the rows of one userId, "
            "or import it as a data set."
        )
    return each(records, _film)


MOVIELENS = Service(
    "MovieLens",
    lambda names: (
        {"movieid", "rating"} <= names or {"movie_id", "average_rating"} <= names or {"movie_id", "imdb_id"} <= names
    ),
    _read,
)
"""``movieId,rating,...`` and ``movie_id,imdb_id,tmdb_id,rating,average_rating,title``; stars as they are."""
