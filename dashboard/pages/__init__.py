"""Pages, a package each: layout, ids and the parts that no other page uses.

A package that stands here is served: it declares its `PAGE`, and callbacks/ holds a module of the same name.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from core.errors import InvalidIdError, UnknownIdError
from dashboard.page import Page

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["all_pages", "leads_somewhere"]


@cache
def all_pages() -> dict[str, Page]:
    """Return the pages by the names of their packages, in the order of the navigation.

    Raises
    ------
    TypeError
        When a package declares no page.
    ValueError
        When two pages have the same path.
    """
    names = [module.name for module in iter_modules(__path__) if module.ispkg]
    found: dict[str, Page] = {}
    for name in names:
        page = getattr(import_module(f"{__name__}.{name}"), "PAGE", None)
        if not isinstance(page, Page):
            raise TypeError(f"{__name__}.{name} declares no page: say PAGE = Page(...) in its __init__.py.")
        other = next((other for other, known in found.items() if known.path == page.path), None)
        if other is not None:
            raise ValueError(f"The pages {other} and {name} have the same path {page.path}: change one of them.")
        found[name] = page
    return dict(sorted(found.items(), key=lambda item: item[1].order))


def leads_somewhere(service: "CineMatch", path: str) -> bool:
    """Return whether a path below the prefix is a page's, and what it names is in the data set."""
    for page in all_pages().values():
        ids = page.match(path)
        if ids is not None:
            try:
                page.title_for(service, **ids)
            except (UnknownIdError, InvalidIdError):
                return False
            return True
    return False
