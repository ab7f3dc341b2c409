"""When something was rated or marked, as clients tell it."""

from typing import Annotated

from pydantic import AfterValidator, Field

__all__ = ["LATEST_MS", "Time"]

LATEST_MS = 2**32 * 1000
_EARLIEST_MS = 10**11
"""In 1973, when nobody rated films yet; as seconds it lies in the year 5138."""


def _in_milliseconds(time: int) -> int:
    if not _EARLIEST_MS <= time < LATEST_MS:
        raise ValueError(
            f"a time is in milliseconds since 1970, such as 1700000000000, and {time} is none of 1973 to 2106: "
            "seconds are to be multiplied by 1000, and what is not known is left out"
        )
    return time


Time = Annotated[
    int,
    AfterValidator(_in_milliseconds),
    Field(json_schema_extra={"minimum": _EARLIEST_MS, "exclusiveMaximum": LATEST_MS}),
]
