"""Lists for a stored user or a visitor, with reasons."""

from dashboard.page import Page
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.layout import layout

__all__ = ["PAGE"]

PAGE = Page(
    path="/recommend",
    title="Recommendations",
    layout=layout,
    order=10,
    label="Recommend",
    addresses=(Recommend.ADDRESS,),
)
