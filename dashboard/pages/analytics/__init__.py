"""Charts, comparison of algorithms, similar films, the what-if."""

from dashboard.page import Page
from dashboard.pages.analytics.ids import Analytics, Map, WhatIf
from dashboard.pages.analytics.layout import layout

__all__ = ["PAGE"]

PAGE = Page(
    path="/analytics",
    title="Analytics",
    layout=layout,
    order=40,
    label="Analytics",
    addresses=(Analytics.RUN_ADDRESS, Analytics.SIMILAR_ADDRESS, Map.ADDRESS, WhatIf.ADDRESS),
)
