"""What is answered about one's own profile."""

from dataclasses import dataclass
from typing import Any

from pydantic import RootModel

from core.views import GivenList, ProfileView

__all__ = [
    "CodeAnswer",
    "CodeView",
    "CountAnswer",
    "DeletedAnswer",
    "ExportAnswer",
    "GivenAnswer",
    "KeptCount",
    "ProfileAnswer",
    "ShownAnswer",
    "ShownView",
    "StartAnswer",
    "StartView",
]


@dataclass(frozen=True, slots=True)
class StartView:
    """A profile that was begun, or found again."""

    token: str
    """For the header `Authorization: Bearer`; browsers get a cookie. Nothing else leads to what is kept."""
    name: str | None


@dataclass(frozen=True, slots=True)
class KeptCount:
    """How many of what was sent were taken up."""

    kept: int
    """Less than was sent where a later change was there already, or an event was told twice."""


@dataclass(frozen=True, slots=True)
class CodeView:
    """A code by which another device becomes this profile's."""

    code: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class ShownView:
    """A list that was noted."""

    list_id: str


class StartAnswer(RootModel[StartView]):
    """A profile that was begun, or found again."""


class ProfileAnswer(RootModel[ProfileView]):
    """What is kept."""


class ExportAnswer(RootModel[dict[str, Any]]):
    """All that is kept, of every data set."""


class DeletedAnswer(RootModel[dict[str, int]]):
    """How much was deleted."""


class CountAnswer(RootModel[KeptCount]):
    """How many of what was sent were taken up."""


class CodeAnswer(RootModel[CodeView]):
    """A code for another device."""


class GivenAnswer(RootModel[GivenList]):
    """A list for oneself."""


class ShownAnswer(RootModel[ShownView]):
    """A list that was noted."""
