"""Genres as people read and see them."""

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.conventions import GENRE_NAMES, NO_GENRES
from core.display.genres import create_genre_color_map, format_genres, get_genre_emoji


@pytest.mark.parametrize(
    ("genres", "shown"),
    [
        ("Action|Comedy|Drama", "Action, Comedy, Drama"),
        ("Action", "Action"),
        ("Action|Comedy|Drama|War", "Action, Comedy, Drama (+1 more)"),
        ("Action||Comedy|", "Action, Comedy"),
        (" Action | Comedy ", "Action, Comedy"),
        ("Action|Action", "Action"),
        (["Action", "Comedy"], "Action, Comedy"),
        (("Action", None, "", math.nan), "Action"),
        (np.array(["Action", "Comedy"]), "Action, Comedy"),
        (None, "Unknown"),
        (math.nan, "Unknown"),
        (pd.NA, "Unknown"),
        ("", "Unknown"),
        ("   ", "Unknown"),
        ("|", "Unknown"),
        ([], "Unknown"),
        ("(no genres listed)", "Unknown"),
        (["(no genres listed)"], "Unknown"),
        (7, "Unknown"),
    ],
)
def test_genres_as_text(genres, shown):
    assert format_genres(genres) == shown


def test_how_many_genres_are_named():
    assert format_genres("Action|Comedy|Drama", max_genres=2) == "Action, Comedy (+1 more)"
    assert format_genres("Action|Comedy|Drama", max_genres=1) == "Action (+2 more)"
    assert format_genres("Action|Comedy|Drama", max_genres=10) == "Action, Comedy, Drama"
    assert format_genres("Action|Comedy", max_genres=0) == "Action (+1 more)"


@given(st.text(max_size=40) | st.none() | st.floats() | st.lists(st.text(max_size=8) | st.none()))
def test_any_cell_gives_text(genres):
    assert format_genres(genres).strip()


def _linear(color: str) -> list[float]:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]


def _luminance(color: str) -> float:
    red, green, blue = _linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(first: str, second: str) -> float:
    """WCAG 2.2: (lighter + 0.05) / (darker + 0.05)."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _lab(color: str) -> tuple[float, float, float]:
    red, green, blue = _linear(color)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def test_every_genre_has_a_colour_and_there_is_a_neutral_one():
    colors = create_genre_color_map()
    assert set(colors) == {*GENRE_NAMES, NO_GENRES}
    assert len(GENRE_NAMES) == 19
    assert all(len(color) == 7 and color.startswith("#") for color in colors.values())
    assert colors.get("Space Opera", colors[NO_GENRES]) == colors[NO_GENRES]


@pytest.mark.parametrize("background", ["#ffffff", "#242424", "#141519"])
def test_colours_are_readable_on_light_and_on_dark(background):
    low = {name: _contrast(color, background) for name, color in create_genre_color_map().items()}
    assert {name: round(value, 2) for name, value in low.items() if value < 3} == {}


def test_colours_can_be_told_apart():
    colors = create_genre_color_map()
    for first, second in combinations(colors, 2):
        assert math.dist(_lab(colors[first]), _lab(colors[second])) >= 20, (first, second)


def test_the_colour_map_belongs_to_the_caller():
    create_genre_color_map()["Action"] = "changed"
    assert create_genre_color_map()["Action"].startswith("#")


def test_emoji():
    assert get_genre_emoji("Action") == "💥"
    assert get_genre_emoji("Sci-Fi") == "🚀"
    assert get_genre_emoji(" sci-fi ") == "🚀"
    for unknown in ("Space Opera", "", None, math.nan, 3, NO_GENRES):
        assert get_genre_emoji(unknown) == "🎬"
    assert len({get_genre_emoji(name) for name in GENRE_NAMES}) == 19
