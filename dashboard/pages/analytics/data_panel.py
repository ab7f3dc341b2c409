"""The data set in charts."""

from dash.development.base_component import Component

from core.service import CineMatch
from dashboard.address import Query
from dashboard.components.overview_charts import overview_charts

__all__ = ["panel"]


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab."""
    del query
    return overview_charts(service.overview(), service.genre_pairs())
