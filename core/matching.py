"""Which film of the data set somebody else's row means, and how certain that is."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.data.personal import PersonalFilm
from core.errors import InvalidIdError, UnknownIdError
from core.search import TitleIndex, title_keys

__all__ = ["Certainty", "Match", "match_films"]

Certainty = Literal["id", "exact", "close", "doubtful", "none"]

_MOST_CANDIDATES = 5
_RESEMBLES = 78
_RESEMBLES_WITHOUT_YEAR = 85
_SAME = 90
"""Of 100 by rapidfuzz' ratio (normalised insertions and deletions)."""
_LONGEST_KEY = 200
_QUERIES_AT_ONCE = 256
_SUBTITLE = re.compile(r":\s+|\s+[-\u2013\u2014]\s+")
_NUMBER_WORDS = "ii iii iv v vi vii viii ix x xi xii two three four five"
_NUMBERS = frozenset(_NUMBER_WORDS.split())


@dataclass(frozen=True, slots=True)
class Match:
    """What a row was taken for.

    Attributes
    ----------
    certainty : {"id", "exact", "close", "doubtful", "none"}
        ``id``: IMDb, TMDb or the data set's own id. ``exact``: the same name and year. ``close``: one film alone has
        the name, the year is off by one or not told; or one has it but for a subtitle or a few letters, in the same
        year. ``doubtful``: several films may be meant, or one that differs by more. ``none``: not in this data set.
    movies : tuple of int
        Dense indices: one where it is certain, up to five candidates where it is doubtful, the likeliest first.
    """

    certainty: Certainty
    movies: tuple[int, ...] = ()


_NONE = Match("none")


def match_films(dataset: Dataset, titles: TitleIndex, films: Sequence[PersonalFilm]) -> list[Match]:
    """Match rows by ids, then by title and year.

    Parameters
    ----------
    dataset : Dataset
    titles : TitleIndex
        Of the same data set.
    films : sequence of PersonalFilm

    Returns
    -------
    list of Match, in the order of `films`

    Notes
    -----
    Names are compared without case, accents, punctuation and articles, `&` as "and", other titles in parentheses as
    names of their own. Names that are nobody's are compared by letters with those of films of the same year and the
    years beside it, without a year with those that begin with the same two letters, so that the work for each row is
    bounded.
    """
    found = _by_ids(dataset, films)
    known: dict[tuple[str, str, int | None, int | None, int | None], Match | None] = {}
    rest: dict[tuple[str, str, int | None, int | None, int | None], PersonalFilm] = {}
    keys = [(film.title, film.other_title, film.year, film.imdb_id, film.tmdb_id) for film in films]
    for key, film, match in zip(keys, films, found, strict=True):
        if match is None and key not in known:
            known[key] = _by_name(dataset, titles, film)
            if known[key] is None:
                rest[key] = film
    if rest:
        known |= zip(rest, _by_likeness(dataset, titles, list(rest.values())), strict=True)
    return [match or known[key] or _NONE for key, match in zip(keys, found, strict=True)]


# --- ids ----------------------------------------------------------------------------------------------------


def _by_ids(dataset: Dataset, films: Sequence[PersonalFilm]) -> list[Match | None]:
    movies = dataset.movies
    imdb = _places(movies.imdb_ids, (film.imdb_id for film in films))
    tmdb = _places(movies.tmdb_ids, (film.tmdb_id for film in films))
    found: list[Match | None] = []
    for film, first, second in zip(films, imdb, tmdb, strict=True):
        place = first if first is not None else second
        if place is None and film.movie_id is not None:
            place = _by_own_id(dataset, film)
        found.append(None if place is None else Match("id", (place,)))
    return found


