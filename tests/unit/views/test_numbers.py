"""Numbers that come as text have one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInputError
from core.views import number_of, whole_number


@given(st.integers(0, 2**53))
def test_a_number_as_it_is_printed_is_read(number: int) -> None:
    assert whole_number(str(number)) == whole_number(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "²",
        "٣",
        "१",
        "1_0",
        "+5",
        "-1",
        " 7",
        "7 ",
        "007",
        "1e3",
        "5.0",
        "9" * 5000,
        str(2**53 + 1),
        True,
        None,
        5.0,
        [],
    ],
)
def test_what_python_reads_as_a_number_as_well_is_none(text: object) -> None:
    assert whole_number(text) is None
    with pytest.raises(InvalidInputError, match="viewer is a whole number"):
        number_of(text, "viewer")


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = whole_number(text, 3, 40)
    assert number is None or (str(number) == text and 3 <= number <= 40)
