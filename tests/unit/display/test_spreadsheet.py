import csv
import io

import pytest

from core.display.spreadsheet import csv_text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", " =1"]
)
def test_no_cell_is_a_formula(text):
    (_, row) = csv.reader(io.StringIO(csv_text(["a", "b"], [[text, -1.5]]).removeprefix("\ufeff"), newline=""))
    assert row == [f"'{text}", "-1.5"]


def test_other_text_stays_and_the_file_begins_with_a_mark():
    text = csv_text(["title", "genres", "year"], [["Amélie", "Comedy|Romance", None], ["", "x-y", 2001]])
    assert text == "\ufefftitle,genres,year\r\nAmélie,Comedy|Romance,\r\n,x-y,2001\r\n"
    assert text.encode()[:3] == b"\xef\xbb\xbf"
