"""Statistics of recommendation lists."""

import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.display.statistics import calculate_diversity_score, get_recommendation_stats
from core.views import ListItem, RecommendationList


@pytest.mark.parametrize(
    ("rows", "score"),
    [
        ([["Action"], ["Comedy"]], 1.0),
        ([["Action", "Comedy"]] * 10, 0.0),
        ([["Action"]], 0.0),
        ([], 0.0),
        (None, 0.0),
        ([["Action", "Comedy"], ["Comedy", "Drama"]], 2 / 3),
        (["Action|Comedy", "Comedy|Drama"], 2 / 3),
        ([{"genres": "Action"}, {"genres": ["Comedy"]}, {"genres": "Action"}], 2 / 3),
        ([{"genres": None}, {"genres": math.nan}], 0.0),
        ([{"genres": "Action"}, {"genres": "(no genres listed)"}], 1.0),
        ([{"title": "no genres"}, {"title": "at all"}], 0.0),
    ],
)
def test_diversity_of_known_lists(rows, score):
    assert calculate_diversity_score(rows) == pytest.approx(score)


def test_diversity_does_not_fall_because_the_list_grows():
    ten = [["Action"], ["Comedy"], ["Drama"], ["War"], ["Horror"]] * 2
    assert calculate_diversity_score(ten * 10) >= calculate_diversity_score(ten) * 0.85
    assert calculate_diversity_score([[str(number)] for number in range(50)]) == 1.0


_GENRES = st.lists(st.sampled_from(["Action", "Comedy", "Drama", "War"]), max_size=4)


@given(st.lists(_GENRES, max_size=12))
def test_diversity_is_the_mean_distance_of_pairs(rows):
    distances = [
        1 - len(set(first) & set(second)) / len(set(first) | set(second)) if set(first) | set(second) else 0.0
        for position, first in enumerate(rows)
        for second in rows[position + 1 :]
    ]
    expected = sum(distances) / len(distances) if distances else 0.0
    assert calculate_diversity_score(rows) == pytest.approx(expected)
    assert calculate_diversity_score(rows[::-1]) == pytest.approx(expected)


_ROWS = [
    {"genres": "Action|Comedy", "predicted_rating": 4.256},
    {"genres": "Comedy", "predicted_rating": 3.0},
    {"genres": "Drama", "predicted_rating": math.nan},
]


@pytest.mark.parametrize("form", [list, pd.DataFrame, tuple])
def test_statistics_of_a_list(form):
    assert get_recommendation_stats(form(_ROWS)) == {
        "count": 3,
        "avg_predicted_rating": 3.63,
        "min_predicted_rating": 3.0,
        "max_predicted_rating": 4.26,
        "diversity_score": pytest.approx((0.5 + 1 + 1) / 3),
        "top_genres": {"Comedy": 2, "Action": 1, "Drama": 1},
    }


@pytest.mark.parametrize("nothing", [[], None, pd.DataFrame(), pd.DataFrame(columns=["genres", "predicted_rating"])])
def test_statistics_of_nothing(nothing):
    found = get_recommendation_stats(nothing)
    assert found["count"] == 0
    assert found["avg_predicted_rating"] is found["min_predicted_rating"] is found["max_predicted_rating"] is None
    assert found["top_genres"] == {}
    assert json.dumps(found, allow_nan=False)


def test_statistics_of_what_the_service_answers():
    items = [ListItem(rank, rank, "A", None, ["Drama"], 1.0, None) for rank in (1, 2)]
    found = get_recommendation_stats(RecommendationList("ease", "toy", 1, items, 0.1))
    assert (found["count"], found["avg_predicted_rating"], found["top_genres"]) == (2, None, {"Drama": 2})


def test_only_the_five_most_frequent_genres_are_named():
    found = get_recommendation_stats([{"genres": list("ABCDEFG")}, {"genres": list("GF")}])
    assert list(found["top_genres"]) == ["F", "G", "A", "B", "C"]


@pytest.mark.parametrize("wrong", ["Action|Comedy", {"genres": "Action"}, 3])
def test_what_is_no_list_is_refused(wrong):
    with pytest.raises(TypeError, match="list of rows"):
        calculate_diversity_score(wrong)
