"""The next data set: the last one with visitors' ratings as further users, and with films that were added.

A data set that was extended before is extended anew from what its source gave: whoever took ratings back, or was
deleted, is not in the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.compress import dense_ids
from core.data.dataset import Dataset
from core.data.movies import MovieTable, StringColumn
from core.display.titles import extract_year_from_title
from core.errors import DataError

__all__ = ["AddedFilm", "VisitorRatings", "extended", "source_movies", "unrated_additions"]

_KEY = "feedback"
_MOST_GENRES = 64


class VisitorRatings(NamedTuple):
    """Ratings of people who are in no source, in any order.

    Attributes
    ----------
    people : ndarray of int64, shape (n,)
        Their numbers, from 1, each always the same person's.
    movies : ndarray of int64, shape (n,)
        The data set's movie ids.
    half_stars : ndarray of uint8, shape (n,)
    times : ndarray of uint32, shape (n,)
        Seconds since 1970.
    """

    people: NDArray[np.int64]
    movies: NDArray[np.int64]
    half_stars: NDArray[np.uint8]
    times: NDArray[np.uint32]


class AddedFilm(NamedTuple):
    """A film that the source does not hold; its id is higher than all of the source's."""

    movie_id: int
    title: str
    genres: tuple[str, ...]
    tags: tuple[str, ...]
    imdb_id: int
    tmdb_id: int


def source_movies(dataset: Dataset) -> int:
    """Return how many of the movies, which are the first ones, are the source's and were not added."""
    first = dataset.details.get(_KEY, {}).get("first_movie")
    return dataset.n_movies if first is None else int(np.searchsorted(dataset.movies.ids, first))


def unrated_additions(dataset: Dataset) -> NDArray[np.int32]:
    """Return the movies that were added and that nobody has rated yet, as dense indices."""
    start = source_movies(dataset)
    return (start + np.flatnonzero(dataset.movie_counts[start:] == 0)).astype(np.int32)


def extended(dataset: Dataset, ratings: VisitorRatings, films: Sequence[AddedFilm] = ()) -> Dataset:
    """Return a data set with visitors' ratings and added films, in memory and of the same name.

    Ratings of movies that neither the source nor `films` hold are left out, and counted in
    ``details["feedback"]["left_out"]``.

    Parameters
    ----------
    dataset : Dataset
        The last one.
    ratings : VisitorRatings
    films : sequence of AddedFilm, ascending by id

    Raises
    ------
    DataError
        When there would be more than 64 genres, or an added film's id is one of the source's.
    """
    n_users, n_movies = dataset.n_source_users, source_movies(dataset)
    ids = dataset.user_ids[:n_users]
    first_user = dataset.details.get(_KEY, {}).get("first_user", int(ids[-1]) + 1 if n_users else 1)
    table = _table(dataset.movies, n_movies, films)
    place = np.searchsorted(table.ids, ratings.movies)
    known = place < len(table)
    known[known] = table.ids[place[known]] == ratings.movies[known]
    people, users = dense_ids(ratings.people[known])
    end = int(dataset.user_indptr[n_users])
    names = dataset.user_source_ids
    if names is not None:
        kept = (names[user] for user in range(n_users))
        names = StringColumn.from_strings([*kept, *(f"visitor {person}" for person in people.tolist())])
    details = {
        **dataset.details,
        _KEY: {
            # The same ids mean the same films: what browsers keep goes on to hold.
            "identity": dataset.identity,
            "first_user": int(first_user),
            "first_movie": int(table.ids[n_movies]) if films else None,
            "people": len(people),
            "ratings": int(known.sum()),
            "films": len(films),
            "left_out": int((~known).sum()),
        },
    }
    return Dataset.from_dense(
        np.concatenate([dataset.rating_users()[:end], (n_users + users).astype(np.int32)]),
        np.concatenate([dataset.user_items[:end], place[known].astype(np.int32)]),
        np.concatenate([dataset.user_ratings[:end], ratings.half_stars[known]]),
        np.concatenate([dataset.user_times[:end], ratings.times[known]]),
        user_ids=np.concatenate([ids, first_user - 1 + people]),
        user_source_ids=names,
        table=table,
        name=dataset.name,
        source=dataset.source,
        details=details,
    )


