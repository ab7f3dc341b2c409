"""Numbers that come as text from outside: one form, read in one place."""

from core.errors import InvalidInputError

__all__ = ["number_of", "whole_number"]

_DIGITS = 16
"""Of the largest id, and of the largest number that JavaScript keeps."""


def whole_number(text: object, low: int = 0, high: int = 2**53) -> int | None:
    """Return a whole number that is written out in ASCII digits as it is printed, or None for anything else.

    Not what Python reads as one as well: ``1_0``, ``+5``, `` 7``, ``007``, superscripts and digits of other scripts;
    nor numbers as long as one likes, which take long to read.
    """
    if isinstance(text, int) and not isinstance(text, bool):
        return text if low <= text <= high else None
    if not isinstance(text, str) or len(text) > _DIGITS or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if low <= number <= high and str(number) == text else None


def number_of(text: object, what: str, low: int = 0, high: int = 2**53) -> int:
    """Return `whole_number` of something that has to be one.

    Raises
    ------
    InvalidInputError
        When it is none; the message says `what` it was to be.
    """
    number = whole_number(text, low, high)
    if number is None:
        raise InvalidInputError(f"The {what} is a whole number from {low} to {high}, not {str(text)[:40]!r}.")
    return number
