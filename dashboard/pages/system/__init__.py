"""The machinery: models, memory, data set, versions."""

from dashboard.page import Page
from dashboard.pages.system.layout import layout

__all__ = ["PAGE"]

PAGE = Page(
    path="/system",
    title="System",
    layout=layout,
    order=50,
    label="System",
)
