"""One list for several people."""

from dashboard.page import Page
from dashboard.pages.together.ids import Together
from dashboard.pages.together.layout import layout

__all__ = ["PAGE"]

PAGE = Page(
    path="/together",
    title="Together",
    layout=layout,
    order=20,
    label="Together",
    addresses=(Together.ADDRESS,),
)