def _places(ids: NDArray[np.int64], wanted: Iterable[int | None]) -> list[int | None]:
    """Return where each id stands, None where it is unknown or several films claim it."""
    asked = np.array([number or 0 for number in wanted], dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    first = np.searchsorted(ids, asked, side="left", sorter=order)
    after = np.searchsorted(ids, asked, side="right", sorter=order)
    good = (asked > 0) & (after - first == 1)
    return [int(order[place]) if ok else None for place, ok in zip(first.tolist(), good.tolist(), strict=True)]


def _by_own_id(dataset: Dataset, film: PersonalFilm) -> int | None:
    """Return the movie of the data set's own id, unless its title says that another numbering is meant."""
    try:
        place = dataset.movie_index(film.movie_id or "")
    except (UnknownIdError, InvalidIdError):
        return None
    if film.title and not set(_keys(film)) & set(title_keys(dataset.movies.title(place))):
        return None
    return place


# --- names --------------------------------------------------------------------------------------------------


def _keys(film: PersonalFilm) -> list[str]:
    names = [film.title[:_LONGEST_KEY], film.other_title[:_LONGEST_KEY]]
    return list(dict.fromkeys(key for name in names if name for key in title_keys(name)))


def _by_name(dataset: Dataset, titles: TitleIndex, film: PersonalFilm) -> Match | None:
    """Return the match among films of exactly this name, None where there is none of it."""
    movies = _named(titles, _keys(film))
    if not movies:
        return None
    if film.year is None:
        return _one_or_doubt(dataset, film, "close", movies)
    gaps = [_gap(dataset.movies, movie, film.year) for movie in movies]
    if 0 in gaps:
        return _one_or_doubt(
            dataset, film, "exact", [movie for movie, gap in zip(movies, gaps, strict=True) if not gap]
        )
    if 1 in gaps:
        near = [movie for movie, gap in zip(movies, gaps, strict=True) if gap == 1]
        return _one_or_doubt(dataset, film, "close", near)
    return _doubt(dataset, movies)


def _named(titles: TitleIndex, keys: Iterable[str]) -> list[int]:
    return list(dict.fromkeys(movie for key in keys for movie in titles.named(key)))


def _gap(movies: MovieTable, movie: int, year: int) -> int:
    """Return by how many years a film is off, 1 where its year is unknown."""
    own = int(movies.years[movie])
    return abs(own - year) if own else 1


def _one_or_doubt(dataset: Dataset, film: PersonalFilm, certainty: Certainty, movies: Sequence[int]) -> Match:
    if len(movies) == 1 and not _is_another(dataset.movies, movies[0], film):
        return Match(certainty, (movies[0],))
    return _doubt(dataset, movies)


def _is_another(movies: MovieTable, place: int, film: PersonalFilm) -> bool:
    """Return whether ids say that a film of this name is not the one that is meant."""
    pairs = ((film.imdb_id, int(movies.imdb_ids[place])), (film.tmdb_id, int(movies.tmdb_ids[place])))
    return any(given and here and given != here for given, here in pairs)


def _doubt(dataset: Dataset, movies: Iterable[int]) -> Match:
    """Return candidates, the most rated first."""
    ranked = sorted(movies, key=lambda movie: (-int(dataset.movie_counts[movie]), movie))
    return Match("doubtful", tuple(ranked[:_MOST_CANDIDATES]))


# --- likeness -----------------------------------------------------------------------------------------------


class _Block:
    """Some names with their movies, searched for phrases and by letters."""

    def __init__(self, names: Sequence[str], movies: NDArray[np.int32]) -> None:
        self.names = list(names)
        self.movies = movies
        self._text = "\n" + "\n".join(self.names) + "\n"
        self._starts = np.cumsum([1, *(len(name) + 1 for name in self.names)])

    def holding(self, phrase: str) -> list[int]:
        """Return the movies whose names begin or end with a phrase, other words before or after it."""
        places = []
        for wanted in (f"\n{phrase} ", f" {phrase}\n"):
            at = self._text.find(wanted)
            while at >= 0:
                places.append(int(np.searchsorted(self._starts, at + 1, side="right")) - 1)
                at = self._text.find(wanted, at + 1)
        return self.movies[places].tolist() if places else []


def _by_likeness(dataset: Dataset, titles: TitleIndex, films: Sequence[PersonalFilm]) -> list[Match]:
    found = [_NONE] * len(films)
    keys = [_keys(film) for film in films]
    for places, block in _blocks(dataset, titles, films, keys):
        for start in range(0, len(places), _QUERIES_AT_ONCE):
            chunk = places[start : start + _QUERIES_AT_ONCE]
            alike = _alike(block, [keys[place] for place in chunk])
            for place, scores in zip(chunk, alike, strict=True):
                found[place] = _judge(dataset, titles, films[place], keys[place], block, scores)
    return found


def _blocks(
    dataset: Dataset, titles: TitleIndex, films: Sequence[PersonalFilm], keys: Sequence[Sequence[str]]
) -> Iterator[tuple[list[int], _Block]]:
    """Yield which films are compared with which names."""
    names, movies = titles.names()
    years = dataset.movies.years[movies].astype(np.int64)
    by_year: dict[int, list[int]] = defaultdict(list)
    by_start: dict[str, list[int]] = defaultdict(list)
    for place, film in enumerate(films):
        if not keys[place]:
            continue
        if film.year is None:
            by_start[keys[place][0][:2]].append(place)
        else:
            by_year[film.year].append(place)
    for year, places in by_year.items():
        near = np.flatnonzero(np.abs(years - year) <= 1)
        if len(near):
            yield places, _Block([names[number] for number in near.tolist()], movies[near])
    for start, places in by_start.items():
        span = slice(bisect_left(names, start), bisect_right(names, start + "\U0010ffff"))
        if span.stop > span.start:
            yield places, _Block(names[span], movies[span])


def _alike(block: _Block, queries: Sequence[Sequence[str]]) -> list[Mapping[int, int]]:
    """Return, for each film with its keys, how like the names of movies are, of 100: those from `_RESEMBLES` on."""
    flat = [(row, key) for row, keys in enumerate(queries) for key in keys]
    scores = process.cdist(
        [key for _, key in flat],
        block.names,
        scorer=fuzz.ratio,
        score_cutoff=_RESEMBLES,
        dtype=np.uint8,
        workers=1,
    )
    found: list[dict[int, int]] = [{} for _ in queries]
    for line, column in zip(*(places.tolist() for places in np.nonzero(scores)), strict=True):
        row, key = flat[line]
        movie, score = int(block.movies[column]), int(scores[line, column])
        if _numbers(key) != _numbers(block.names[column]):
            score = min(score, _RESEMBLES)
        found[row][movie] = max(found[row].get(movie, 0), score)
    return list(found)


def _judge(
    dataset: Dataset,
    titles: TitleIndex,
    film: PersonalFilm,
    keys: Sequence[str],
    block: _Block,
    scores: Mapping[int, int],
) -> Match:
    """Weigh what is like a film: one of the same year that is all but the same is close, the rest doubtful."""
    parts = {part for piece in _SUBTITLE.split(film.title)[:6] for part in title_keys(piece)} - set(keys)
    held = [movie for key in keys if len(key) > 3 for movie in block.holding(key)]
    subtitled = list(dict.fromkeys([*_named(titles, sorted(parts)), *held]))
    if film.year is None:
        likely = [movie for movie, score in _best(scores) if score >= _RESEMBLES_WITHOUT_YEAR]
        return _listed([*likely, *_doubt(dataset, subtitled).movies])
    gaps = {movie: _gap(dataset.movies, movie, film.year) for movie in (*subtitled, *scores)}
    subtitled = [movie for movie in subtitled if gaps[movie] <= 1]
    best = _best(scores)
    if len(subtitled) == 1 and gaps[subtitled[0]] == 0 and any(" " in key for key in (*keys, *parts)):
        return _one_or_doubt(dataset, film, "close", subtitled)
    if len(best) == 1 and not subtitled and best[0][1] >= _SAME and gaps[best[0][0]] == 0:
        return _one_or_doubt(dataset, film, "close", [best[0][0]])
    return _listed([*(movie for movie, _ in best), *_doubt(dataset, subtitled).movies])


def _best(scores: Mapping[int, int]) -> list[tuple[int, int]]:
    return sorted(scores.items(), key=lambda entry: (-entry[1], entry[0]))


def _listed(movies: Iterable[int]) -> Match:
    chosen = tuple(dict.fromkeys(movies))[:_MOST_CANDIDATES]
    return Match("doubtful", chosen) if chosen else _NONE


def _numbers(key: str) -> list[str]:
    """Return the words that tell parts of a series from each other."""
    return [word for word in key.split() if word in _NUMBERS or any(char.isdigit() for char in word)]
