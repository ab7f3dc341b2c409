from pathlib import Path

import numpy as np
import pytest

from core.data.install import build
from core.data.readers import parse_columns, read_folder
from core.errors import DataError, InvalidInputError
from tests.unit.data.sources import csv_folder


def triples(tables):
    ratings = tables.ratings
    return sorted(
        zip(
            ratings.users.tolist(),
            ratings.movies.tolist(),
            (ratings.half_stars / 2).tolist(),
            ratings.times.tolist(),
            strict=True,
        )
    )


EXPECTED = [
    (1, 10, 4.5, 964982703),
    (1, 20, 3.0, 964982704),
    (2, 10, 0.5, 964982705),
    (7, 30, 5.0, 964982706),
]


def test_grouplens_csv_with_everything(tmp_path):
    tables = read_folder(csv_folder(tmp_path))
    assert triples(tables) == EXPECTED
    movies = tables.movies
    assert movies.ids.tolist() == [10, 20, 30, 40]
    assert movies.titles.to_list() == ["Matrix, The (1999)", "Babylon 5", '"Great Performances" Été (1971)', ""]
    assert movies.years.tolist() == [1999, 0, 1971, 0]
    assert [movies.genres(i) for i in range(4)] == [["Action", "Sci-Fi"], [], ["Children", "IMAX"], ["Drama"]]
    assert movies.imdb_ids.tolist() == [133093, 105946, 0, 0]
    assert movies.tmdb_ids.tolist() == [603, 0, 7, 0]
    assert movies.tags(0) == [("cyberpunk", 2)]
    assert movies.tags(2) == [("a, b", 1)]
    assert tables.details == {"tags_left_out": 2, "notes": []}
    assert movies.title(3) == "Movie 40"


def test_the_same_with_windows_line_ends_a_byte_order_mark_and_blank_lines(tmp_path):
    plain = csv_folder(tmp_path / "plain")
    strange = csv_folder(tmp_path / "strange")
    for file in strange.iterdir():
        text = (plain / file.name).read_text(encoding="utf-8").replace("\n", "\r\n") + "\r\n\r\n"
        file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    first, second = read_folder(plain), read_folder(strange)
    assert triples(first) == triples(second)
    assert first.movies.titles.to_list() == second.movies.titles.to_list()
    assert first.movies.tags(0) == second.movies.tags(0)


def test_tags_and_links_are_optional_and_a_parent_folder_will_do(tmp_path):
    folder = csv_folder(tmp_path / "ml-latest-small")
    (folder / "tags.csv").unlink()
    (folder / "links.csv").unlink()
    tables = read_folder(tmp_path)
    assert triples(tables) == EXPECTED
    assert tables.movies.tags(0) == []
    assert tables.movies.imdb_ids.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_double_colons(tmp_path, encoding):
    (tmp_path / "ratings.dat").write_text("".join(f"{u}::{m}::{r:g}::{t}\n" for u, m, r, t in EXPECTED))
    (tmp_path / "movies.dat").write_bytes(
        "10::Star Wars: Episode IV (1977)::Action|Children's\n20::Odd:: Title (1999)::Drama\n30::Été::\n".encode(
            encoding
        )
    )
    (tmp_path / "tags.dat").write_text("1::10::Space::5\n")
    tables = read_folder(tmp_path)
    assert triples(tables) == EXPECTED
    assert tables.movies.titles.to_list() == ["Star Wars: Episode IV (1977)", "Odd:: Title (1999)", "Été"]
    assert tables.movies.genres(0) == ["Action", "Children"]
    assert tables.movies.tags(0) == [("space", 1)]


def test_movielens_100k(tmp_path):
    flags = ["|".join("1" if bit in bits else "0" for bit in range(19)) for bits in ({1, 4}, {0}, {18})]
    (tmp_path / "u.data").write_text("".join(f"{u}\t{m}\t{r:g}\t{t}\n" for u, m, r, t in EXPECTED))
    (tmp_path / "u.item").write_bytes(
        (
            f"10|Misérables, Les (1995)|01-Jan-1995||http://x|{flags[0]}\n"
            f"20|unknown||||{flags[1]}\n30|Heat (1995)|||y|{flags[2]}\n"
        ).encode("latin-1")
    )
    tables = read_folder(tmp_path)
    assert triples(tables) == EXPECTED
    assert tables.movies.titles.to_list() == ["Misérables, Les (1995)", "", "Heat (1995)"]
    assert [tables.movies.genres(i) for i in range(3)] == [["Action", "Children"], [], ["Western"]]


