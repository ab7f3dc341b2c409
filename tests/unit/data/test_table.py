"""Whatever a program writes as a table comes back row by row, or its line is named."""

import csv
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.readers.table import open_table
from core.errors import DataError

_ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_AWKWARD = st.text(st.sampled_from("ab ,;\t|\"\\\n\r'é"), max_size=8)
_ROWS = st.lists(st.lists(_ANY_TEXT | _AWKWARD, min_size=4, max_size=4), min_size=1, max_size=6)
_WAYS = st.sampled_from(
    [
        {"quoting": csv.QUOTE_MINIMAL},
        {"quoting": csv.QUOTE_ALL},
        {"quoting": csv.QUOTE_MINIMAL, "doublequote": False, "escapechar": "\\"},
        {"quoting": csv.QUOTE_NONE, "escapechar": "\\"},
    ]
)
_HEADER = ["user", "movie", "rating", "title"]


def written(rows, delimiter, end, **way) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, **way)
    writer.writerow(_HEADER)
    writer.writerows(rows)
    return text.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(rows=_ROWS, delimiter=st.sampled_from(",;\t|"), end=st.sampled_from(["\n", "\r\n"]), way=_WAYS)
def test_every_table_comes_back_row_by_row_or_its_line_is_named(tmp_path, rows, delimiter, end, way):
    # A number in each row, as every rating has one: a row of blanks alone is a blank line.
    rows = [[str(number), *row[1:]] for number, row in enumerate(rows)]
    if end == "\n":
        # Before Python 3.13 the writer leaves carriage returns bare then, as if they ended lines.
        rows = [[field.replace("\r", "") for field in row] for row in rows]
    path = tmp_path / "table.csv"
    path.write_bytes(written(rows, delimiter, end, **way).encode())
    try:
        found = [fields for _, fields in open_table(path, delimiter).rows()]
    except DataError as error:
        refused = str(error)
    else:
        refused = ""
        assert found == rows
    assert not refused or re.match(r"table.csv, line \d+: ", refused)


@pytest.mark.parametrize(
    "rows",
    [
        [["0", "\\;", "\n;;", "a"]],
        [["0", "\\;", "\n;;", "\n;\\;;"]],
        [["0", "a", "a", "\n;\\;;"]],
        [["0", "\\;;\n", "a", ";\n0;;;"]],
        [["3", "", "", "\\0"], ["4", "", "", ";\\"], ["5", "\n;0", "", ""]],
    ],
)
@pytest.mark.parametrize("way", [{"quoting": csv.QUOTE_NONE, "escapechar": "\\"}, {"quoting": csv.QUOTE_MINIMAL}])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_lines_that_may_be_rows_or_parts_of_a_field_are_not_guessed(tmp_path, rows, way, delimiter):
    rows = [[field.replace(";", delimiter) for field in row] for row in rows]
    path = tmp_path / "table.csv"
    path.write_bytes(written(rows, delimiter, "\n", **way).encode())
    try:
        found = [fields for _, fields in open_table(path, delimiter).rows()]
    except DataError:
        return
    assert found == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "way",
    [
        {"quoting": csv.QUOTE_MINIMAL},
        {"quoting": csv.QUOTE_ALL},
        {"quoting": csv.QUOTE_ALL, "doublequote": False, "escapechar": "\\"},
        {"quoting": csv.QUOTE_NONE, "escapechar": "\\"},
    ],
)
def test_usual_awkward_titles_are_read_in_every_dialect(tmp_path, delimiter, way):
    titles = ['Say "So"', 'The 7" Single', "One, Two; Three|Four\tFive", '"Whole"', "", "  Blanks  ", "Été"]
    rows = [[str(number), "1", "4", title] for number, title in enumerate(titles)]
    path = tmp_path / "table.csv"
    path.write_bytes(written(rows, delimiter, "\r\n", **way).encode())
    assert [fields for _, fields in open_table(path, delimiter).rows()] == rows


def read(tmp_path, content: bytes | str, delimiter=",", **how):
    path = tmp_path / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(open_table(path, delimiter, **how).rows())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(tmp_path, end):
    text = end.join(["a,b", "1,2", "", '3,"4', ' 5"', "6,7"])
    assert read(tmp_path, text) == [(2, ["1", "2"]), (4, ["3", f"4{end} 5"]), (6, ["6", "7"])]


