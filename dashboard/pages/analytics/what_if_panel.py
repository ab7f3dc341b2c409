"""The tab that asks: what if the hybrid trusted its members otherwise?"""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.display.titles import short_title
from core.errors import CineMatchError
from core.service import CineMatch
from core.views import HybridWeights, ListItem, UserView
from dashboard.address import Query, href
from dashboard.components.icons import icon
from dashboard.components.job_list import jobs_panel
from dashboard.components.stars import stars
from dashboard.components.states import empty_state, error_state
from dashboard.components.tables import plain_table
from dashboard.components.user_select import user_select
from dashboard.pages.analytics.ids import WhatIf
from dashboard.pages.analytics.weight_sliders import HIGHEST, weight_sliders

__all__ = ["factors_of", "measured_view", "moved_lists", "panel", "what_if_panel"]

_METRICS = {
    "liked_ndcg@10": ("NDCG@10 of liked films", "higher is better", False),
    "rated_ndcg@10": ("NDCG@10 of all films", "higher is better", False),
    "rmse": ("RMSE", "lower is better", True),
}


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab; without a loaded hybrid, why it is empty."""
    user = service.user_named(query.get("user", ""))
    try:
        weights = service.hybrid_weights()
    except CineMatchError as error:
        return error_state(str(error))
    return what_if_panel(service.users(keep=() if user is None else (user,)), weights, user, factors_of(query))


def factors_of(query: Query) -> dict[str, dict[str, float]]:
    """Return the factors of an address, such as ``ranking=ease:0.5,svd:0``; what does not parse is ignored."""
    found: dict[str, dict[str, float]] = {}
    for part in ("ranking", "rating"):
        found[part] = {}
        for text in query.get(part, "").split(","):
            key, _, factor = text.partition(":")
            try:
                value = float(factor)
            except ValueError:
                continue
            if 0 <= value <= HIGHEST:
                found[part][key] = value
    return found


def what_if_panel(
    users: Sequence[UserView], weights: HybridWeights, user: int | None, factors: Mapping[str, Mapping[str, float]]
) -> Component:
    """Return the tab with its sliders at `factors` (of ``ranking`` and ``rating``, by member)."""
    return html.Div(
        [
            html.P(
                "The hybrid follows each of its members as far as it proved right on ratings that it had not seen. "
                "Trust one of them more or less, see what becomes of the list, and measure whether it is better.",
                className="lede",
            ),
            html.Div(
                [
                    html.Div(user_select(WhatIf.USER, users, user, "Whose list"), className="what-user"),
                    dmc.Button("As learned", id=WhatIf.RESET, variant="default", leftSection=icon("reset")),
                ],
                className="toolbar toolbar-low",
            ),
            html.P(id=WhatIf.LENGTH, className="muted", **{"aria-live": "polite"}),
            html.Div(
                [
                    weight_sliders("ranking", weights.ranking, factors.get("ranking", {})),
                    weight_sliders("rating", weights.rating, factors.get("rating", {})),
                ],
                className="two",
            ),
            html.Div(id=WhatIf.LISTS, className="await"),
            html.Section(_measuring(), className="panel stack", **{"aria-label": "Is it better?"}),
            jobs_panel(),
            dcc.Store(id=WhatIf.ADDRESS),
            dcc.Store(id=WhatIf.FINISHED),
        ],
        className="stack-lg",
    )


def _measuring() -> list[Component]:
    return [
        html.H2("Is it better?", className="panel-title"),
        html.P(
            "A fifth of everybody's ratings is put aside, a hybrid is fitted on the rest, and both weightings are "
            "asked about what was put aside. The first measurement fits all members; further ones only ask.",
            className="note",
        ),
        html.Div(
            [
                dmc.Button("Measure on held-out ratings", id=WhatIf.RUN, leftSection=icon("play")),
            ],
            className="toolbar",
        ),
        html.Div(id=WhatIf.MEASURED, **{"aria-live": "polite"}),
    ]


def moved_lists(learned: Sequence[ListItem], changed: Sequence[ListItem], shown: int, *, active: bool) -> Component:
    """Return both lists side by side, moves marked.

    Parameters
    ----------
    learned, changed : sequence of ListItem
        Longer than what is shown, so that a film that comes from further down says from where.
    shown : int
    """
    if not learned or not changed:
        return empty_state("No list", "The hybrid has nothing to say to this viewer with these weights.")
    before = {item.movie_id: item.rank for item in learned}
    after = {item.movie_id: item.rank for item in changed}
    note = "Move a slider: both lists are the same." if not active else "Arrows tell where a film stood before."
    left = [_row(item, _left(after.get(item.movie_id), shown)) for item in learned[:shown]]
    right = [_row(item, _move(before.get(item.movie_id), item.rank)) for item in changed[:shown]]
    return html.Div([_list("As learned", "", left), _list("With your weights", note, right)], className="two")


def _list(title: str, note: str, rows: list[Component]) -> Component:
    return html.Section(
        [
            html.H2(title, className="panel-title"),
            html.P(note or "\u00a0", className="note"),
            html.Ol(rows, className="plain moves"),
        ],
        className="stack-sm",
        **{"aria-label": title},
    )


def _row(item: ListItem, mark: Component) -> Component:
    name = short_title(item.title)
    return html.Li(
        [
            html.Span(str(item.rank), className="together-rank tabular", **{"aria-hidden": "true"}),
            html.A(name, href=href(f"/movie/{item.movie_id}"), className="row-title", **{"data-nav": "1"}),
            stars(item.predicted_rating, "Predicted {rating:.1f} of 5 stars"),
            mark,
        ]
    )


def _move(before: int | None, now: int) -> Component:
    if before == now:
        return html.Span("same", className="move")
    if before is None:
        return html.Span("new", className="move move-up")
    up = before > now
    return html.Span(f"{'up' if up else 'down'} from {before}", className=f"move move-{'up' if up else 'down'}")


def _left(after: int | None, shown: int) -> Component:
    gone = after is None or after > shown
    return html.Span("falls out" if gone else "", className="move move-down" if gone else "move")


def measured_view(result: Mapping[str, Any]) -> Component:
    """Return a measurement (`WhatIfResult.to_dict`) with both values, their difference and how sure it is."""
    rows = []
    for metric in result["metrics"]:
        name, direction, smaller = _METRICS[metric["name"]]
        rows.append(
            html.Tr(
                [
                    html.Th([name, html.Span(f" {direction}", className="note")], scope="row"),
                    html.Td(f"{metric['learned']:.4f}"),
                    html.Td(f"{metric['changed']:.4f}"),
                    html.Td(f"{metric['difference']:+.4f} [{metric['low']:+.4f}, {metric['high']:+.4f}]"),
                    html.Td(_verdict(metric, smaller=smaller)),
                ]
            )
        )
    heads = ("Metric", "As learned", "Your weights", "Difference [95%]", "Verdict")
    return html.Div(
        [
            html.P(_weights_told(result["what_if"])),
            plain_table(heads, rows, "Measured differences"),
            html.P(
                f"{result['how']} {result['users']:,} test users, code {result['code_version']}.", className="note"
            ),
        ],
        className="stack-sm",
    )


def _verdict(metric: Mapping[str, Any], *, smaller: bool) -> str:
    if metric["difference"] == 0:
        return "no difference"
    if not metric["significant"]:
        return "inside the noise"
    return "better" if (metric["difference"] < 0) == smaller else "worse"


def _weights_told(what_if: Mapping[str, Mapping[str, float]]) -> str:
    parts = [
        f"{name}: " + ", ".join(f"{key} ×{factor:g}" for key, factor in what_if[part].items() if factor != 1)
        for part, name in (("ranking", "order"), ("rating", "stars"))
        if any(factor != 1 for factor in what_if[part].values())
    ]
    return f"Measured with {'; '.join(parts) or 'the weights as learned'}."
