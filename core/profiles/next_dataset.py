"""What people keep, as ratings of the next data set."""

from __future__ import annotations

import numpy as np
from sqlalchemy import select

from core.data.dataset import Dataset
from core.data.extending import AddedFilm, VisitorRatings, extended
from core.profiles.database import Database
from core.profiles.new_films import new_films
from core.profiles.tables import kept

__all__ = ["next_dataset"]

_LAST_SECOND = 2**32 - 1


def next_dataset(database: Database, dataset: Dataset) -> Dataset:
    """Return the last data set with the ratings that people keep of it now, and the films that were added.

    Times are those of rating where they are known, else those of keeping. Equal ratings make an equal data set: its
    fingerprint tells whether there is anything new to learn.
    """
    columns = (kept.c.person_id, kept.c.movie_id, kept.c.value, kept.c.time, kept.c.changed)
    chosen = select(*columns).where(
        kept.c.dataset == dataset.name, kept.c.kind == "rating", kept.c.value.is_not(None)
    )
    with database.read() as connection:
        rows = connection.execute(chosen.order_by(kept.c.person_id, kept.c.movie_id)).all()
    seconds = [max(0, min((changed if time is None else time) // 1000, _LAST_SECOND)) for *_, time, changed in rows]
    ratings = VisitorRatings(
        np.array([row.person_id for row in rows], dtype=np.int64),
        np.array([row.movie_id for row in rows], dtype=np.int64),
        np.array([row.value for row in rows], dtype=np.uint8),
        np.array(seconds, dtype=np.uint32),
    )
    films = [
        AddedFilm(film.movie_id or 0, film.title, film.genres, film.tags, film.imdb_id, film.tmdb_id)
        for film in new_films(database, dataset.name)
    ]
    return extended(dataset, ratings, films)
