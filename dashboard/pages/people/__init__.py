"""People: friends who came by a link, how alike two are, and who of the data set is like oneself."""

from dashboard.page import Page
from dashboard.pages.people.ids import People
from dashboard.pages.people.layout import layout

__all__ = ["PAGE"]

PAGE = Page(
    path="/people",
    title="People",
    layout=layout,
    order=25,
    label="People",
    addresses=(People.ADDRESS,),
)
