import numpy as np
import pytest

from core.data.conventions import MAX_ID
from core.data.readers.ids import read_ids
from core.data.readers.values import (
    Scale,
    decimal,
    known_genre,
    parse_scale,
    seconds,
    spelling_of_genres,
    split_genres,
    whole_number,
)
from core.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10", 10), (" 10 ", 10), ("+10", 10), ("0010", 10), ("10.0", 10), ("1e3", 1000), ("1.500E+03", 1500),
        ("1.5e+03", 1500), ("1.5E+03", None), ("1.23457E+11", None), ("1.23457e+06", None),
        ("1" + ",111" * 3000, None),
        ("1,234", 1234), ("1,234,567", 1_234_567), ("1.234.567", 1_234_567), ("1 234", 1234),
        (str(MAX_ID), MAX_ID), (str(MAX_ID + 1), None), ("9" * 5000, None), ("-5", None), ("1.5", None),
        ("1.234", None), ("1.000", None), ("12,34", None), ("1e-3", None), ("1_000", None), ("ten", None),
        ("", None), ("٣", None), ("²", None), ("1e99", None),
    ],
)  # fmt: skip
def test_whole_numbers(text, value):
    assert whole_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("4", 4), ("4,5", 4.5), (" 4.50 ", 4.5), (".5", 0.5), ("nan", None), ("inf", None), ("1_0", None), ("", None)],
)
def test_decimals(text, value):
    assert decimal(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1559333700", 1559333700), ("1559333700.9", 1559333700), ("1.5593337E+09", 1559333700), ("0", 0),
        ("1.55933E+12", None), ("1.559333700123e+12", 1559333700), ("2019-05-31 20:15:00 UTC", 1559333700),
        ("1559333700123", 1559333700), ("1559333700123456", 1559333700), ("1559333700123456789", 1559333700),
        ("2019-05-31T20:15:00Z", 1559333700), ("2019-05-31 20:15:00", 1559333700),
        ("2019-05-31T22:15:00+02:00", 1559333700), ("2019-05-31", 1559260800), ("20190531", 1559260800),
        ("-1", None), ("1960-01-01", None), ("05/31/2019", None), ("", None), ("5000000000", None),
        ("9" * 400, None), ("1e400", None),
    ],
)  # fmt: skip
def test_times(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Drama|Comedy", ("Drama", "Comedy")),
        ("Drama, Comedy", ("Drama", "Comedy")),
        ("Drama; Comedy", ("Drama", "Comedy")),
        ("[{'id': 18, 'name': 'Drama'}, {'id': 35, 'name': 'Comedy'}]", ("Drama", "Comedy")),
        ('[{"id": 18, "name": "Children\'s"}]', ("Children's",)),
        ("[{'id': 18}]", ()),
        ("Drama,Comedy,", ("Drama", "Comedy")),
        ("['Drama', 'Comedy']", ("Drama", "Comedy")),
        (" Film   Noir ", ("Film Noir",)),
        ("", ()),
    ],
)
def test_genres_are_split(text, names):
    assert split_genres(text) == names


def test_genres_have_one_spelling():
    assert [known_genre(name) for name in ("drama", "SCI-FI", "sci fi", "Children's", "film noir", "Opera")] == [
        "Drama", "Sci-Fi", "Sci-Fi", "Children", "Film-Noir", "Opera",
    ]  # fmt: skip
    spelling = spelling_of_genres([["opera", "Opera"], ["Opera", "OPERA", "drama"]])
    assert spelling == {"opera": "Opera", "Opera": "Opera", "OPERA": "Opera", "drama": "Drama"}


def test_a_scale_is_mapped_linearly_to_the_nearest_half_star():
    halves, good = parse_scale("1-10").half_stars(np.array([1.0, 5.5, 7.0, 10.0, 0.0, 11.0]))
    assert halves[:4].tolist() == [1, 6, 7, 10]
    assert good.tolist() == [True] * 4 + [False] * 2
    assert parse_scale("0 to 100") == Scale(0, 100, rounded=True)
    assert parse_scale("-10-10") == Scale(-10, 10, rounded=True)
    for text in ("10", "10-1", "a-b", ""):
        with pytest.raises(InvalidInputError, match="--scale"):
            parse_scale(text)


def test_ids_that_are_mostly_text_get_numbers_of_their_own():
    ids = read_ids(["tt02", "tt01", "tt10"])
    assert ids.numbers == {"tt01": 1, "tt02": 2, "tt10": 3}
    assert read_ids(["B01", "B02", "7"]).numbers == {"7": 7, "B01": 8, "B02": 9}
    assert read_ids(["1", "2", "x"]).numbers is None
    assert read_ids(["76561197970982479", "76561197970982480"]).numbers is not None
    assert read_ids(["1", "2"], as_text=True).numbers == {"1": 1, "2": 2}
