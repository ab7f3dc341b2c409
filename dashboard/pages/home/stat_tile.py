"""Single numbers with their names."""

from collections.abc import Sequence

from dash import html

__all__ = ["big_number", "stat_list"]


def big_number(value: float) -> str:
    """Return a count as people read it: ``100,836``, ``32.0 M``."""
    return f"{value / 1e6:.1f} M" if value >= 1e6 else f"{value:,.0f}"


def stat_list(stats: Sequence[tuple[str, str, str]]) -> html.Dl:
    """Return numbers as a description list; each is (name, value, note)."""
    return html.Dl(
        [
            html.Div(
                [
                    html.Dt(name),
                    html.Dd(value, className="stat-value"),
                    *([html.Dd(note, className="stat-note")] if note else []),
                ],
                className="stat",
            )
            for name, value, note in stats
        ],
        className="stats",
    )
