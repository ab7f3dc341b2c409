"""Figures are plain dictionaries of SVG traces without colours that a colour scheme would have to change."""

from dataclasses import replace
from typing import Any

import pytest
from dash import Dash

from core.analytics.overview import overview
from core.analytics.similarity import genre_cooccurrence
from core.data.dataset import Dataset
from core.display.metrics import metric_label
from core.evaluation.runs import AlgorithmResult, EvaluationRun, MetricValue
from core.testing.toy import toy_dataset
from core.views import ModelStatus, ReliabilityPoint, ReliabilityView, SimilarMovie
from dashboard.figures import dataset as figures
from dashboard.figures.reliability import reliability_diagram
from dashboard.pages.analytics.comparison_chart import metric_dots
from dashboard.pages.analytics.match_panel import match_panel
from dashboard.pages.analytics.run_view import run_rows, run_view
from dashboard.pages.analytics.similarity_chart import similarity_bars
from tests.unit.dashboard.markup import nodes, text_of


@pytest.fixture(autouse=True)
def root() -> None:
    """Links are made for the application that was built last."""
    Dash("links")


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


_RELIABLE = ReliabilityView(
    "svd",
    [ReliabilityPoint(0.15, 0.2, 40, 0.1, 0.35), ReliabilityPoint(0.85, 0.8, 400, 0.76, 0.84)],
    error=0.05,
    chance=0.02,
    how="Made up.",
)


def _all(data: Dataset) -> list[dict[str, Any]]:
    tables = overview(data)
    neighbours = [SimilarMovie(ident, "A (1990)", 1990, [], 0.5, 0.5, 2.0, 20, "Liked") for ident in (10, 20)]
    return [
        figures.rating_bars(tables["rating_histogram"]),
        figures.genre_bars(tables["genres"]),
        figures.ratings_over_time(tables["months"]),
        figures.years_of_release(tables["years"]),
        figures.mean_over_time(tables["years"]),
        figures.activity_bars(tables["activity"], "people"),
        figures.lorenz_curve(tables["popularity"]),
        figures.popularity_ranks(tables["popularity"]),
        figures.genre_heatmap(genre_cooccurrence(data)),
        similarity_bars(neighbours),
        metric_dots(_run(), "liked_ndcg@10"),
        reliability_diagram(_RELIABLE),
    ]


def _run() -> EvaluationRun:
    def result(key: str, value: float, low: float | None, high: float | None) -> AlgorithmResult:
        metrics = {
            "liked_ndcg@10": MetricValue(value, low, high),
            "rated_ndcg@10": MetricValue(0.5 - value),
            "rmse": MetricValue(1 - value),
        }
        return AlgorithmResult(key, key.upper(), {}, metrics, {}, {}, 1.0, 1.0)

    return EvaluationRun(
        "id",
        "2026-01-01T00:00:00",
        {"name": "toy"},
        {"kind": "ranking"},
        "Held out.",
        [],
        {"code_version": "1"},
        {"b": result("b", 0.2, 0.1, 0.3), "a": result("a", 0.4, None, None)},
        ["liked_ndcg@10", "rated_ndcg@10"],
    )


def test_figures_are_plain_svg_and_leave_colours_to_the_page(data: Dataset) -> None:
    for figure in _all(data):
        assert type(figure) is dict
        assert {trace["type"] for trace in figure["data"]} <= {"bar", "scatter", "heatmap"}
        layout = figure["layout"]
        assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
        assert "template" not in layout
        assert "color" not in layout["font"]
        assert all("color" not in str(layout[name].get("gridcolor", "")) for name in ("xaxis", "yaxis"))


def test_figures_hold_what_plotly_understands(data: Dataset) -> None:
    import plotly.graph_objects as go

    for figure in _all(data):
        go.Figure(figure)


def test_rating_bars_are_shares(data: Dataset) -> None:
    trace = figures.rating_bars(overview(data)["rating_histogram"])["data"][0]
    assert sum(trace["y"]) == pytest.approx(1)
    assert sum(trace["customdata"]) == data.n_ratings


def test_the_diagonal_of_the_genres_is_empty(data: Dataset) -> None:
    trace = figures.genre_heatmap(genre_cooccurrence(data))["data"][0]
    assert all(trace["z"][at][at] is None for at in range(len(trace["x"])))


def test_a_reliability_diagram_sets_what_was_so_against_what_was_said() -> None:
    diagonal, dots = reliability_diagram(_RELIABLE)["data"]
    assert (diagonal["x"], diagonal["y"]) == ([0, 1], [0, 1])
    assert (dots["x"], dots["y"], dots["customdata"]) == ([0.15, 0.85], [0.2, 0.8], [40, 400])
    assert dots["error_y"]["array"] == pytest.approx([0.15, 0.04])
    assert dots["error_y"]["arrayminus"] == pytest.approx([0.1, 0.04])


def test_each_measured_algorithm_has_its_diagram_and_its_error_in_words() -> None:
    status = ModelStatus("svd", "Taste map", "For tests.", "loaded")
    text = text_of(match_panel([(status, _RELIABLE)]))
    assert "Off by 5.0 points on average; with so many ratings 2.0 would be chance alone." in text
    assert "Made up." in text
    assert "No match was measured" in text_of(match_panel([]))


def test_films_of_one_title_keep_their_own_bars() -> None:
    neighbours = [SimilarMovie(number, "Hamlet (1990)", 1990, [], 0.5, None, None, 0, "Nobody") for number in (1, 2)]
    trace = similarity_bars(neighbours)["data"][0]
    assert trace["y"] == [0, 1]


def test_algorithms_are_sorted_best_first_with_their_intervals() -> None:
    trace = metric_dots(_run(), "liked_ndcg@10")["data"][0]
    assert trace["y"] == ["A", "B"]
    assert trace["error_x"]["array"] == pytest.approx([0, 0.1])
    assert trace["error_x"]["arrayminus"] == pytest.approx([0, 0.1])
    assert [result.title for result in run_rows(_run(), "liked_ndcg@10")] == ["A", "B"]
    assert [result.title for result in run_rows(_run(), "rated_ndcg@10")] == ["B", "A"]
    assert [result.title for result in run_rows(_run(), "rmse")] == ["A", "B"]
    assert metric_dots(_run(), "rmse")["data"][0]["y"] == ["A", "B"]


@pytest.mark.parametrize(
    ("metric", "label"),
    [
        ("liked_ndcg@10", "NDCG@10 of liked films"),
        ("rated_hit_rate@5", "Hit rate@5 of all rated films"),
        ("disliked@10", "Disliked films in 10"),
        ("rmse", "RMSE"),
        ("new_thing", "New thing"),
    ],
)
def test_metrics_have_names(metric: str, label: str) -> None:
    assert metric_label(metric) == label


def test_a_run_leads_with_what_people_love_and_links_to_the_other_judgement() -> None:
    view = run_view(_run(), {})
    links = {text_of(node): node for node in nodes(view) if type(node).__name__ == "A"}
    assert list(links) == ["Hits: liked films", "Hits: all rated films"]
    assert getattr(links["Hits: liked films"], "aria-current") == "true"
    assert "relevance=rated" in links["Hits: all rated films"].href
    assert "NDCG@10 of liked films" in text_of(view)
    assert "NDCG@10 of all rated films" in text_of(run_view(_run(), {"relevance": "rated"}))
    stars = replace(_run(), primary=["rmse"])
    assert not [node for node in nodes(run_view(stars, {})) if type(node).__name__ == "A"]