def test_recbole(tmp_path):
    (tmp_path / "x.inter").write_text(
        "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
        + "".join(f"{u}\t{m}\t{r:g}\t{t}\n" for u, m, r, t in EXPECTED)
    )
    (tmp_path / "x.item").write_text(
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
        "10\tToy Story\t1995\tAnimation Children's Comedy\n20\tunkonwn\tunkonwn\tunknown\n30\tHeat\t1995\tCrime\n"
    )
    tables = read_folder(tmp_path)
    assert triples(tables) == EXPECTED
    assert tables.movies.titles.to_list() == ["Toy Story (1995)", "", "Heat (1995)"]
    assert tables.movies.genres(0) == ["Animation", "Children", "Comedy"]
    assert tables.movies.genres(1) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_csv_by_its_columns(tmp_path, delimiter):
    rows = [("stars", "when", "who", "film", "name", "kinds")]
    names = {10: "Alien (1979)", 20: "", 30: '"Ran"'}
    rows += [(f"{r:g}", str(t), str(u), str(m), names[m], "Drama") for u, m, r, t in EXPECTED]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows[1:]]
    path = tmp_path / "mine.csv"
    path.write_text(delimiter.join(rows[0]) + "\n" + "\n".join(quoted) + "\n", encoding="utf-8")
    columns = parse_columns("user=who,movie=film,rating=stars,timestamp=when,title=name,genres=kinds")
    tables = read_folder(path, columns=columns)
    assert triples(tables) == EXPECTED
    assert tables.movies.titles.to_list() == ["Alien (1979)", "", '"Ran"']
    assert tables.movies.genres(0) == ["Drama"]


def test_any_csv_without_times_titles_and_genres(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("u,m,r\n5000000000,7,3\n4,7,1\n")
    tables = read_folder(path, columns=parse_columns("user=u,movie=m,rating=r"))
    dataset = build(tables, name="x", source="y")
    assert dataset.user_ids.tolist() == [4, 5_000_000_000]
    assert dataset.user_times.tolist() == [0, 0]
    assert dataset.movies.title(0) == "Movie 7"


@pytest.mark.parametrize(
    "text",
    ["user=a,movie=b", "user=a,movie=b,rating=c,colour=d", "user=a,user=b,movie=c,rating=d", "user,movie=b", ""],
)
def test_columns_that_cannot_be_parsed(text):
    with pytest.raises(InvalidInputError, match="--columns"):
        parse_columns(text)


def test_duplicates_latest_wins_and_is_counted(tmp_path):
    ratings = "userId,movieId,rating,timestamp\n2,10,1.0,50\n1,10,2.0,200\n1,10,4.0,300\n1,10,3.0,100\n2,10,5.0,50\n"
    dataset = build(read_folder(csv_folder(tmp_path, ratings=ratings)), name="x", source="y")
    assert dataset.n_ratings == 2
    assert dataset.user_ratings.tolist() == [8, 10]
    assert dataset.details["duplicates_dropped"] == 3


def test_a_movie_listed_twice_keeps_its_last_row(tmp_path):
    tables = read_folder(csv_folder(tmp_path, movies=MOVIES_TWICE))
    assert tables.movies.titles.to_list() == ["New (2001)", "B", "C"]


MOVIES_TWICE = "movieId,title,genres\n10,Old (2000),Drama\n30,C,Drama\n20,B,Drama\n10,New (2001),Drama\n"


def test_rating_columns_are_narrow(tmp_path):
    ratings = read_folder(csv_folder(tmp_path)).ratings
    assert (ratings.users.dtype, ratings.movies.dtype) == (np.int32, np.int32)
    assert (ratings.half_stars.dtype, ratings.times.dtype) == (np.uint8, np.uint32)


def test_progress_reaches_the_end_and_can_stop_the_work(tmp_path):
    folder = csv_folder(tmp_path)
    seen: list[float] = []
    read_folder(folder, lambda done, text: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(done: float, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_folder(folder, stop)


# --- what cannot be used --------------------------------------------------------------------------------------

HEAD = "userId,movieId,rating,timestamp\n1,10,4.5,964982703\n"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"ratings": "user,item,stars\n1,10,3\n"},
            r"ratings.csv, line 1: the header is 'user,item,stars'.*--columns",
        ),
        ({"ratings": ""}, r"ratings.csv is empty.*again"),
        ({"ratings": "userId,movieId,rating,timestamp\n"}, r"ratings.csv holds no rating"),
        ({"ratings": HEAD + "1,20,6.0,5\n"}, r"ratings.csv, line 3: the rating 6.0 is not within 0.5 and 5 stars"),
        ({"ratings": HEAD + "1,20,0,5\n"}, r"ratings.csv, line 3: the rating 0 is not within"),
        ({"ratings": HEAD + "\n1,20,3.7,5\n"}, r"ratings.csv, line 4: the rating 3.7 is no half star"),
        ({"ratings": HEAD + "1,20,good,5\n"}, r"ratings.csv, line 3: the rating 'good' is not a number"),
        ({"ratings": HEAD + "1,20,nan,5\n"}, r"ratings.csv, line 3: the rating 'nan' is not a number"),
        ({"ratings": HEAD + "1,20,,5\n"}, r"ratings.csv, line 3: the rating '' is not a number"),
        ({"ratings": HEAD + "ann,20,3,5\n"}, r"ratings.csv, line 3: the user id 'ann' is not a whole number.*Number"),
        ({"ratings": HEAD + "1,2.5,3,5\n"}, r"ratings.csv, line 3: the movie id '2.5' is not a whole number"),
        ({"ratings": HEAD + "1,20,3,-5\n"}, r"ratings.csv, line 3: the timestamp '-5' is no number of seconds"),
        ({"ratings": HEAD + "1,20,3,05/31/2019\n"}, r"ratings.csv, line 3: the timestamp '05/31/2019'"),
        ({"ratings": HEAD + "1,20\n"}, r"ratings.csv, line 3: 2 fields where 4 are expected"),
        ({"ratings": HEAD + "1,20,3,5,9\n"}, r"ratings.csv, line 3: 5 fields where 4 are expected"),
        ({"ratings": HEAD + "1,99,3,5\n1,98,3,5\n"}, r"ratings.csv, line 3: movie 99 is not in the movie table \(2 "),
        (
            {"movies": "id,name\n1,x\n"},
            r"movies.csv, line 1: the header is 'id,name', expected 'movieId,title,genres'",
        ),
        ({"movies": "movieId,title,genres\n10,A\n"}, r"movies.csv, line 2: 2 fields where 3 are expected"),
        (
            {"movies": "movieId,title,genres\n10,C,D\nx,A,B\n"},
            r"movies.csv, line 3: the movie id 'x' is not a whole number",
        ),
        ({"movies": 'movieId,title,genres\n10,"A,B\n'}, r"movies.csv, line 2: a quotation mark opens"),
        ({"movies": "movieId,title,genres\n"}, r"movies.csv holds no movie"),
        ({"movies": ""}, r"movies.csv is empty"),
        ({"tags": "userId,movieId,tag,timestamp\n1,x,fun,1\n"}, r"tags.csv, line 2: the movie id 'x'"),
        ({"tags": "a,b,c,d\n1,10,fun,1\n"}, r"tags.csv, line 1: the header"),
        ({"tags": ""}, r"tags.csv is empty"),
        ({"links": "movieId,imdbId,tmdbId\n10,nm1,2\n"}, r"links.csv, line 2: the IMDb id 'nm1'"),
    ],
)
def test_a_bad_file_is_named_with_line_and_remedy(tmp_path, changes, message):
    folder = csv_folder(tmp_path, **changes)
    with pytest.raises(DataError, match=message) as caught:
        build(read_folder(folder), name="x", source="y")
    assert str(caught.value).endswith(".") or "--columns" in str(caught.value)


