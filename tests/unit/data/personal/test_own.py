"""What is taken out comes back as it was."""

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InvalidInputError
from core.service import CineMatch, kept_films
from core.views import KeptFilms
from tests.unit.data.personal.exports import LETTERBOXD, zipped

_MOVIES = st.sampled_from([10 * number for number in range(1, 61)])
_TIMES = st.none() | st.integers(0, 4_102_444_800_000)


@st.composite
def kept(draw: st.DrawFn) -> KeptFilms:
    stars = draw(st.dictionaries(_MOVIES, st.integers(1, 10).map(lambda halves: halves / 2)))
    rated = {movie: draw(_TIMES) for movie in stars}
    watched = {movie: at for movie, at in draw(st.dictionaries(_MOVIES, _TIMES)).items() if movie not in stars}
    listed = {movie: at for movie, at in draw(st.dictionaries(_MOVIES, _TIMES)).items() if movie not in stars}
    hidden = {movie: at for movie, at in draw(st.dictionaries(_MOVIES, _TIMES)).items() if movie not in stars}
    return KeptFilms(stars, rated, watched, listed, hidden)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(films=kept())
def test_a_round_trip_loses_nothing(service: CineMatch, films: KeptFilms) -> None:
    text = service.export_films(films, "json")
    found = service.import_films(text.encode(), "x")
    assert (found.doubtful, found.not_here, found.set_aside, found.refused) == ([], [], [], [])
    assert {film.certainty for film in found.matched} <= {"id"}
    back = kept_films(found.matched)
    assert back == films
    # The latest last, whatever order they stand in; what has no time is taken for the oldest.
    assert list(back.ratings) == sorted(films.ratings, key=lambda movie: films.rated[movie] or 0)


def test_films_waved_away_come_back_as_such_alone(service: CineMatch) -> None:
    text = service.export_films(KeptFilms(hidden={40: 1_700_000_000_000}), "json")
    (film,) = service.import_films(text.encode()).matched
    assert (film.hidden, film.hidden_at, film.watched, film.watchlist) == (True, 1_700_000_000_000, False, False)
    assert service.export_films(KeptFilms(hidden={40: None}), "letterboxd").count("\n") == 1


def test_exports_of_before_films_were_waved_away_in_them_are_read(service: CineMatch) -> None:
    document = json.loads(service.export_films(KeptFilms(watched={40: 1_000}), "json"))
    for film in document["films"]:
        del film["hidden"]
    assert kept_films(service.import_films(json.dumps(document).encode()).matched) == KeptFilms(watched={40: 1_000})


def test_an_own_export_without_films_is_recognised(service: CineMatch) -> None:
    text = service.export_films(KeptFilms(), "json")
    for content in (text.encode(), zipped({"mine.json": text})):
        found = service.import_films(content, "mine")
        assert (found.services, found.rows, found.matched) == (["CineMatch"], 0, [])
    with pytest.raises(InvalidInputError):
        service.import_films(text.replace("[]", "5").encode())


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(films=kept())
def test_letterboxds_form_keeps_stars_and_days(service: CineMatch, films: KeptFilms) -> None:
    text = service.export_films(films, "letterboxd")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert list(text.removeprefix("\ufeff").splitlines()[0].split(",")) == [
        "imdbID", "tmdbID", "Title", "Year", "Rating", "WatchedDate",
    ]  # fmt: skip
    assert len(rows) == len(films.ratings) + len(films.watched)
    if rows:
        found = service.import_films(text.encode(), "x")
        assert sum(film.rows for film in (*found.matched, *found.doubtful, *found.not_here)) == len(rows)
        back = kept_films(found.matched).ratings
        assert {movie: stars for movie, stars in films.ratings.items() if movie in back} == back
    listed = service.export_films(films, "watchlist")
    assert len(listed.splitlines()) == 1 + len(films.watchlist)


def test_every_row_of_an_export_is_in_the_review(service: CineMatch) -> None:
    tables = {
        "ratings.csv": "Date,Name,Year,Letterboxd URI,Rating\n"
        "2024-01-02,The Film 3,1953,x,4\n2024-01-02,Film 4,1954,x,9\n"
        "2024-01-02,Nowhere,1999,x,4\n2024-01-02,The Film 5,1995,x,3\n",
        "diary.csv": "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
        "2024-02-02,The Film 3,1953,x,2.5,,,2024-02-01\n",
        "watched.csv": "Date,Name,Year,Letterboxd URI\n2024-01-02,The Film 3,1953,x\n2024-01-02,Film 6,1956,x\n",
        "watchlist.csv": "Date,Name,Year,Letterboxd URI\n2024-01-05,Film 7,1957,x\n",
    }
    found = service.import_films(zipped(tables), "letterboxd.zip")
    named = sum(film.rows for film in (*found.matched, *found.doubtful, *found.not_here))
    assert named + len(found.set_aside) + len(found.refused) == found.rows == 8
    first = next(film for film in found.matched if film.title == "The Film 3")
    assert (first.stars, first.rows, first.movies[0].movie_id) == (2.5, 3, 40)
    assert [film.title for film in found.not_here] == ["Nowhere"]
    assert [film.title for film in found.doubtful] == ["The Film 5"]
    assert [(row.file, row.line) for row in found.refused] == [("ratings.csv", 3)]
    mine = kept_films(found.matched)
    assert (mine.ratings, mine.seen, list(mine.watchlist)) == ({40: 2.5}, (70,), [80])


def test_what_is_no_export_is_an_input_error(service: CineMatch) -> None:
    with pytest.raises(InvalidInputError, match="Send what Letterboxd"):
        service.import_films(b"a,b\n1,2\n")
    assert service.import_films(zipped(LETTERBOXD)).matched == []