@pytest.mark.parametrize("title", ['Swing 5" Club', 'The 7" Single (2004)', '12"', 'a ""b"" c'])
def test_a_mark_inside_an_unquoted_field_is_a_character(tmp_path, title):
    assert read(tmp_path, f"a,b\n1,{title}\n2,plain\n") == [(2, ["1", title]), (3, ["2", "plain"])]


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        (["1,2,3", '4,5,"open', "7,8,9"], 3, "never closed"),
        (["1,2,3", '4,5,"open', "7,8,9", '1,2,"closed"'], 3, "closes a field and text follows"),
        (["1,2,3", '4,5,"open', "7,8,9", '1,2,7"'], 3, "runs on over other rows"),
        (["1,2,3", '4,5,"a" b'], 3, "text follows"),
        (["1,2,3,4"], 2, "4 fields where 3 are expected"),
        (["1,2,3", "1,2"], 3, "2 fields where 3 are expected"),
        ([f"1,2,{'x' * 140_000}"], 2, "more than 131,072 characters"),
        (["1,2,3", f'1,2,"{"x" * 100_000}', f"1,2,{'y' * 100_000}"], 3, "never closed"),
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path, rows, line, words):
    with pytest.raises(DataError, match=rf"t.csv, line {line}: .*{words}"):
        read(tmp_path, "\n".join(["a,b,c", *rows, ""]))


def test_tabs_without_quoting_are_taken_as_they_stand(tmp_path):
    text = 'a\tb\n1\t"Great" Cats\n2\tplain "x"\n3\t"open\n'
    assert read(tmp_path, text, "\t") == [(2, ["1", '"Great" Cats']), (3, ["2", 'plain "x"']), (4, ["3", '"open'])]
    with pytest.raises(DataError, match="line 2"):
        read(tmp_path, text.replace("\t", ","))


def test_a_backslash_is_an_escape_only_where_it_has_to_be(tmp_path):
    assert read(tmp_path, 'a;b\n1;"Say \\"So\\"; then"\n', ";") == [(2, ["1", 'Say "So"; then'])]
    assert read(tmp_path, "a,b\n1,AC\\DC\n2,C:\\\\x\n") == [(2, ["1", "AC\\DC"]), (3, ["2", "C:\\\\x"])]
    both_ways = "a,b\n1,x\n2,C:\\\\x\n"
    with pytest.raises(DataError, match=r"line 3: a backslash may escape"):
        read(tmp_path, both_ways)
    assert read(tmp_path, both_ways, standard=True)[1] == (3, ["2", "C:\\\\x"])


# --- encodings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("latin-1", "latin-1"),
        ("cp1252", "latin-1"),
    ],
)
def test_the_encoding_that_fits_is_taken(tmp_path, codec, found):
    path = tmp_path / "t.csv"
    path.write_bytes("a,b\n1,Amélie à Paris\n2,Ça va, œuf\n".replace(", œuf", "").encode(codec))
    table = open_table(path, ",")
    assert table.text.encoding == found
    assert table.header == ("a", "b")
    assert [fields[1] for _, fields in table.rows()] == ["Amélie à Paris", "Ça va"]
    assert bool(table.notes()) == (found not in ("utf-8", "utf-8-sig"))


def test_windows_1252_is_told_from_latin_1(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("a,b\n1,l’œuf – “là”\n".encode("cp1252"))
    table = open_table(path, ",")
    assert next(table.rows()) == (2, ["1", "l’œuf – “là”"])
    assert table.notes() == ["t.csv was read as Windows-1252."]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a,b\n1,x\n2,Caf\x81\n", 3),
        (b"a,b\n1,Caf\xc3\xa9\n2,Caf\xe9\n", 3),
        (b"\xef\xbb\xbfa,b\n1,Caf\xe9\n", 2),
        (b"a,b\n1,x\n2,a\0b\n", 3),
        ("a,b\n1,x\n".encode("utf-16")[:-1], 2),
        (b"a,b\r1,x\r2,Caf\x8d\r", 3),
    ],
)
def test_text_of_no_known_encoding_is_refused_by_line(tmp_path, content, line):
    with pytest.raises(DataError, match=rf"t.csv, line {line}: .*Save the file as UTF-8"):
        read(tmp_path, content)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said_to_be_empty(tmp_path, content):
    with pytest.raises(DataError, match=r"t\.csv is empty"):
        read(tmp_path, content)
