"""Figures of what became of lists."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from core.errors import ProfilesUnavailableError
from core.views import OnlineView, RateView
from dashboard.web import feedback_metrics
from dashboard.web.feedback_metrics import FeedbackFigures

RATE = RateView(2, 10, 0.2, 0.1, 0.3)


def figures(collector: FeedbackFigures) -> str:
    """Return what Prometheus would read."""
    registry = CollectorRegistry()
    registry.register(collector)
    return generate_latest(registry).decode()


def test_films_are_told_by_algorithm_arm_and_fate(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def measures() -> list[OnlineView]:
        asked.append(1)
        if len(asked) > 1:
            raise ProfilesUnavailableError("no")
        return [OnlineView("ease", "B: ease", 3, 4, 5, 1, 6, RATE, RateView(4, 10, 0.4, 0.2, 0.6))]

    collector = FeedbackFigures(measures)
    for _ in range(2):
        text = figures(collector)
    assert asked == [1]
    assert 'cinematch_feedback_films{algorithm="ease",kind="kept",variant="B: ease"} 2.0' in text
    assert 'kind="shown",variant="B: ease"} 10.0' in text
    assert 'cinematch_profiles_up{what="database"} 1.0' in text
    monkeypatch.setattr(feedback_metrics, "_KEPT_S", 0.0)
    text = figures(collector)
    assert 'cinematch_profiles_up{what="database"} 0.0' in text
    assert 'kind="shown",variant="B: ease"} 10.0' in text


def test_without_a_database_there_are_none() -> None:
    assert "} " not in figures(FeedbackFigures(None))
