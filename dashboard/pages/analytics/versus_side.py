"""One measurement against another, or two algorithms of one, person by person."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from core.display.metrics import metric_info, metric_label, smaller_is_better
from core.errors import CineMatchError
from core.evaluation.runs import EvaluationRun
from core.service import CineMatch
from core.views import Versus
from dashboard.address import Query, href
from dashboard.components.chart import chart
from dashboard.components.states import empty_state, error_state
from dashboard.components.tables import plain_table
from dashboard.figures.people import versus_dots
from dashboard.pages.analytics.picks import metric_options, pick, picked
from dashboard.pages.analytics.run_options import run_options

__all__ = ["side"]


def side(service: CineMatch, run: EvaluationRun, query: Query) -> Component:
    """Return two algorithms of the address against each other; the second may be of another measurement."""
    stored = {option["value"]: option["label"] for option in run_options(service.measurements.runs())}
    other = picked(query, "other", list(stored), run.run_id)
    first_knows, second_knows = (service.measurements.person_metrics(one) for one in (run.run_id, other))
    if not first_knows:
        return empty_state("Not kept person by person", "This measurement is older than that. Measure again.")
    keys, other_keys = list(first_knows), list(second_knows)
    first = picked(query, "first", keys)
    picks: list[Component] = [pick("first", "First", _names(run, keys), first)]
    picks.append(pick("other", "Against the measurement", stored, other))
    against = run if other == run.run_id else service.measurements.run(other)
    if not other_keys or against is None:
        told = "The other measurement was not kept person by person. Measure it again, or choose another."
        return _refused(picks, told)
    second = picked(query, "second", other_keys, next((key for key in other_keys if key != first), None))
    common = [metric for metric in first_knows[first] if metric in second_knows[second]]
    if not common:
        told = "These two measured different things: one ranked films, the other predicted stars. Choose another."
        return _refused(picks, told)
    metric = picked(query, "metric", common, run.primary[0])
    picks.append(pick("second", "Second", _names(against, other_keys), second))
    picks.append(pick("metric", "Metric", metric_options(common), metric))
    parts: list[Component] = [html.Div(picks, className="compare-controls panel")]
    try:
        found = service.measurements.versus((run.run_id, first), (other, second), metric)
        parts.append(_people(found, run.algorithms[first].title, against.algorithms[second].title, (first, second)))
    except CineMatchError as error:
        parts.append(error_state(str(error)))
    if against is not run:
        parts.append(_runs(service.measurements.differences(run.run_id, other), run))
    return html.Div(parts, className="stack-lg")


def _refused(picks: list[Component], told: str) -> Component:
    return html.Div([html.Div(picks, className="compare-controls panel"), error_state(told)], className="stack-lg")


def _names(run: EvaluationRun, keys: list[str]) -> dict[str, str]:
    return {key: run.algorithms[key].title for key in keys}


def _people(found: Versus, first: str, second: str, keys: tuple[str, str]) -> Component:
    info = metric_info(found.metric)
    unit = "" if info is None else f" ({info.unit})"
    name = metric_label(found.metric)
    spread = found.difference
    low, high = spread.low or 0.0, spread.high or 0.0
    sure = "more than noise" if low > 0 or high < 0 else "inside the noise"
    way = "lower" if smaller_is_better(found.metric) else "higher"
    same = found.people - found.better - found.worse
    told = (
        f"{second} minus {first}: {spread.value:+.4f} (95%: {low:+.4f} to {high:+.4f}), {sure}; {way} is better. "
        f"Better for {found.better:,} of {found.people:,} people, worse for {found.worse:,}, the same for {same:,}."
    )
    drawn = "" if len(found.points) == found.people else f" {len(found.points):,} of them are drawn."
    return html.Div(
        [
            chart(
                f"{name}, person by person",
                f"{told}{drawn} A dot is a person; on the dotted line both are as good.",
                versus_dots(found, f"{first}{unit}", f"{second}{unit}"),
                one_series=False,
            ),
            _most(found, first, second, keys),
        ],
        className="chart-grid",
    )


def _most(found: Versus, first: str, second: str, keys: tuple[str, str]) -> Component:
    if not found.most:
        return empty_state("No difference", "Both are as good for everybody.")
    rows = [
        html.Tr(
            [
                html.Th(f"User {person.user_id}", scope="row"),
                html.Td(f"{person.ratings:,}"),
                html.Td(_list(f"{person.first:.3f}", person.user_id, keys[0], first)),
                html.Td(_list(f"{person.second:.3f}", person.user_id, keys[1], second)),
                html.Td(f"{person.difference:+.3f}"),
            ]
        )
        for person in found.most
    ]
    heads = ("Person", "Ratings", first, second, "Difference")
    return html.Section(
        [
            html.H3("Who differs most"),
            html.P("A value leads to the person's list by that algorithm as it is served now.", className="note"),
            plain_table(heads, rows, "People who differ most"),
        ],
        className="panel stack-sm",
    )


def _list(text: str, user: int, algorithm: str, name: str) -> Component:
    return html.A(
        [text, html.Span(f", the list of {name} for user {user}", className="visually-hidden")],
        href=href("/recommend", user=user, algorithm=algorithm),
        className="text-link",
        **{"data-nav": "1"},
    )


def _runs(differences: Mapping[str, Any], run: EvaluationRun) -> Component:
    known = [row for row in differences["rows"] if row["metric"] in run.primary]
    said = {True: "yes", False: "no", None: "-"}
    body = [
        html.Tr(
            [
                html.Th(f"{run.algorithms[row['algorithm']].title}: {metric_label(row['metric'])}", scope="row"),
                html.Td(f"{row['first']:.4f}"),
                html.Td(f"{row['second']:.4f}"),
                html.Td(f"{row['difference']:+.4f}"),
                html.Td(said[row["apart"]]),
            ]
        )
        for row in known
    ]
    if not body:
        return empty_state("No algorithm in common", "The two measurements have no algorithm and metric in common.")
    same = differences["same_data"] and differences["same_protocol"]
    note = "" if same else "Data or protocol differ: the differences are not the algorithms' alone. "
    heads = ("Algorithm and metric", "This", "Other", "Difference", "Intervals apart")
    return html.Section(
        [
            html.H3("This measurement and the other"),
            html.P(f"{note}The same algorithm in both.", className="note"),
            plain_table(heads, body, "Differences of the two measurements"),
        ],
        className="panel stack-sm",
    )
