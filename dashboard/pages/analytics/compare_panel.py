"""Controls, progress and place of a comparison of algorithms."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.evaluation.runs import RunSummary
from core.views import ModelStatus
from dashboard.components.icons import icon
from dashboard.components.states import empty_state
from dashboard.pages.analytics.ids import Analytics

__all__ = ["compare_panel", "run_options"]

_FOLDS = (1, 3, 5, 10)
_PROTOCOLS = {"ranking": "Ranking films", "ratings": "Predicting stars"}


def run_options(runs: Sequence[RunSummary]) -> list[dict[str, str]]:
    """Return stored runs as options of a select, the latest first."""
    return [
        {
            "value": run.run_id,
            "label": f"{_PROTOCOLS.get(run.protocol, run.protocol)} · {run.dataset} · "
            f"{len(run.algorithms)} algorithm{'' if len(run.algorithms) == 1 else 's'} · "
            f"{run.created_at[:16].replace('T', ' ')} UTC",
        }
        for run in runs
    ]


def compare_panel(statuses: Sequence[ModelStatus], runs: Sequence[RunSummary], chosen: str | None) -> Component:
    """Return the tab; `chosen` is the stored run to show first."""
    keys = [status.key for status in statuses]
    return html.Div(
        [
            html.P(
                "Part of the ratings is put aside, every algorithm is fitted anew on the rest, and then asked about "
                "what was put aside. Nothing here is measured on ratings that an algorithm has seen.",
                className="lede",
            ),
            html.Section(
                [html.Div(_controls(statuses, keys), className="stack"), _job(), *_stores()],
                className="panel",
                **{"aria-label": "New measurement"},
            ),
            html.Section(
                [
                    html.Div(
                        [
                            html.H2("Results"),
                            dmc.Select(
                                id=Analytics.STORED,
                                data=run_options(runs),
                                value=chosen,
                                allowDeselect=False,
                                placeholder="No stored measurement yet",
                                nothingFoundMessage="No stored measurement yet",
                                w="min(34rem, 100%)",
                                **{"aria-label": "Stored measurement"},
                            ),
                        ],
                        className="section-head",
                    ),
                    html.Div(
                        empty_state("Nothing measured yet", "Start a measurement above. Its result is kept."),
                        id=Analytics.RUN_VIEW,
                    ),
                ],
                className="section-tight",
            ),
        ],
        className="stack-lg",
    )


def _controls(statuses: Sequence[ModelStatus], keys: list[str]) -> list[Component]:
    options: list[Any] = [
        dmc.Chip(status.name, value=status.key, size="sm", autoContrast=True) for status in statuses
    ]
    return [
        html.Div(
            [
                html.Div("Algorithms", className="control-label", id=f"{Analytics.ALGORITHMS}-label"),
                html.Div(
                    dmc.ChipGroup(options, id=Analytics.ALGORITHMS, multiple=True, value=keys),
                    className="chips",
                    role="group",
                    **{"aria-labelledby": f"{Analytics.ALGORITHMS}-label"},
                ),
            ]
        ),
        html.Div(
            [
                html.Div(
                    [
                        html.Div("Question", className="control-label"),
                        dmc.SegmentedControl(
                            id=Analytics.PROTOCOL,
                            data=[{"value": key, "label": label} for key, label in _PROTOCOLS.items()],
                            value="ranking",
                            fullWidth=True,
                            **{"aria-label": "Question"},
                        ),
                    ]
                ),
                dmc.Select(
                    id=Analytics.FOLDS,
                    label="Splits",
                    data=[
                        {"value": str(folds), "label": f"{folds} folds" if folds > 1 else "one 80/20 split"}
                        for folds in _FOLDS
                    ],
                    value="5",
                    allowDeselect=False,
                    disabled=True,
                ),
                dmc.NumberInput(id=Analytics.SEED, label="Seed", value=42, min=0, max=2**31 - 1, allowDecimal=False),
                dmc.Switch(id=Analytics.AGAIN, label="Measure again even if stored", checked=False, pb=8),
            ],
            className="compare-controls",
        ),
        html.Div(
            [
                dmc.Button("Measure", id=Analytics.RUN, leftSection=icon("play")),
                dmc.Button("Cancel", id=Analytics.CANCEL, variant="default", disabled=True),
            ],
            className="toolbar",
        ),
    ]


def _stores() -> list[Component]:
    return [
        dcc.Store(id=name) for name in (Analytics.ORDER, Analytics.FINISHED, Analytics.SHOWN, Analytics.RUN_ADDRESS)
    ]


def _job() -> Component:
    return html.Div(
        [
            dmc.Progress(
                id=Analytics.PROGRESS, value=0, size="md", **{"aria-label": "Share of the measurement done"}
            ),
            html.P(id=Analytics.PROGRESS_TEXT, className="note tabular", **{"aria-live": "polite"}),
        ],
        id=Analytics.PROGRESS_BOX,
        className="job",
        style={"display": "none"},
    )
