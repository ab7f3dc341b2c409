"""One's own films on the command line: what was matched, and a list made of it."""

import json
import tracemalloc
from pathlib import Path

import pytest

_RATINGS = (
    "Date,Name,Year,Letterboxd URI,Rating\n2024-01-02,The Film 3,1953,x,4\n2024-01-02,Film 4,1954,x,5\n"
    "2024-01-02,[bold]Nowhere,1999,x,4\n2024-01-02,Film 5,1995,x,3\n2024-01-02,Film 6,1956,x,9\n"
)
_WATCHED = "Title,Date\nFilm 0,2024-01-02\nDark: Season 1: One,2024-01-02\n"


def files(home: Path) -> tuple[str, str]:
    ratings, watched = home / "ratings.csv", home / "netflix.csv"
    ratings.write_text(_RATINGS)
    watched.write_text(_WATCHED)
    return str(ratings), str(watched)


def test_films_are_shown_with_what_was_not_taken(run, home: Path) -> None:
    done = run("films", *files(home))
    assert done.code == 0, done.err
    assert "2 films matched, 1 doubtful, 1 not in this data set" in done.out
    assert "[bold]Nowhere (1999)" in done.out
    assert "1 rows set aside" in done.out


def test_a_profile_is_written_and_recommended_from(run, home: Path) -> None:
    ratings, watched = files(home)
    document = run("films", ratings, watched, "--json", "--out", "mine.json").json
    assert [film["movies"][0]["movie_id"] for film in document[ratings]["matched"]] == [40, 50]
    assert run("train", "--algorithms", "popularity").code == 0
    plain = [item["movie_id"] for item in run("recommend", "--rate", "40=4", "-n", "60", "--json").json["items"]]
    listed = [
        item["movie_id"] for item in run("recommend", "--profile", "mine.json", "-n", "60", "--json").json["items"]
    ]
    assert 10 in plain
    assert set(plain) - set(listed) == {10, 50}


def test_a_profile_with_no_film_of_here_or_beside_a_user_is_refused(run, home: Path) -> None:
    (home / "none.csv").write_text("Title,Date\nNowhere at all,2024-01-02\n")
    done = run("recommend", "--profile", "none.csv")
    assert done.code == 2
    assert "no film of this data set" in done.err
    assert run("recommend", "--profile", "none.csv", "--user", "1").code == 2


def test_a_file_that_is_too_large_is_refused_before_it_fills_memory(run, home: Path) -> None:
    large = home / "large.csv"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    done = run("films", str(large))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert done.code == 2
    assert "large.csv has more than 10 MB" in done.err
    assert peak < 50e6


def test_films_waved_away_are_on_no_list_and_an_empty_profile_says_so(run, home: Path) -> None:
    (home / "away.csv").write_text("Title,Year,Rating\nThe Film 3,1953,4\n")
    assert run("films", "away.csv", "--out", "mine.json").code == 0
    document = json.loads((home / "mine.json").read_text())
    hidden = {"movie_id": 10, "stars": None, "watched": False, "hidden": True, "title": "", "time": None}
    document["films"].append({**document["films"][0], **hidden, "year": None, "imdb_id": None, "tmdb_id": None})
    (home / "mine.json").write_text(json.dumps(document))
    assert run("train", "--algorithms", "popularity").code == 0
    for options in ((), ("--include-rated",)):
        asked = run("recommend", "--profile", "mine.json", "-n", "60", *options, "--json")
        assert 10 not in [item["movie_id"] for item in asked.json["items"]]
    (home / "empty.json").write_text(json.dumps({**document, "films": []}))
    assert "CineMatch, 0 rows" in run("films", "empty.json").out
    assert "no film of this data set" in run("recommend", "--profile", "empty.json").err


def test_the_times_of_a_profile_are_its_order_whatever_the_order_of_the_file(
    run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CINEMATCH_ALGORITHMS", "slist")
    assert run("train", "--algorithms", "slist").code == 0

    def scores(*rows: str) -> list[tuple[int, float]]:
        (home / "mine.csv").write_text("\n".join(["Date,Name,Year,Letterboxd URI,Rating", *rows]) + "\n")
        asked = run("recommend", "--profile", "mine.csv", "--algorithm", "slist", "-n", "60", "--json")
        return [(item["movie_id"], item["score"]) for item in asked.json["items"]]

    rows = ("2024-03-02,The Film 3,1953,x,4", "2024-02-02,Film 4,1954,x,4", "2024-01-02,The Film 6,1956,x,4")
    assert scores(*rows) == scores(*reversed(rows))
    assert scores(*rows) != scores(rows[0].replace("2024-03", "2023-03"), *rows[1:])
