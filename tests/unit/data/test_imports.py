"""Kinds of tables that other programs mangle, through the door that people use."""

import gzip
import re
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.data.compress import dense_ids
from core.data.install import build, import_path
from core.data.readers import ReadOptions, parse_columns, parse_scale, read_folder
from core.display.titles import extract_year_from_title, format_movie_title
from core.errors import CineMatchError, DataError, InvalidInputError
from core.settings import Settings
from tests.unit.data.sources import csv_folder, zip_of

COLUMNS = parse_columns("user=u,movie=m,rating=r")
TITLED = parse_columns("user=u,movie=m,rating=r,title=t,genres=g")


def table(tmp_path: Path, *lines: str, columns=COLUMNS, **options):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = read_folder(path, columns=columns, options=ReadOptions(**options))
    return build(found, name="mine", source="test", details=found.details)


@pytest.mark.parametrize("mark", ['"', "\\"])
def test_no_rating_is_lost_to_a_mark_in_a_column_that_is_not_read(tmp_path, mark):
    lines = [f"{user},{movie},4,Film {movie}{mark} x" for user in range(1, 60) for movie in range(1, 40)]
    assert table(tmp_path, "u,m,r,t", *lines).n_ratings == 59 * 39


def test_a_row_that_lacks_a_column_that_is_not_read_is_named(tmp_path):
    with pytest.raises(DataError, match=r"mine.csv, line 3: 3 fields where 4 are expected"):
        table(tmp_path, "u,m,r,t", "1,1,4,x", "1,2,4")


def test_peculiar_numbers_and_times_are_read(tmp_path):
    columns = {**COLUMNS, "timestamp": "when"}
    data = table(
        tmp_path,
        "u;m;r;when",
        '1.0;"10";4,5;2019-05-31T20:15:00Z',
        "2;1,234; 3 ;1559333700123",
        "3;10;5;1559333700.0",
        columns=columns,
    )
    assert (data.user_ids.tolist(), data.movies.ids.tolist()) == ([1, 2, 3], [10, 1234])
    assert (data.user_ratings.tolist(), set(data.user_times.tolist())) == ([9, 6, 10], {1559333700})


def test_another_scale_is_refused_with_a_proposal_and_mapped_when_stated(tmp_path):
    lines = ("u,m,r", "1,1,1", "1,2,7", "2,1,10")
    with pytest.raises(DataError, match=r"line 3: the rating 7 is not within 0.5 and 5 stars.*--scale 1-10"):
        table(tmp_path, *lines)
    assert table(tmp_path, *lines, scale=parse_scale("1-10")).user_ratings.tolist() == [1, 7, 10]
    with pytest.raises(DataError, match=r"line 3: the rating 3.7 is no half star.*--scale 0.5-5"):
        table(tmp_path, "u,m,r", "1,1,1", "1,2,3.7")


def test_text_ids_are_kept_and_found_by_text_and_by_number(tmp_path):
    data = table(tmp_path, "u,m,r", "ann,tt02,4", "bob,tt01,3", "ann,tt01,2", "bob,tt10,5")
    stored = type(data).open(data.save(tmp_path / "stored"))
    assert stored.fingerprint == data.fingerprint
    assert [stored.movie_label(stored.movie_index(name)) for name in ("tt01", "tt02", "tt10")] == [
        "tt01",
        "tt02",
        "tt10",
    ]
    assert stored.user_index("bob") == stored.user_index(int(stored.user_ids[1])) == 1
    assert stored.movies.title(0) == "Movie tt01"
    with pytest.raises(CineMatchError, match="ann to bob"):
        stored.user_index("carl")


@pytest.mark.parametrize("number", ["-1", "9007199254740992", "99999999999999999999"])
def test_a_number_outside_the_range_is_refused_at_every_door(tmp_path, number):
    folder = csv_folder(tmp_path / "x")
    for name, line in (("movies.csv", f"{number},Far (2000),Drama"), ("ratings.csv", f"{number},10,4,1")):
        whole = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(whole + line + "\n", encoding="utf-8")
        with pytest.raises(DataError, match=rf"{name}, line 6: the (user|movie) id {number} is not within 0 and"):
            read_folder(folder)
        (folder / name).write_text(whole, encoding="utf-8")
    data = build(read_folder(folder), name="x", source="y")
    for ask in (data.user_index, data.movie_index):
        for given_as in (number, int(number)):
            with pytest.raises(InvalidInputError, match="whole number from 0 to 9007199254740991"):
                ask(given_as)


def test_numbers_that_no_browser_keeps_are_ids_as_text(tmp_path):
    data = table(tmp_path, "u,m,r", "76561197970982479,1,4", "76561197970982480,1,3")
    assert data.user_index("76561197970982480") == 1
    assert data.user_ids.tolist() == [1, 2]


@pytest.mark.parametrize("number", ["1.23457E+11", "1.23457e+06", "2.5", "1.000"])
def test_numbers_that_are_no_ids_are_refused_however_many_there_are(tmp_path, number):
    with pytest.raises(DataError, match=rf"line 2: the user id '?{re.escape(number)}'? (has lost digits|is not)"):
        table(tmp_path, "u,m,r", f"{number},1,4", f"{number},2,3")


