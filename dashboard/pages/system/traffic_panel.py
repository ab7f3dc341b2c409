"""What the server was asked in the last hour."""

from collections.abc import Mapping
from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.components.chart import chart
from dashboard.components.tables import plain_table
from dashboard.figures.base import Figure, axis, figure
from dashboard.web.traffic import TrafficHour, TrafficRow

__all__ = ["traffic_panel"]

_ROUTES = 12


def traffic_panel(hour: TrafficHour, names: Mapping[str, str]) -> Component:
    """Return rates, times and failures by route and by algorithm, whose `names` people know."""
    total = hour.total
    facts = [
        (f"{hour.per_second:.2f}", "requests a second, last minute"),
        (f"{total.answers:,}", f"answers in {_span(hour.seconds)}"),
        (_ms(total.median), "median"),
        (_ms(total.p95), "95 of 100 stay below"),
        (_ms(total.p99), "99 of 100 stay below"),
        (f"{total.failed:,}", "failed"),
    ]
    tiles = html.Dl(
        [html.Div([html.Dt(told), html.Dd(value)]) for value, told in facts], className="live-facts tabular"
    )
    parts: list[Component] = [html.H2("Requests, live"), tiles]
    algorithms = [
        (names.get(key, key), f"{asked:,}", f"{failed:,}") for key, (asked, failed) in sorted(hour.algorithms.items())
    ]
    parts.append(
        html.Div(
            [
                _table(
                    "By route",
                    ("Route", "Answers", "4xx", "Failed", "Median", "95%", "99%"),
                    [_cells(row) for row in hour.routes[:_ROUTES]],
                ),
                _table("By algorithm", ("Algorithm", "Asked", "Failed"), algorithms),
            ],
            className="live-tables",
        )
    )
    if len(hour.minutes) > 1:
        parts.append(
            html.Div(
                [
                    chart(
                        "Requests over time",
                        f"Answers per second, minute by minute: {hour.per_second:.2f} at last.",
                        _line(hour, 1, "requests a second"),
                    ),
                    chart(
                        "Memory over time",
                        f"All processes, background jobs included: {hour.minutes[-1][2]:,.0f} MB at last.",
                        _line(hour, 2, "megabytes"),
                    ),
                ],
                className="chart-grid",
            )
        )
    else:
        parts.append(html.P("Charts over time begin after two minutes with requests.", className="note"))
    return html.Section(parts, className="section stack")


def _line(hour: TrafficHour, which: int, title: str) -> Figure:
    times = [datetime.fromtimestamp(entry[0], UTC).isoformat(timespec="seconds") for entry in hour.minutes]
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": times,
        "y": [round(entry[which], 3) for entry in hour.minutes],
        "line": {"color": "#b8862a", "width": 2},
        "marker": {"color": "#b8862a", "size": 4},
        "hovertemplate": "%{x|%H:%M}: %{y:,}<extra></extra>",
    }
    return figure(
        [trace],
        height=220,
        xaxis=axis("UTC", type="date", showgrid=False, nticks=6),
        yaxis=axis(title, nticks=4, rangemode="tozero"),
    )


def _cells(row: TrafficRow) -> tuple[str, ...]:
    times = (_ms(row.median), _ms(row.p95), _ms(row.p99))
    return (row.name, f"{row.answers:,}", f"{row.refused:,}", f"{row.failed:,}", *times)


def _table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Component:
    body = [html.Tr([html.Th(first, scope="row"), *(html.Td(cell) for cell in rest)]) for first, *rest in rows]
    empty = html.Tr(html.Td("Nothing was asked in the last hour.", colSpan=len(heads)))
    return html.Div(
        [
            html.H3(title),
            plain_table(heads, body or [empty], title),
        ],
        className="panel stack-sm",
    )


def _ms(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def _span(seconds: float) -> str:
    return "the last hour" if seconds >= 3500 else f"the last {max(round(seconds / 60), 1)} min"
