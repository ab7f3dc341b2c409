import csv
import io
import re

import pytest

from core.display.spreadsheet import csv_text


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " =1",
        " \t=1",
        "\u200b =1",
        "\u2003＝1",
        "﹦1",
        "﹢1",
        "\x1b=1",
        "\x85=1",
        "\x00=1",
    ],
)
def test_no_cell_is_a_formula(text):
    (_, row) = csv.reader(io.StringIO(csv_text(["a", "b"], [[text, -1.5]]).removeprefix("\ufeff"), newline=""))
    assert row == ["'" + re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text), "-1.5"]


@pytest.mark.parametrize("text", ["The\nFilm", "The\r\n=1", "a\x1b[31mb", "Sci\tFi"])
def test_a_cell_ends_where_it_ends(text):
    written = csv_text(["a"], [[text]]).removeprefix("\ufeff")
    assert written.count("\r\n") == 2
    assert written.replace("\r\n", "").isprintable()


def test_other_text_stays_and_the_file_begins_with_a_mark():
    text = csv_text(["title", "genres", "year"], [["Amélie", "Comedy|Romance", None], ["", "x-y", 2001]])
    assert text == "\ufefftitle,genres,year\r\nAmélie,Comedy|Romance,\r\n,x-y,2001\r\n"
    assert text.encode()[:3] == b"\xef\xbb\xbf"
