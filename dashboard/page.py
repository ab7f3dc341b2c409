"""What a page declares of itself; routing, titles, navigation and address bar follow from it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["Page"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the dashboard, declared as `PAGE` by its package in dashboard/pages."""

    path: str
    """Below the application's prefix. A part in braces stands for a whole number: ``/movie/{movie_id}``."""

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

    def match(self, path: str) -> dict[str, int] | None:
        """Return the whole numbers of a path by name, or None where it is not this page's."""
        found = _pattern(self.path).fullmatch(path)
        return {name: int(digits) for name, digits in found.groupdict().items()} if found else None

    def title_for(self, service: "CineMatch", **numbers: int) -> str:
        """Return the title of the page that a path with these numbers shows."""
        return self.title if isinstance(self.title, str) else self.title(service, **numbers)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    # Eighteen digits at most: what is longer is no id, and costs nothing to refuse.
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>\\d{1,18})", path))
