"""What a page declares of itself; routing, titles, navigation and address bar follow from it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["Page"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the dashboard, declared as `PAGE` by its package in dashboard/pages."""

    path: str
    """Below the application's prefix. A part in braces stands for an id: ``/movie/{movie_id}``."""

    title: "str | Callable[..., str]"
    """In the browser's tab; where it depends on the address, a function of the service and the path's numbers."""

    layout: "Callable[..., Component]"
    """Called with the service, the address's query and, by name, the path's numbers."""

    order: int
    """Place in the navigation, from the smallest."""

    label: str | None = None
    """Name in the navigation; without it the page is not there."""

    addresses: tuple[str, ...] = ()
    """Ids of the stores whose data the browser shows as its address."""

    def match(self, path: str) -> dict[str, int | str] | None:
        """Return the ids of a path by name, numbers as such, or None where it is not this page's."""
        found = _pattern(self.path).fullmatch(path)
        return {name: _id(text) for name, text in found.groupdict().items()} if found else None

    def title_for(self, service: "CineMatch", **numbers: int | str) -> str:
        """Return the title of the page that a path with these ids shows."""
        return self.title if isinstance(self.title, str) else self.title(service, **numbers)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    # What is longer is no id, and costs nothing to refuse.
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]{1,600})", path))


def _id(text: str) -> int | str:
    plain = unquote(text)
    return (
        int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 18 and plain == str(int(plain)) else plain
    )
