"""What became of lists, as people read it."""

from core.views import OnlineView, RateView
from dashboard.pages.analytics.visitors_panel import visitors_panel
from tests.unit.dashboard.markup import text_of, with_class


def measure(algorithm: str, variant: str, kept: RateView) -> OnlineView:
    """Return what became of lists of somebody's."""
    return OnlineView(algorithm, variant, 30, 40, 5, 1, 6, kept, RateView(0, 0, 0.0, 0.0, 0.0))


def test_rates_are_told_with_how_sure_they_are() -> None:
    low, high = RateView(20, 400, 0.05, 0.03, 0.08), RateView(80, 400, 0.2, 0.16, 0.25)
    shown = text_of(visitors_panel([measure("hybrid", "", low)], {"hybrid": "Hybrid"}))
    assert "Hybrid" in shown
    assert "5.0% (3.0% to 8.0%)" in shown
    assert "B less A" not in shown
    both = measure("hybrid", "A: hybrid", low), measure("ease", "B: ease", high)
    shown = text_of(visitors_panel(both, {}, both))
    assert "B less A, kept: +15.0%" in shown
    assert "People of B kept more of them." in shown
    close = measure("hybrid", "A: hybrid", low), measure("ease", "B: ease", low)
    assert "That may be chance." in text_of(visitors_panel(close, {}, close))


def test_a_narrow_screen_scrolls_the_table_and_not_the_page() -> None:
    (region,) = with_class(
        visitors_panel([measure("hybrid", "", RateView(20, 400, 0.05, 0.03, 0.08))], {}), "scroll-x"
    )
    assert (region.role, region.tabIndex) == ("region", 0)


def test_without_visitors_it_says_so() -> None:
    assert "Nobody was shown a list yet" in text_of(visitors_panel([], {}))
