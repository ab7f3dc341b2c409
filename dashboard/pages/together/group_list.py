"""A list for several people: every film with what each of them is expected to think of it."""

from collections.abc import Mapping, Sequence

from dash.development.base_component import Component

from core.display.titles import other_title, short_title
from core.views import GroupItem, GroupList, GroupViewer, Opinion
from dashboard.address import href
from dashboard.components import light as html
from dashboard.components.poster import poster
from dashboard.components.stars import stars
from dashboard.components.states import empty_state

__all__ = ["group_list", "viewer_names"]


def viewer_names(viewers: Sequence[GroupViewer]) -> list[str]:
    """Return what viewers are called, by the source's own id where ids are text."""
    return ["You" if one.user_id is None else f"User {one.source_id or one.user_id}" for one in viewers]


def group_list(found: GroupList, love: float | None = None) -> html.Node | Component:
    """Return the rows of a list, or why there are none; `love` is what it was made with."""
    if not found.items:
        return empty_state(
            "No film qualifies", "Every film that passes the filters was rated by somebody of you. Widen the filters."
        )
    data = {} if love is None else {"data-love": f"{love:g}"}
    rows = [_row(found.algorithm, item, found.members, data) for item in found.items]
    return html.Ol(rows, className="plain together")


def _row(algorithm: str, item: GroupItem, viewers: Sequence[GroupViewer], love: Mapping[str, str]) -> html.Node:
    name = short_title(item.title, include_year=False)
    other = other_title(item.title)
    meta = " · ".join(filter(None, [str(item.year or ""), ", ".join(item.genres[:3])])) or "No genres listed"
    opinions = [
        _opinion({"data-algorithm": algorithm, **love}, item.movie_id, name, viewer.user_id, called, opinion)
        for viewer, called, opinion in zip(viewers, viewer_names(viewers), item.members, strict=True)
    ]
    return html.Li(
        [
            html.Span(str(item.rank), className="together-rank tabular", **{"aria-hidden": "true"}),
            poster(item.movie_id, item.title, item.year, item.genres, "sm"),
            html.Div(
                [
                    html.A(name, href=href(f"/movie/{item.movie_id}"), className="row-title", **{"data-nav": "1"}),
                    *([html.Span(other, className="card-other")] if other else []),
                    html.Span(meta, className="card-meta"),
                ],
                className="row-text",
            ),
            html.Ul(opinions, className="opinions", **{"aria-label": f"What you would think of {name}"}),
        ],
        className="together-row",
        **{"data-movie": str(item.movie_id)},
    )


def _opinion(
    list_data: Mapping[str, str], movie_id: int, title: str, user: int | None, called: str, opinion: Opinion
) -> html.Node:
    # The button's explanation is for whom the nearest element with an algorithm says.
    data = dict(list_data) | ({} if user is None else {"data-user": str(user)})
    shown = (
        html.Span("No rating predicted", className="stars-none")
        if opinion.predicted_rating is None
        else stars(opinion.predicted_rating, "Predicted {rating:.1f} of 5 stars")
    )
    mark = [html.Span("least pleased", className="opinion-mark")] if opinion.least_pleased else []
    share = min(max(opinion.score, 0.0), 1.0)
    return html.Li(
        [
            html.Button(
                called,
                className="link-button",
                type="button",
                **{"data-why": str(movie_id), "aria-label": f"{called}: why {title}?"},
            ),
            shown,
            html.Span(
                html.Span(className="bar-fill", style={"width": f"{100 * share:.0f}%"}),
                className="bar-track",
                role="img",
                title=f"{share:.0%} of the way from an average film to the ten best",
                **{"aria-label": f"{share:.0%} of the way from an average film to the ten best"},
            ),
            *mark,
        ],
        className="opinion is-least" if opinion.least_pleased else "opinion",
        **data,
    )
