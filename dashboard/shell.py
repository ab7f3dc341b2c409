"""The frame around every page."""

from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import html

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["INDEX_STRING", "build_layout"]

INDEX_STRING = """<!DOCTYPE html>
<html lang="en">
  <head>
    {%metas%}
    <title>{%title%}</title>
    {%favicon%}
    {%css%}
  </head>
  <body>
    {%app_entry%}
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>
"""


def build_layout(service: "CineMatch") -> dmc.MantineProvider:
    """Return the frame with the data set's name."""
    return dmc.MantineProvider(html.Main(html.H1(f"CineMatch: {service.dataset_view().name}")))
