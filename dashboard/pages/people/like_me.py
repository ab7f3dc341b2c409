"""The people of the data set whose stars go with the visitor's."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from core.views import LEAST_COMMON, LikePerson
from dashboard.address import href
from dashboard.components.interval import interval_bar
from dashboard.components.light import Node
from dashboard.components.tables import plain_table

__all__ = ["like_me"]

_HEADS = ("Viewer", "Likeness", "95% interval", "In common", "Rated")


def like_me(found: Sequence[LikePerson], mine: int) -> list[Component | Node]:
    """Return them as a table; `mine` is how many films the visitor has rated."""
    if not mine:
        return []
    head = html.Div(html.H2("People like you"), className="section-head")
    if not found:
        return [
            head,
            html.P(f"Nobody in the data set has rated {LEAST_COMMON} of your films. Rate more.", className="note"),
        ]
    sure = sum(person.certain for person in found)
    return [
        head,
        html.P(_told(sure, len(found)), className="note"),
        plain_table(_HEADS, [_row(person) for person in found], "People like you", more_classes="like-table"),
    ]


def _told(sure: int, shown: int) -> str:
    order = "Those first whose likeness is surest."
    if sure == shown:
        return f"{order} All {shown} are alike beyond chance, even among as many people as were compared."
    if not sure:
        return (
            f"{order} Among as many people as were compared, chance alone makes some look as alike as these: rate "
            "more films and the sure ones stand out."
        )
    return (
        f"{order} {sure} of these {shown} {'is' if sure == 1 else 'are'} alike beyond chance, even among as many "
        "people as were compared; of the others, in grey, that is not sure."
    )


def _row(person: LikePerson) -> Component:
    alike = person.correlation
    name = f"User {person.source_id or person.user_id}"
    text = f"{alike.value:.2f}, 95% interval {alike.low:.2f} to {alike.high:.2f}"
    return html.Tr(
        [
            html.Th(
                html.A(name, href=href("/people", user=person.user_id), className="text-link", **{"data-nav": "1"}),
                scope="row",
            ),
            html.Td(f"{alike.value:.2f}"),
            html.Td(interval_bar(alike, -1, 1, f"{name}: {text}"), className="like-interval"),
            html.Td(f"{person.common:,}"),
            html.Td(f"{person.rating_count:,}"),
        ],
        className=None if person.certain else "is-unsure",
    )
