"""Why a film has its place: a sentence, and the exact summands of its score."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.display.titles import short_title
from core.views import ContributionView, CounterfactualView, ExplanationView, MovieView
from dashboard.components.bars import diverging_bar
from dashboard.components.poster import poster
from dashboard.components.stars import stars

__all__ = ["contribution_table", "explanation_panel"]

_SHOWN = 12
_RANKS = (
    "Exact: the list computed again without it. Ranks are in the algorithm's own order of all films that are not "
    "rated, whatever the filters and wishes."
)
_KINDS = {
    "movie": "films",
    "neighbour": "people of like taste",
    "genre": "genres and features",
    "factor": "tastes",
    "bias": "the film itself",
    "model": "models",
}


def explanation_panel(
    view: ExplanationView, movie: MovieView, algorithm_name: str, user: str | None = None
) -> html.Div:
    """Return the whole explanation of one film's score; `user` is what a stored user is called."""
    predicted = (
        html.Div([html.Span("Predicted rating"), stars(view.predicted_rating)], className="why-predicted")
        if view.predicted_rating is not None
        else html.P("This algorithm ranks films but predicts no rating for this one.", className="muted")
    )
    own = contribution_table(view.contributions, view.score)
    split: Component = own
    if view.films:
        kinds = {part.kind for part in view.contributions} - {"bias"}
        own_films = "By your films" if user is None else f"By films of user {user}"
        first = _KINDS.get(next(iter(kinds), ""), "parts") if len(kinds) == 1 else "parts"
        split = dmc.Tabs(
            value="own",
            children=[
                dmc.TabsList([dmc.TabsTab(f"By {first}", value="own"), dmc.TabsTab(own_films, value="films")]),
                dmc.TabsPanel(own, value="own", pt="md"),
                dmc.TabsPanel(contribution_table(view.films, view.score), value="films", pt="md"),
            ],
        )
    return html.Div(
        [
            html.Div(
                [
                    poster(movie.movie_id, movie.title, movie.year, movie.genres, "sm"),
                    html.Div(
                        [
                            html.H2(short_title(movie.title), className="why-title"),
                            html.P(f"Asked of: {algorithm_name}", className="muted"),
                            predicted,
                        ]
                    ),
                ],
                className="why-head",
            ),
            html.P(view.text, className="why-text"),
            html.H3("What adds up to its score"),
            split,
            *(_counterfactuals(view.counterfactuals) if view.counterfactuals else []),
        ]
    )


def _counterfactuals(found: Sequence[CounterfactualView]) -> list[Component]:
    return [
        html.H3("What if one rating were not there"),
        html.Ul([html.Li(one.text) for one in found], className="what-if"),
        html.P(_RANKS, className="note"),
    ]


def contribution_table(parts: Sequence[ContributionView], score: float) -> html.Table:
    """Return the summands, largest first; small ones are summed in one row, so that the total stays exact."""
    shown = list(parts[:_SHOWN]) if len(parts) > _SHOWN + 1 else list(parts)
    rest = list(parts[len(shown) :])
    values = [part.value for part in shown]
    low, high = min(values, default=0.0), max(values, default=0.0)
    rows = [(_label(part), part.value, diverging_bar(part.value, low, high)) for part in shown]
    if rest:
        # No bar: a sum of many would dwarf each of the parts that are named.
        rows.append((f"{len(rest)} smaller parts together", sum(part.value for part in rest), None))
    return html.Table(
        [
            html.Caption("Contributions to the score", className="visually-hidden"),
            html.Thead(
                html.Tr([html.Th("Part", scope="col"), html.Th("", **{"aria-hidden": "true"}), html.Th("Adds")]),
                className="visually-hidden",
            ),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(label, scope="row"),
                            html.Td(bar),
                            html.Td(f"{value:+.3f}", className="tabular"),
                        ]
                    )
                    for label, value, bar in rows
                ]
            ),
            html.Tfoot(
                html.Tr([html.Th("Score", scope="row"), html.Td(), html.Td(f"{score:.3f}", className="tabular")])
            ),
        ],
        className="contributions",
    )


def _label(part: ContributionView) -> str:
    return short_title(part.label) if part.kind == "movie" else part.label
