"""What all figures share."""

from typing import Any

__all__ = ["CONFIG", "SERIES", "axis", "figure"]

Figure = dict[str, Any]

CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True}
"""For `dcc.Graph`: no toolbar; below every figure that needs it stands a table or a sentence."""

SERIES = ("#c08c12", "#4d8fac", "#b5594a", "#6f9a58", "#8d75b8", "#c27a3d", "#4fa08f", "#9a8f7c")
"""Colours of several series: distinguishable, and visible on both grounds."""


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Return an axis without lines, with quiet grid lines."""
    return {
        "title": {"text": title, "standoff": 14, "font": {"size": 12}},
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
        "ticks": "",
        **more,
    }


def figure(data: list[dict[str, Any]], *, height: int = 300, **layout: Any) -> Figure:
    """Return a figure on a transparent ground."""
    return {
        "data": data,
        "layout": {
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 12, "b": 8, "pad": 4},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"size": 12},
            "showlegend": False,
            "hoverlabel": {"align": "left"},
            "dragmode": False,
            "bargap": 0.18,
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "title": {"text": ""}},
            **layout,
        },
    }
