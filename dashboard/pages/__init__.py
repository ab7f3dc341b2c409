"""Pages, a package each: layout, ids and the parts that no other page uses.

A package that stands here is served: it declares its `PAGE`, and callbacks/ holds a module of the same name.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from dashboard.page import Page

__all__ = ["all_pages"]


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
