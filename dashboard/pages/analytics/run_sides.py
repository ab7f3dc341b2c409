"""The sides from which a measurement can be seen: a side an address, a file a side."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dash import html
from dash.development.base_component import Component

from core.evaluation.runs import EvaluationRun, RunSummary
from core.service import CineMatch
from dashboard.address import Query, href
from dashboard.pages.analytics import pairs_side, people_side, run_view, tradeoff_side, versus_side

__all__ = ["SIDES", "chosen_run", "run_sides"]


class Side(NamedTuple):
    """A side of a measurement."""

    label: str
    show: Callable[[CineMatch, EvaluationRun, Query], Component]


SIDES = {
    "results": Side("Results", run_view.side),
    "trade-offs": Side("Trade-offs", tradeoff_side.side),
    "people": Side("Who is served badly", people_side.side),
    "differences": Side("Paired differences", pairs_side.side),
    "against": Side("Against another", versus_side.side),
}
"""By the name that addresses have for them; the first is shown where an address names none."""


def chosen_run(service: CineMatch, query: Query, stored: Sequence[RunSummary]) -> EvaluationRun | None:
    """Return the run of the address, else the latest; None where nothing is stored."""
    known = [run.run_id for run in stored]
    asked = query.get("run", "")
    wanted = asked if asked in known else next(iter(known), None)
    return None if wanted is None else service.measurements.run(wanted)


def run_sides(service: CineMatch, run: EvaluationRun, query: Query) -> Component:
    """Return a run from the side of the address, with links to the others."""
    first = next(iter(SIDES))
    side = query.get("side", first)
    side = side if side in SIDES else first
    links = [
        html.A(
            one.label,
            href=href("/analytics", tab="compare", run=run.run_id, side=None if key == first else key),
            className="chip",
            **{"data-nav": "1", **({"aria-current": "page"} if key == side else {})},
        )
        for key, one in SIDES.items()
    ]
    return html.Div(
        [
            html.Nav(links, className="chips", **{"aria-label": "Sides of this measurement"}),
            html.P(
                [
                    "Take it with you: ",
                    *(
                        part
                        for form, text in (("html", "one page"), ("csv", "table"), ("json", "everything"))
                        for part in (
                            html.A(
                                f"{form.upper()} ({text})",
                                href=href(f"/runs/{run.run_id}.{form}"),
                                className="text-link",
                                download="",
                            ),
                            " ",
                        )
                    ),
                ],
                className="note",
            ),
            html.P(
                f"{run.summary} Measured {run.created_at[:16].replace('T', ' ')} UTC in {run.seconds:,.0f} s "
                f"with code {run.environment['code_version']}.",
                className="muted",
            ),
            SIDES[side].show(service, run, query),
        ],
        className="stack-lg",
    )