def _table(movies: MovieTable, count: int, films: Sequence[AddedFilm]) -> MovieTable:
    """Return the first `count` movies of a table and the added ones behind them."""
    if films and count and films[0].movie_id <= int(movies.ids[count - 1]):
        raise DataError(
            f"The added film {films[0].title!r} has the id {films[0].movie_id}, which the data set's source gives to "
            "another one. Add it again to a data set of another name."
        )
    tag_end = int(movies.tag_indptr[count])
    bits, genre_names = _genres(movies.genre_names, films)
    vocabulary, tag_ids = _tags(movies.tag_names.to_list(), movies.tag_ids[:tag_end], films)
    ends = tag_end + np.cumsum([len(set(film.tags)) for film in films], dtype=np.int64)
    sources = movies.source_ids
    if sources is not None:
        former = (sources[movie] for movie in range(count))
        sources = StringColumn.from_strings([*former, *(f"added {film.movie_id}" for film in films)])
    return replace(
        movies,
        ids=_joined(movies.ids[:count], [film.movie_id for film in films]),
        titles=_appended(movies.titles, count, [film.title for film in films]),
        years=_joined(movies.years[:count], [extract_year_from_title(film.title) or 0 for film in films]),
        genre_bits=_joined(movies.genre_bits[:count], bits),
        genre_names=genre_names,
        imdb_ids=_joined(movies.imdb_ids[:count], [film.imdb_id for film in films]),
        tmdb_ids=_joined(movies.tmdb_ids[:count], [film.tmdb_id for film in films]),
        tag_names=StringColumn.from_strings(vocabulary),
        tag_indptr=np.concatenate([movies.tag_indptr[: count + 1], ends]),
        tag_ids=tag_ids,
        tag_counts=np.concatenate([movies.tag_counts[:tag_end], np.ones(len(tag_ids) - tag_end, dtype=np.int32)]),
        source_ids=sources,
    )


def _tags(
    names: list[str], kept: NDArray[np.int32], films: Sequence[AddedFilm]
) -> tuple[list[str], NDArray[np.int32]]:
    """Return the vocabulary of the kept rows and the films together, ascending, and the numbers of all their tags."""
    used = np.unique(kept)
    former = [names[tag] for tag in used.tolist()]
    vocabulary = sorted({*former, *(tag for film in films for tag in film.tags)})
    number = {name: position for position, name in enumerate(vocabulary)}
    renumbered = np.array([number[name] for name in former], dtype=np.int32)
    added = [place for film in films for place in sorted(number[tag] for tag in set(film.tags))]
    return vocabulary, np.concatenate([renumbered[np.searchsorted(used, kept)], np.array(added, dtype=np.int32)])


def _genres(names: tuple[str, ...], films: Sequence[AddedFilm]) -> tuple[list[int], tuple[str, ...]]:
    """Return each film's bits, and the names with those that are new behind them."""
    position = {name.casefold(): bit for bit, name in enumerate(names)}
    spelt = list(names)
    bits = []
    for film in films:
        mask = 0
        for name in film.genres:
            if name.casefold() not in position:
                position[name.casefold()] = len(spelt)
                spelt.append(name)
            mask |= 1 << position[name.casefold()]
        bits.append(mask)
    if len(spelt) > _MOST_GENRES:
        raise DataError(
            f"With the added films there are {len(spelt)} genres; at most {_MOST_GENRES} are supported. Add them "
            "with genres that the data set knows."
        )
    return bits, tuple(spelt)


def _joined(former: NDArray[Any], values: Sequence[int]) -> NDArray[Any]:
    return np.concatenate([former, np.array(values, dtype=former.dtype)])


def _appended(former: StringColumn, count: int, strings: Sequence[str]) -> StringColumn:
    added = StringColumn.from_strings(strings)
    end = int(former.offsets[count])
    return StringColumn(
        np.concatenate([former.blob[:end], added.blob]),
        np.concatenate([former.offsets[: count + 1], end + added.offsets[1:]]),
    )
