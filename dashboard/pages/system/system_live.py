"""What changes while the server runs: models and memory."""

import json

from dash import html
from dash.development.base_component import Component

from core.memory_limit import container_limit
from core.service import CineMatch
from core.views import ModelStatus
from dashboard.components.algorithm_card import algorithm_card
from dashboard.components.bars import share_bars
from dashboard.pages.system.processes import ProcessRow, server_processes

__all__ = ["system_live"]


def system_live(service: CineMatch) -> Component:
    """Return the models' cards and the memory table, as they are now."""
    statuses = service.models()
    loaded = sum(status.state == "loaded" for status in statuses)
    return html.Div(
        [
            html.Section(
                [
                    html.Div(
                        [html.H2("Models"), html.P(f"{loaded} of {len(statuses)} loaded", className="muted")],
                        className="section-head",
                    ),
                    html.Div([_model(status) for status in statuses], className="algorithm-grid"),
                ]
            ),
            html.Section([html.H2("Memory"), _memory(service, server_processes())], className="section stack"),
        ]
    )


def _model(status: ModelStatus) -> Component:
    card = algorithm_card(status)
    rows = [(name, json.dumps(value)) for name, value in status.config.items()]
    when = status.trained_at
    trained = [html.P(f"Trained {when[:16].replace('T', ' ')} UTC", className="algorithm-how")] if when else []
    config = html.Details(
        [
            html.Summary("Configuration"),
            html.Dl([part for name, value in rows for part in (html.Dt(name), html.Dd(value))], className="facts"),
        ],
        className="config tabular",
    )
    card.children = [*card.children, *trained, *([config] if rows else [])]
    return card


def _memory(service: CineMatch, rows: list[ProcessRow]) -> Component:
    limit, where = container_limit()
    shared = all(row.pss is not None for row in rows)
    used = sum(row.pss if shared and row.pss is not None else row.rss for row in rows)
    models = service.model_memory()
    bars = [
        ("All processes", used / limit, f"{used:,.0f} of {limit:,.0f} MB ({where})"),
        (
            "Models",
            models.used_mb / models.budget_mb,
            f"{models.used_mb:,.1f} of {models.budget_mb:,.0f} MB budget",
        ),
    ]
    table = html.Table(
        [
            html.Caption("Processes of this server, MB", className="visually-hidden"),
            html.Thead(html.Tr([html.Th(name, scope="col") for name in ("Process", "PID", "RSS", "PSS", "USS")])),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(row.role, scope="row"),
                            html.Td(str(row.pid)),
                            *(
                                html.Td("-" if size is None else f"{size:,.0f}")
                                for size in (row.rss, row.pss, row.uss)
                            ),
                        ]
                    )
                    for row in rows
                ]
            ),
        ],
        className="plain-table tabular",
    )
    note = (
        "PSS counts pages that processes share in equal parts, so its sum is what the server really takes; "
        "USS is what one process alone would give back."
    )
    return html.Div(
        [
            html.Div(share_bars(bars, "Memory in use", top=1.0), className="panel"),
            html.Div([table, html.P(note, className="note")], className="panel stack"),
        ],
        className="two",
    )
