"""The Analytics page's own parts."""

from core.evaluation.runs import RunSummary
from dashboard.pages.analytics.run_options import run_options


def test_stored_runs_name_question_data_and_date() -> None:
    run = RunSummary("id", "2026-01-02T03:04:05+00:00", "toy", "ranking", "Held out.", ["a", "b"], {})
    assert run_options([run]) == [
        {"value": "id", "label": "Ranking films · toy · 2 algorithms · 2026-01-02 03:04 UTC"}
    ]
