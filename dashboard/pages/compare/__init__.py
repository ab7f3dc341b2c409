"""What several algorithms list for one person, side by side."""

from dashboard.page import Page
from dashboard.pages.compare.ids import Compare
from dashboard.pages.compare.layout import layout

__all__ = ["PAGE"]

PAGE = Page(
    path="/compare", title="Side by side", layout=layout, order=38, label="Compare", addresses=(Compare.ADDRESS,)
)
