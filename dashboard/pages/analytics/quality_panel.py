"""What is wrong with the data set, or odd."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from core.service import CineMatch
from core.views import Finding
from dashboard.address import Query
from dashboard.components.tables import plain_table

__all__ = ["panel", "quality_panel"]


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab."""
    del query
    return quality_panel(service.data_quality(), service.dataset_view().name)


def quality_panel(findings: Sequence[Finding], dataset: str) -> Component:
    """Return all findings, each with its share and a few examples."""
    found = [finding for finding in findings if finding.count]
    rows = [
        html.Tr(
            [
                html.Th(
                    [html.Span(one.title, className="cell-value"), html.Span(one.meaning, className="note")],
                    scope="row",
                ),
                html.Td(f"{one.count:,} of {one.among:,} {one.unit}"),
                html.Td(_share(one)),
                html.Td(", ".join(one.examples) or "-", className="examples"),
            ]
        )
        for one in findings
    ]
    heads = ("Finding", "How many", "Share", "Such as")
    return html.Div(
        [
            html.P(
                f"{len(found)} of {len(findings)} checks of {dataset} found something. What is odd is not wrong: "
                "algorithms are measured on these ratings as they are.",
                className="lede",
            ),
            html.Section(
                plain_table(heads, rows, "Quality of the data set", more_classes="findings"),
                className="panel",
            ),
        ],
        className="stack-lg",
    )


def _share(finding: Finding) -> str:
    if not finding.count:
        return "none"
    return f"{finding.share:.1%}" if finding.share >= 0.001 else "under 0.1%"
