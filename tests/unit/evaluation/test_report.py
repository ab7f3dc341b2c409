"""A run as one file."""

import csv
import io
from html.parser import HTMLParser

from core.evaluation.report import exported
from core.evaluation.runs import AlgorithmResult, EvaluationRun, MetricValue
from core.evaluation.significance import Comparison


def _run() -> EvaluationRun:
    def result(key: str, title: str, value: float) -> AlgorithmResult:
        metrics = {"liked_ndcg@10": MetricValue(value, value - 0.1, value + 0.1), "gini@10": MetricValue(0.5)}
        return AlgorithmResult(key, title, {"k": 1}, metrics, {}, {}, 1.0, 2.0, 100, 3.0)

    return EvaluationRun(
        "0123456789abcdef",
        "2026-01-01T00:00:00",
        {"name": "toy & co"},
        {"kind": "ranking"},
        "Held out, seed 42.",
        [],
        {"code_version": "1"},
        {"a": result("a", "<b>A", 0.4), "b": result("b", "B", 0.2)},
        ["liked_ndcg@10"],
        [Comparison("liked_ndcg@10", "a", "b", 0.2, 0.1, 0.3, 0.001, 0.001, True)],
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [str(value) for name, value in attributes if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


def test_a_page_needs_nothing_beside_it_and_holds_every_number() -> None:
    reader = _Reader()
    reader.feed(exported(_run(), "html"))
    assert not reader.addresses
    for told in (
        "toy & co",
        "<b>A",
        "0.4000",
        "0.3000 to 0.5000",
        "+0.2000",
        "more than noise",
        "seed 42",
        "20.0000",
    ):
        assert told in reader.text


def test_a_table_has_a_row_per_algorithm_and_metric_with_its_unit() -> None:
    rows = list(csv.DictReader(io.StringIO(exported(_run(), "csv"))))
    assert len(rows) == 4
    assert rows[0] == {
        "algorithm": "a",
        "title": "<b>A",
        "metric": "liked_ndcg@10",
        "value": "0.4",
        "low": "0.30000000000000004",
        "high": "0.5",
        "unit": "share, 0 to 1",
        "better": "higher",
    }
    assert rows[1]["better"] == "lower"