def test_what_is_taken_for_granted_is_said(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("u,m,r,w\nann,1,4,2019\nbob,1,3,2020\n")
    columns = {**COLUMNS, "timestamp": "w"}
    notes = import_path(path, Settings(data_dir=tmp_path / "data"), columns=columns).details["notes"]
    assert "User ids are text, such as ann, and are kept so." in notes
    assert any(note.startswith("The latest timestamp is 1970-01-01 00:33") for note in notes)


def test_a_column_cannot_be_two_things():
    with pytest.raises(InvalidInputError, match="'u' is named twice"):
        parse_columns("user=u,movie=u,rating=r")


@pytest.mark.parametrize("line", ["1,1,{},5", "1,1,4,{}", "{},1,4,5"])
def test_messages_do_not_repeat_a_cell_of_any_length(tmp_path, line):
    with pytest.raises(DataError, match="line 2: ") as caught:
        table(tmp_path, "u,m,r,w", line.format("4" * 100_000), columns={**COLUMNS, "timestamp": "w"})
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("content", "words"), [(gzip.compress(b"u,m,r\n1,1,4\n", mtime=0), "packed with gzip"), (b"PAR1\0\0", "Parquet")]
)
def test_a_packed_table_is_named_as_such(tmp_path, content, words):
    (tmp_path / "mine.csv").write_bytes(content)
    with pytest.raises(DataError, match=f"mine.csv is .*{words}.* and retry"):
        read_folder(tmp_path / "mine.csv", columns=COLUMNS)


def test_an_archive_is_told_by_its_content(tmp_path):
    archive = zip_of(csv_folder(tmp_path / "x"), tmp_path / "download")
    assert import_path(archive, Settings(data_dir=tmp_path / "data"), name="x").n_ratings == 4


def test_one_spelling_of_genres_and_the_last_value_that_is_not_blank(tmp_path):
    movies = 'movieId,title,genres\n10,A (9999),"drama, COMEDY"\n20,B (1999),Drama\n30,C,sci-fi|Drama\n20,,\n'
    data = build(
        read_folder(csv_folder(tmp_path / "x", movies=movies, tags="userId,movieId,tag,timestamp\n1,10,a,1\n")),
        name="x",
        source="y",
    )
    assert [data.movies.genres(row) for row in range(3)] == [["Comedy", "Drama"], ["Drama"], ["Drama", "Sci-Fi"]]
    assert data.movies.titles.to_list() == ["A (9999)", "B (1999)", "C"]
    assert data.movies.years.tolist() == [0, 1999, 0]


def test_columns_take_the_movie_table_beside_them(tmp_path):
    folder = csv_folder(tmp_path / "x")
    columns = parse_columns("user=userId,movie=movieId,rating=rating")
    found = read_folder(folder / "ratings.csv", columns=columns)
    assert found.movies.titles.to_list()[0] == "Matrix, The (1999)"
    assert "Titles and genres were taken from the movies.csv beside it." in found.details["notes"]
    assert read_folder(folder, columns=columns).movies.titles.to_list() == found.movies.titles.to_list()


def test_an_archive_of_two_data_sets_names_both(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")
    for year in ("2019", "2024"):
        csv_folder(tmp_path / "all" / year)
    with pytest.raises(DataError, match=r"all holds 2 data sets: .*2019; .*2024"):
        import_path(tmp_path / "all", settings, name="x")
    (tmp_path / "all" / "2024" / "ratings.csv").unlink()
    notes = import_path(tmp_path / "all", settings, name="x").details["notes"]
    assert any("movies.csv in 2024 was not used" in note for note in notes)


def test_messages_name_the_archive_and_no_folder_of_ours(tmp_path):
    folder = csv_folder(tmp_path / "x")
    (folder / "movies.csv").unlink()
    archive = zip_of(folder, tmp_path / "export.zip", "deep/er/")
    with pytest.raises(DataError, match=r"^export.zip holds no rating data") as caught:
        import_path(archive, Settings(data_dir=tmp_path / "data"), name="x")
    assert ".tmp" not in str(caught.value)


def test_few_ratings_of_large_ids_take_little_memory():
    raw = np.array([134_000_001, 5, 134_000_003] * 5, dtype=np.int64)
    tracemalloc.start()
    ids, index = dense_ids(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (ids[index] == raw).all()
    assert peak < 1 << 20


@pytest.mark.parametrize("title", ["(1999-" + " " * 60_000, "a, " * 20_000 + "The", "(" * 60_000, "x (1999 " * 7_000])
def test_titles_of_any_length_are_read_in_short_time(title):
    started = time.process_time()
    extract_year_from_title(title)
    format_movie_title(title)
    assert time.process_time() - started < 0.5


_PIECES = st.sampled_from(
    [
        b",",
        b'"',
        b"\\",
        b"\n",
        b"\r",
        b"\t",
        b";",
        b"::",
        b"|",
        b"1",
        b"10",
        b"4.5",
        b"-1",
        b"x",
        b"\xe9",
        b"\xc3\xa9",
        b"\0",
        b"userId,movieId,rating,timestamp\n",
        b"movieId,title,genres\n",
        b"u,m,r\n",
        b"1,10,4\n",
        b"\xff\xfe",
        b"9" * 30,
        b"1e9",
    ]
)
_FILES = (
    "ratings.csv",
    "movies.csv",
    "tags.csv",
    "links.csv",
    "ratings.dat",
    "movies.dat",
    "u.data",
    "u.item",
    "a.inter",
    "a.item",
)


@hypothesis_settings(
    max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(st.tuples(st.sampled_from(_FILES), st.lists(_PIECES, max_size=30).map(b"".join)), min_size=1, max_size=4)
)
def test_no_reader_falls_over_whatever_it_is_given(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("fuzz")
    for name, content in files:
        (folder / name).write_bytes(content)
    for columns in (None, COLUMNS):
        try:
            build(read_folder(folder, columns=columns), name="x", source="y")
        except CineMatchError as error:
            assert "polars" not in str(error)  # noqa: PT017  (what matters is that nothing else is raised)
