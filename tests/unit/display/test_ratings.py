"""Ratings as text and as markup."""

import math
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.display.ratings import create_rating_stars, format_rating


@pytest.mark.parametrize(
    ("rating", "shown"),
    [
        (4.7, "⭐⭐⭐⭐✨ (4.7/5.0)"),
        (4.5, "⭐⭐⭐⭐✨ (4.5/5.0)"),
        (4.4, "⭐⭐⭐⭐ (4.4/5.0)"),
        (5, "⭐⭐⭐⭐⭐ (5.0/5.0)"),
        (0, "(0.0/5.0)"),
        (9, "⭐⭐⭐⭐⭐ (5.0/5.0)"),
        (-3, "(0.0/5.0)"),
        (np.float32(3.0), "⭐⭐⭐ (3.0/5.0)"),
        (None, "Not rated"),
        (math.nan, "Not rated"),
        (np.float32("nan"), "Not rated"),
        ("nonsense", "Not rated"),
        ([4], "Not rated"),
    ],
)
def test_ratings_as_stars(rating, shown):
    assert format_rating(rating) == shown


def test_ratings_as_numbers():
    assert format_rating(4.7, style="number") == "4.7/5.0"
    assert format_rating(math.inf, style="number") == "5.0/5.0"
    assert format_rating(None, style="number") == "Not rated"


@pytest.mark.parametrize("rating", [4.0, None])
def test_an_unknown_style_is_refused(rating):
    with pytest.raises(ValueError, match="emoji"):
        format_rating(rating, style="emoji")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def _read(fragment: str) -> _Reader:
    reader = _Reader()
    reader.feed(fragment)
    reader.close()
    return reader


@pytest.mark.parametrize(
    ("rating", "stars", "label"),
    [
        (4.5, "★★★★½", "4.5 of 5"),
        (4.7, "★★★★½", "4.7 of 5"),
        (4.8, "★★★★★", "4.8 of 5"),
        (0, "☆☆☆☆☆", "0.0 of 5"),
        (5, "★★★★★", "5.0 of 5"),
        (7, "★★★★★", "5.0 of 5"),
        (-1, "☆☆☆☆☆", "0.0 of 5"),
        (None, "☆☆☆☆☆", "not rated"),
        (math.nan, "☆☆☆☆☆", "not rated"),
        ("<script>alert(1)</script>", "☆☆☆☆☆", "not rated"),
    ],
)
def test_stars_as_markup(rating, stars, label):
    reader = _read(create_rating_stars(rating))
    ((tag, attributes),) = reader.tags
    assert (tag, attributes["role"], attributes["aria-label"]) == ("span", "img", label)
    assert reader.text == stars


@given(st.floats(0, 5))
def test_every_rating_gives_a_fragment_of_about_the_same_length(rating):
    fragment = create_rating_stars(rating)
    assert 95 <= len(fragment) <= 125
    assert len(_read(fragment).text) == 5


@given(st.text() | st.binary() | st.none() | st.lists(st.text()))
def test_no_text_gets_into_the_markup(rating):
    assert create_rating_stars(rating) in {
        create_rating_stars(None),
        *map(create_rating_stars, np.arange(0, 5.1, 0.1)),
    }