@pytest.mark.parametrize(("name", "line"), [("movies.csv", 3), ("ratings.csv", 2), ("tags.csv", 2)])
def test_a_broken_encoding_is_named_by_line(tmp_path, name, line):
    folder = csv_folder(tmp_path)
    file = folder / name
    lines = file.read_bytes().split(b"\n")
    lines[line - 1] = lines[line - 1].replace(b"1", b"\x81", 1).replace(b"Babylon", b"Babyl\x9dn")
    file.write_bytes(b"\n".join(lines))
    with pytest.raises(DataError, match=rf"{name}, line {line}: "):
        read_folder(folder)


def test_a_folder_without_ratings_says_what_is_missing(tmp_path):
    with pytest.raises(DataError, match="no rating data in a known form"):
        read_folder(tmp_path)
    (tmp_path / "ratings.csv").write_text(HEAD)
    with pytest.raises(DataError, match=r"ratings.csv is there, but movies.csv is missing"):
        read_folder(tmp_path)


def test_a_csv_without_the_named_column(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("u,m,r\n1,2,3\n")
    with pytest.raises(DataError, match=r"mine.csv, line 1: there is no column 'stars' \(for rating\), only u, m, r"):
        read_folder(path, columns=parse_columns("user=u,movie=m,rating=stars"))


def test_a_fault_far_down_is_still_found(tmp_path):
    rows = "".join(f"{1 + number // 900},{10 + 10 * (number % 3)},3.5,1\n" for number in range(5000))
    folder = csv_folder(tmp_path, ratings="userId,movieId,rating,timestamp\n" + rows + "9,10,3.4,1\n" + rows)
    with pytest.raises(DataError, match=r"ratings.csv, line 5002: the rating 3.4 is no half star"):
        read_folder(folder)


def test_reading_does_not_follow_a_pattern_in_a_path(tmp_path):
    folder = csv_folder(tmp_path / "odd [1]*")
    assert len(read_folder(Path(folder)).ratings) == 4
