"""What became of the lists that visitors were given, algorithm by algorithm and arm by arm."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from core.errors import ProfilesUnavailableError
from core.service import CineMatch, people_of, rate_gap
from core.views import OnlineView, RateView
from dashboard.address import Query
from dashboard.components.states import empty_state, error_state
from dashboard.components.tables import plain_table

__all__ = ["panel", "visitors_panel"]

_HEADS = ("Lists of", "People", "Lists", "Films shown", "Kept", "Liked", "Rated", "Dismissed")


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab."""
    del query
    people = people_of(service)
    if people is None:
        return empty_state(
            "Nothing is kept of visitors here",
            "With a database (CINEMATCH_DATABASE_URL) this tab tells how many of the films that lists showed were "
            "kept and liked.",
        )
    try:
        measures = people.online()
        return visitors_panel(
            measures, {status.key: status.name for status in service.models()}, people.arms(measures)
        )
    except ProfilesUnavailableError as error:
        return error_state(str(error))


def visitors_panel(
    measures: Sequence[OnlineView], names: dict[str, str], arms: tuple[OnlineView, OnlineView] | None = None
) -> Component:
    """Return a row for each algorithm and arm, and the difference between the arms of an experiment."""
    if not measures:
        return empty_state("Nobody was shown a list yet", "What becomes of lists is counted from now on.")
    rows = [
        html.Tr(
            [
                html.Th(_name(one, names), scope="row"),
                *(html.Td(f"{count:,}") for count in (one.people, one.lists, one.kept.of)),
                html.Td(_rate(one.kept)),
                html.Td(_rate(one.liked)),
                *(html.Td(f"{count:,}") for count in (one.rated, one.dismissed)),
            ]
        )
        for one in measures
    ]
    return html.Div(
        [
            html.P(
                "Of the films that lists showed, how many were put aside to be watched, and how many were rated 4 "
                "stars or more; with 95% intervals, which know that films of one person hang together.",
                className="lede",
            ),
            plain_table(_HEADS, rows, "What became of lists"),
            *([] if arms is None else _differences(*arms)),
        ],
        className="stack-lg",
    )


def _name(one: OnlineView, names: dict[str, str]) -> str:
    return f"{one.variant} (experiment)" if one.variant else names.get(one.algorithm, one.algorithm)


def _rate(rate: RateView) -> str:
    return f"{rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%})" if rate.of else "-"


def _differences(one: OnlineView, other: OnlineView) -> list[Component]:
    told: list[Component] = []
    for name in ("kept", "liked"):
        gap = rate_gap(getattr(other, name), getattr(one, name))
        sure = "more" if gap.low > 0 else "fewer" if gap.high < 0 else None
        verdict = f"People of B {name} {sure} of them." if sure else "That may be chance."
        told.append(html.P(f"B less A, {name}: {gap.value:+.1%} (95%: {gap.low:+.1%} to {gap.high:+.1%}). {verdict}"))
    return told
