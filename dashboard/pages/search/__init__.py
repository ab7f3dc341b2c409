"""The catalogue."""

from dashboard.page import Page
from dashboard.pages.search.ids import Search
from dashboard.pages.search.layout import layout

__all__ = ["PAGE"]

PAGE = Page(
    path="/search",
    title="Films",
    layout=layout,
    order=30,
    label="Films",
    addresses=(Search.ADDRESS,),
)
