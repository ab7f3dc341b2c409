"""What an algorithm is, whether it is there, and what was measured of it on held-out ratings."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from core.display.metrics import metric_label
from core.display.paths import without_directories
from core.views import ModelStatus
from dashboard.components.icons import icon

__all__ = [
    "LIKED_TOGETHER",
    "algorithm_card",
    "algorithm_note",
    "algorithm_options",
    "measured_how",
    "metric_rows",
    "similarity_options",
]

LIKED_TOGETHER = "liked-together"
"""The choice of no algorithm where films like a film are asked for."""

_SHOWN_FIRST = ("liked_ndcg@10", "disliked@10", "rated_ndcg@10", "rmse", "mae")
_STATES = {"loaded": "Loaded", "skipped": "Left out", "failed": "Failed", "missing": "Not trained"}


def algorithm_options(statuses: list[ModelStatus]) -> list[dict[str, Any]]:
    """Return options of a select; what is not loaded is there, disabled, with its state."""
    return [
        {
            "value": status.key,
            "label": status.name if status.state == "loaded" else f"{status.name} ({_state(status).lower()})",
            "disabled": status.state != "loaded",
        }
        for status in statuses
    ]


def _state(status: ModelStatus) -> str:
    return "Being learned" if status.state == "missing" and status.learning else _STATES[status.state]


def similarity_options(statuses: list[ModelStatus]) -> list[dict[str, Any]]:
    """Return options of a select of measures: what needs no algorithm first, then those that know a likeness."""
    first = {"value": LIKED_TOGETHER, "label": "Liked by the same people", "disabled": False}
    return [first, *algorithm_options([status for status in statuses if status.similarity])]


def algorithm_card(status: ModelStatus, *, details: bool = True) -> html.Div:
    """Return a card of one algorithm."""
    ready = status.state == "loaded"
    body: list[Component] = [html.P(status.summary, className="algorithm-summary")]
    if not ready and status.reason:
        body.append(html.P([icon("alert"), " ", without_directories(status.reason)], className="algorithm-reason"))
    rows = metric_rows(status.metrics)
    if rows:
        body.append(
            html.Dl(
                [html.Div([html.Dt(name), html.Dd(value, className="tabular")]) for name, value in rows],
                className="metrics",
            )
        )
        body.append(measured_how(status.metrics))
    elif ready:
        told = "Being measured on held-out ratings." if status.learning else "Not measured on held-out ratings yet."
        body.append(html.P(told, className="algorithm-how"))
    if details:
        facts = [
            f"{label} {value:,.1f} MB"
            for label, value in (("disk", status.disk_mb), ("mapped", status.mapped_mb), ("heap", status.resident_mb))
            if value is not None
        ]
        if facts:
            body.append(html.P(" · ".join(facts), className="algorithm-how tabular"))
        if status.list_recall is not None:
            told = f"Lists are looked for among candidates: they hold {status.list_recall:.1%} of the ten best films."
            body.append(html.P(told, className="algorithm-how"))
    return html.Div(
        [
            html.Div(
                [
                    html.H3(status.name),
                    html.Span(_state(status), className=f"state-badge state-{status.state}"),
                ],
                className="algorithm-head",
            ),
            *body,
        ],
        className=f"algorithm-card is-{status.state}",
    )


def algorithm_note(status: ModelStatus) -> html.Div:
    """Return what an algorithm is and what was measured of it, in few lines beside its select."""
    rows = metric_rows(status.metrics)
    measured: list[Component] = (
        [
            html.P(" · ".join(f"{name} {value}" for name, value in rows), className="tabular"),
            measured_how(status.metrics),
        ]
        if rows
        else [html.P("Not measured on held-out ratings yet.")]
    )
    return html.Div([html.P(status.summary), *measured], className="stack-xs")


def metric_rows(metrics: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return up to five measured values as text, what people love first, whatever else the manifest holds."""
    flat = _flatten(metrics)
    names = [name for name in _SHOWN_FIRST if name in flat]
    return [(metric_label(name), f"{flat[name]:.3f}") for name in names]


def measured_how(metrics: Mapping[str, Any]) -> html.Details:
    """Return how a model was measured, folded below its seed."""
    seed = f", seed {metrics['seed']}" if metrics.get("seed") is not None else ""
    how = str(metrics.get("how") or "On ratings that were held out from a model of the same configuration.")
    return html.Details([html.Summary(f"On held-out ratings{seed}"), html.P(how)], className="config")


def _flatten(metrics: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            inner = value.get("value", value.get("mean"))
            if isinstance(inner, int | float):
                found[name.lower()] = float(inner)
            else:
                found |= _flatten(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[name.lower()] = float(value)
    return found
