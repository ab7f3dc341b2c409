"""The Analytics page's own parts: what is stored, and the sides of a measurement."""

import dash
import pytest

from core.evaluation.runs import EvaluationRun, RunSummary
from core.service import CineMatch
from core.views import JobView, Spread, TradeOff, TradePoint
from dashboard.components.job_list import job_list
from dashboard.figures.people import distribution_bars
from dashboard.figures.tradeoff import trade_off_dots
from dashboard.pages.analytics.picks import picked
from dashboard.pages.analytics.run_options import run_options
from dashboard.pages.analytics.run_sides import SIDES, run_sides
from tests.unit.dashboard.markup import nodes, text_of


@pytest.fixture(autouse=True)
def root() -> None:
    """Links are made for the application that was built last."""
    dash.Dash("links")


@pytest.fixture(scope="module")
def run(service: CineMatch) -> EvaluationRun:
    return service.evaluate(["popularity", "content"], protocol="ranking")


def test_stored_runs_name_question_data_and_date() -> None:
    run = RunSummary("id", "2026-01-02T03:04:05+00:00", "toy", "ranking", "Held out.", ["a", "b"], {})
    assert run_options([run]) == [
        {"value": "id", "label": "Ranking films · toy · 2 algorithms · 2026-01-02 03:04 UTC"}
    ]


@pytest.mark.parametrize(
    ("side", "told"),
    [
        ("results", "What the columns mean"),
        ("trade-offs", "On the front: "),
        ("people", "Served worst: "),
        ("differences", "Row minus column: NDCG@10 of liked films"),
        ("against", "Content minus Popularity: "),
        ("nonsense", "What the columns mean"),
    ],
)
def test_every_side_of_a_measurement_says_what_it_shows(
    service: CineMatch, run: EvaluationRun, side: str, told: str
) -> None:
    view = run_sides(service, run, {"side": side, "metric": "nonsense", "x": "nonsense", "other": "nonsense"})
    text = text_of(view)
    assert told in text
    assert "20% of each user's ratings held out" in text
    current = [node for node in nodes(view) if getattr(node, "aria-current", None) == "page"]
    assert [text_of(node) for node in current] == [SIDES.get(side, SIDES["results"]).label]


def test_who_differs_most_leads_to_both_lists(service: CineMatch, run: EvaluationRun) -> None:
    view = run_sides(service, run, {"side": "against", "metric": "rated_ndcg@10"})
    links = [node.href for node in nodes(view) if "/recommend" in str(getattr(node, "href", ""))]
    assert links
    assert {link.rpartition("algorithm=")[2] for link in links} == {"popularity", "content"}


def test_an_address_picks_what_is_there() -> None:
    assert picked({"x": "b"}, "x", ["a", "b"]) == "b"
    assert picked({"x": "c"}, "x", ["a", "b"]) == "a"
    assert picked({}, "x", ["a", "b"], "b") == "b"
    assert picked({}, "x", ["a", "b"], "c") == "a"


def test_the_front_is_drawn_through_who_is_on_it() -> None:
    points = [
        TradePoint("a", "A", Spread(1.0), Spread(0.1, 0.0, 0.2), True),
        TradePoint("b", "B", Spread(2.0), Spread(0.05), False),
        TradePoint("c", "C", Spread(3.0), Spread(0.4), True),
    ]
    line, best, rest = trade_off_dots(TradeOff("ask_ms", "liked_ndcg@10", points))["data"]
    assert (line["x"], line["y"]) == ([1.0, 3.0], [0.1, 0.4])
    assert [text.strip() for text in best["text"]] == ["A", "C"]
    assert best["error_y"]["array"] == pytest.approx([0.1, 0])
    assert [text.strip() for text in rest["text"]] == ["B"]


def test_everybody_is_in_a_bin_of_the_distribution() -> None:
    assert sum(distribution_bars([0.0, 0.1, 0.5, 1.0], "share")["data"][0]["y"]) == 4
    assert sum(distribution_bars([0.3, 0.3], "share")["data"][0]["y"]) == 2
    assert sum(distribution_bars([], "share")["data"][0]["y"]) == 0


def test_jobs_say_how_far_they_are_how_they_ended_and_where_their_result_is() -> None:
    jobs = [
        JobView("1", "compare", "Ranking films: EASE", "/here", "running", 100.0, None, 0.42, "fold 1 of 2"),
        JobView("2", "compare", "Predicting stars: SVD", "/there", "done", 50.0, 90.0),
        JobView("3", "compare", "All of it", "/there", "failed", 40.0, 60.0, 0.0, "Memory ran out."),
    ]
    view = job_list(jobs, now=130.0)
    text = text_of(view)
    assert "42% · fold 1 of 2 · for 30 s" in text
    assert "Memory ran out. (70 s ago)" in text
    assert [node.href for node in nodes(view) if type(node).__name__ == "A"] == ["/there"]
    buttons = [node for node in nodes(view) if type(node).__name__ == "Button"]
    assert [(getattr(button, "data-cancel-job"), getattr(button, "aria-label")) for button in buttons] == [
        ("1", "Cancel Ranking films: EASE")
    ]
    assert "Nothing is running" in text_of(job_list([]))


def test_the_list_of_jobs_says_first_why_none_is_done() -> None:
    assert "Redis is away." in text_of(job_list([], "Redis is away."))
    waiting = JobView("a", "compare", "Ranking films", "", "waiting", asked_at=100.0)
    told = text_of(job_list([waiting], "No worker is there.", now=130.0))
    assert told.index("No worker is there.") < told.index("Ranking films")
