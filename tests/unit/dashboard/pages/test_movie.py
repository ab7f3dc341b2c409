"""The film's page."""

from dashboard.pages.movie.histogram import rating_histogram
from tests.unit.dashboard.markup import text_of


def test_the_histogram_of_a_film_can_be_read_without_seeing_it() -> None:
    text = text_of(rating_histogram([0] * 9 + [1200]))
    assert "1,200 gave 5 stars" in text
    assert "0 gave 0.5 stars" in text
