"""The first page."""

from dashboard.page import Page
from dashboard.pages.home.layout import layout

__all__ = ["PAGE"]

PAGE = Page(
    path="/",
    title="CineMatch",
    layout=layout,
    order=0,
)
