"""Every service's export is told by its content, and every row of it is accounted for."""

import io
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.personal import MAX_BYTES, read_films
from core.data.personal.netflix import netflix_kind
from core.errors import DataError
from tests.unit.data.personal.exports import LETTERBOXD, SERVICES, zipped


def day(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_told_by_its_columns_and_every_row_counts(name: str) -> None:
    service, content, counts = SERVICES[name]
    reading = read_films(content.encode(), "whatever.bin")
    assert reading.services == [service]
    assert (len(reading.films), len(reading.set_aside), len(reading.refused)) == counts
    assert reading.rows == sum(counts)
    assert all(fault.line > 0 and fault.why.endswith(".") for fault in reading.refused)
    first = reading.films[0]
    assert (first.title, first.year or 1995) in {("Heat", 1995), ("Stalker", 1979), ("", 1995)}


@pytest.mark.parametrize(
    ("name", "stars"),
    [("IMDb ratings", 4.5), ("Trakt CSV", 4.5), ("Trakt JSON", 4.5), ("MovieLens", 4.5), ("Simkl", 4.5),
     ("Simkl JSON", 4.5), ("Criticker", 4.5), ("Criticker XML", 4.5),
     ("Letterboxd's import form", 4.5), ("named columns", 4.5),
     ("Netflix", None), ("TV Time", None)],
)  # fmt: skip
def test_scales_are_mapped_and_films_without_stars_get_none(name: str, stars: float | None) -> None:
    first = read_films(SERVICES[name][1].encode()).films[0]
    assert first.stars == stars
    assert first.watched
    assert not first.watchlist


def test_ids_times_and_watchlists_are_read() -> None:
    rated = read_films(SERVICES["Trakt JSON"][1].encode()).films[0]
    assert (rated.imdb_id, rated.tmdb_id, rated.time) == (113277, 949, day("2024-03-01T10:00:00"))
    listed, seen = read_films(SERVICES["IMDb watchlist"][1].encode()).films
    assert (listed.watchlist, listed.watched, listed.stars) == (True, False, None)
    assert (seen.watchlist, seen.stars, seen.time) == (False, 4.5, day("2024-03-01"))
    assert read_films(SERVICES["MovieLens"][1].encode()).films[0].movie_id == "6"
    assert [film.watchlist for film in read_films(SERVICES["TV Time"][1].encode()).films] == [False, True]


def test_critickers_xml_says_what_its_table_says() -> None:
    content = SERVICES["Criticker XML"][1]
    table, document = (read_films(SERVICES[name][1].encode()) for name in ("Criticker", "Criticker XML"))
    assert document.films == table.films
    assert [(row.line, row.why[:18]) for row in document.refused] == [
        (4, "the rating '101' i"),
        (5, "the film has no na"),
    ]
    assert [(row.line, row.title) for row in document.set_aside] == [(6, "Lost")]
    assert read_films(b"\xef\xbb\xbf" + content.encode()).rows == 4
    assert read_films(zipped({"me/ratings.xml": content}), "x.zip").services == ["Criticker"]
    latin = content.replace("UTF-8", "ISO-8859-1").replace("Heat", "H\u00e9at").encode("latin-1")
    assert read_films(latin).films[0].title == "H\u00e9at"
    assert read_films(b"<recentratings/>").services == ["Criticker"]


_BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_BOMB + "<recentratings><film><filmname>&b;</filmname></film></recentratings>", "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><recentratings/>', "document type"),
        ("<!DOCTYPE html><html></html>", "document type"),
        ("<recentratings>\n<film><filmname>&b;</filmname></film></recentratings>", "line 2: .*undefined entity"),
        ("<recentratings><film>", "begins like XML"),
        ('<?xml version="1.0" encoding="nonsense"?><recentratings/>', "begins like XML"),
        ("<rss><channel/></rss>", "no table of films"),
        ("<recentratings>" + "<a>" * 100_000, "as no export of films"),
        ("<recentratings>" + "<film/>" * 1_000_000, "more than 50,000 films"),
        ("<recentratings><film>" + "<a/>" * 1_000_000, "more than 50,000 films"),
        ("<recentratings><film>" + "".join(f"<a{n}/>" for n in range(500_000)), "as no export of films"),
        ("<recentratings " + " ".join(f"a{n}=''" for n in range(800_000)) + "/>", "within a megabyte"),
    ],
    ids=range(12),
)
def test_xml_that_is_no_export_is_refused_before_it_takes_memory(content: str, why: str) -> None:
    tracemalloc.start()
    with pytest.raises(DataError, match=rf"(?s){why}.*\.$"):
        read_films(content.encode(), "x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6


def test_letterboxds_whole_zip_is_read_with_its_parts_apart() -> None:
    reading = read_films(zipped(LETTERBOXD), "letterboxd-me.zip")
    assert reading.services == ["Letterboxd"]
    assert (len(reading.films), reading.refused, reading.rows) == (7, [], 7)
    heat = [film for film in reading.films if film.title == "Heat"]
    assert [film.stars for film in heat] == [4.5, 4.0, None]
    assert [film.liked for film in heat] == [False, False, True]
    assert heat[1].time == day("2024-03-04")
    assert [film.title for film in reading.films if film.watchlist] == ["Stalker"]
    assert "profile.csv" in reading.notes[0]
    assert "lists/best.csv" in reading.notes[0]


@pytest.mark.parametrize(
    ("name", "part"), [("watchlist.csv", "watchlist"), ("watched (1).csv", "watched"), ("likes.csv", "liked")]
)
def test_letterboxds_equal_tables_are_told_by_name(name: str, part: str) -> None:
    film = read_films(LETTERBOXD["watched.csv"].encode(), name).films[0]
    assert getattr(film, part)


def test_a_table_that_may_be_three_things_is_refused_not_guessed() -> None:
    reading = read_films(LETTERBOXD["watched.csv"].encode(), "pasted text")
    assert reading.films == []
    assert "watchlist.csv" in reading.refused[0].why


def test_two_exports_in_one_archive_are_not_merged_without_a_word() -> None:
    ratings = LETTERBOXD["ratings.csv"]
    both = read_films(zipped({"a/ratings.csv": ratings, "b/RATINGS.CSV": ratings.replace("4.5", "1")}), "x.zip")
    assert both.rows == 4
    assert any("a/ratings.csv, b/RATINGS.CSV. Of several ratings" in note for note in both.notes)
    assert not any("Of several ratings" in note for note in read_films(zipped(LETTERBOXD)).notes)


def test_a_faulty_file_of_an_archive_is_named_and_the_others_are_read() -> None:
    reading = read_films(zipped({**LETTERBOXD, "diary.csv": LETTERBOXD["diary.csv"] + "2024,Broken\n"}), "x.zip")
    assert len(reading.films) == 5
    assert any("diary.csv, line 4" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("title", "kind"),
    [("Mission: Impossible - Fallout", "film"), ("Dune: Part Two", "film"), ("Kill Bill: Vol. 1", "film"),
     ("Narcos: Season 1: Descenso", "episode"), ("Dark: Staffel 1: Geheimnisse", "episode"),
     ("Chernobyl: Miniseries: 1:23:45", "episode"), ("Ozark: Season 2", "episode"), ("2001: A Space Odyssey", "film"),
     ("Money Heist: Part 1: Episode 1", "episode")],
)  # fmt: skip
def test_netflix_episodes_are_told_from_films(title: str, kind: str) -> None:
    assert netflix_kind(title) == kind


@pytest.mark.parametrize(
    ("dates", "time"),
    [
        (("3/4/24", "3/14/24"), day("2024-03-04")),
        (("04.03.24",), day("2024-03-04")),
        (("3/4/24",), None),
        (("3/4/24", "3/14/24", "14/3/24"), None),
    ],
)
def test_netflix_dates_are_read_only_in_an_order_that_the_file_shows(
    dates: tuple[str, ...], time: int | None
) -> None:
    content = "Title,Date\n" + "".join(f'"Film {place}","{date}"\n' for place, date in enumerate(dates))
    assert read_films(content.encode()).films[0].time == time


def test_ratings_of_several_people_are_no_ones_own() -> None:
    with pytest.raises(DataError, match="2 people"):
        read_films(b"userId,movieId,rating,timestamp\n1,6,4,1\n2,6,4,1\n")


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n\0\0", b"[", b"[1, 2]", b'{"a": 1}', b"[" * 100_000, b"PK\x03\x04nothing", b"a,b\n1,2\n",
     zipped({"a.csv": "a,b\n1,2\n"}), zipped({}), b"x" * (MAX_BYTES + 1), zipped({"../r.csv": "Title\nHeat\n"})],
    ids=range(12),
)  # fmt: skip
def test_what_is_no_export_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(DataError, match=r"\.$"):
        read_films(content, "x")


def test_an_archive_that_unpacks_to_too_much_is_refused_whatever_it_says_of_itself() -> None:
    bomb = zipped({"ratings.csv": b"Title\n" + b"Heat\n" * 20_000_000})
    assert len(bomb) < 1_000_000
    with pytest.raises(DataError, match="would unpack to more than"):
        read_films(bomb, "bomb.zip")
    lying = bytearray(bomb)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = archive.infolist()[0].file_size.to_bytes(4, "little")
    lying = bytearray(bomb.replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(DataError):
        read_films(bytes(lying), "bomb.zip")


def test_a_blank_first_line_names_no_columns() -> None:
    with pytest.raises(DataError, match="line 1: it is blank"):
        read_films(b"\nTitle\nHeat\n")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_content_is_read_or_refused(content: bytes) -> None:
    for head in (b"", b"Title,Year,Rating,Date\n", b"Date,Name,Year,Letterboxd URI,Rating\n", b'[{"movie":'):
        try:
            reading = read_films(head + content)
        except DataError:
            continue
        assert reading.rows == len(reading.films) + len(reading.set_aside) + len(reading.refused)


# --- more than one person's films ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"Title\n" + b"a\n" * 600_000,
        b"[" + b"{}," * 600_000 + b"{}]",
        b"[" + b"1," * 4_000_000 + b"1]",
        (
            ",".join(["Title", *(f"c{number}" for number in range(20_000))]) + "\n" + "a" + "," * 20_000 + "\n"
        ).encode(),
        zipped({f"r{number}.csv": "a,b\n1,2\n" for number in range(3_000)}),
    ],
    ids=["rows", "objects", "numbers", "columns", "files"],
)
def test_more_than_one_persons_films_are_refused_before_they_take_memory(content: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(DataError, match=r"\.$"):
        read_films(content, "x")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120e6


def test_rows_of_all_files_of_an_archive_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.personal.MAX_ROWS", 100)
    files = {f"r{number}.csv": "Title\n" + "a\n" * 40 for number in range(4)}
    with pytest.raises(DataError, match="more than 100 rows"):
        read_films(zipped(files), "x")
    monkeypatch.setattr("core.data.personal.MAX_ROWS", 30)
    with pytest.raises(DataError, match=r"more than 30 rows"):
        read_films(zipped(files), "x")


def test_nothing_of_any_length_comes_back() -> None:
    long = "x" * 100_000
    reading = read_films(f"Title,Year,Rating,Type\n{long},1999,4,\nA,1999,{'4' * 100_000},\n{long},,,game\n".encode())
    assert [row.line for row in reading.refused] == [2, 3]
    assert len(reading.set_aside[0].title) < 1_000
    assert all(len(row.why) < 300 for row in (*reading.refused, *reading.set_aside))
    notes = read_films(zipped({f"{'y' * 60_000}.csv": "a\n1\n", "r.csv": "Title\nHeat\n"})).notes
    assert len(" ".join(notes)) < 1_000
