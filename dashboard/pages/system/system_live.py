"""What changes while the server runs: requests, models, memory, disk."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from core.memory_limit import container_limit
from core.service import CineMatch
from core.views import DiskUse, JobView, ModelStatus, goes_on
from dashboard.components.algorithm_card import algorithm_card
from dashboard.components.bars import share_bars
from dashboard.pages.system.attention import attention, needs
from dashboard.pages.system.traffic_panel import traffic_panel
from dashboard.web.processes import ProcessRow, server_processes, total_mb
from dashboard.web.traffic import TrafficHour

__all__ = ["system_live"]


def system_live(
    service: CineMatch, traffic: TrafficHour, jobs: Sequence[JobView], jobs_trouble: str | None = None
) -> Component:
    """Return what needs a person, requests, models and memory, as they are now."""
    statuses = service.models()
    rows, disk = server_processes(), service.disk_use()
    limit, _ = container_limit()
    wrong = (service.storage_trouble(), service.newer, *_trouble(service), jobs_trouble)
    told = [sentence for sentence in wrong if sentence]
    return html.Div(
        [
            attention([*told, *needs(statuses, traffic, total_mb(rows) / limit, disk, jobs)]),
            traffic_panel(traffic, {status.key: status.name for status in statuses}),
            html.Section(
                [
                    html.Div(
                        [html.H2("Models"), html.P(_loaded(service, statuses), className="muted")],
                        className="section-head",
                    ),
                    html.Div([_model(status) for status in statuses], className="algorithm-grid"),
                ],
                className="section",
            ),
            html.Section([html.H2("Memory and disk"), _memory(service, rows, disk)], className="section stack"),
        ]
    )


def _trouble(service: CineMatch) -> list[str]:
    return [] if service.learning is None else service.learning.trouble()


def _loaded(service: CineMatch, statuses: Sequence[ModelStatus]) -> str:
    """Return how many models are loaded, and how long the others will take."""
    told = f"{sum(status.state == 'loaded' for status in statuses)} of {len(statuses)} loaded"
    learning = service.learning
    if not goes_on(learning):
        return told
    fits, measures = len(learning.pending("fits")), len(learning.pending("measures"))
    return f"{told}; {fits} being learned, {measures} being measured, all done in {learning.left_in_words}"


def _model(status: ModelStatus) -> Component:
    card = algorithm_card(status)
    rows = [(name, json.dumps(value)) for name, value in status.config.items()]
    when = status.trained_at
    told = f"Trained {_age(when)}, {when[:16].replace('T', ' ')} UTC" if when else ""
    trained = [html.P(told, className="algorithm-how")] if told else []
    config = html.Details(
        [
            html.Summary("Configuration"),
            html.Dl([part for name, value in rows for part in (html.Dt(name), html.Dd(value))], className="facts"),
        ],
        className="config tabular",
    )
    card.children = [*card.children, *trained, *([config] if rows else [])]
    return card


def _age(when: str) -> str:
    try:
        then = datetime.fromisoformat(when)
    except ValueError:
        return "at an unknown time"
    days = (datetime.now(UTC) - (then if then.tzinfo else then.replace(tzinfo=UTC))).days
    return "today" if days < 1 else f"{days} day{'' if days == 1 else 's'} ago"


def _memory(service: CineMatch, rows: list[ProcessRow], disk: DiskUse) -> Component:
    limit, where = container_limit()
    used = total_mb(rows)
    models = service.model_memory()
    bars = [
        ("All processes", used / limit, f"{used:,.0f} of {limit:,.0f} MB ({where})"),
        (
            "Models",
            models.used_mb / models.budget_mb,
            f"{models.used_mb:,.1f} of {models.budget_mb:,.0f} MB budget",
        ),
    ]
    taken = disk.total_mb - disk.free_mb
    on_disk = [("Disk", taken / disk.total_mb, f"{disk.free_mb:,.0f} of {disk.total_mb:,.0f} MB free")]
    on_disk += [(name, size / disk.total_mb, f"{size:,.1f} MB") for name, size in disk.places.items()]
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
            html.Div(
                [
                    share_bars(bars, "Memory in use", top=1.0),
                    share_bars(on_disk, "Disk in use", top=1.0),
                ],
                className="panel stack",
            ),
            html.Div([table, html.P(note, className="note")], className="panel stack"),
        ],
        className="two",
    )
