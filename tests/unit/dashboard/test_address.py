"""State in the address: parsed forgivingly, written sparingly, under any prefix."""

from collections.abc import Iterator

import dash
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.views import Filters, Reranking
from dashboard.address import FilterState, href, integer, query_of, wish_from_query, wish_query, words

_GENRES = ("Action", "Comedy", "Drama")
_SPAN = (1950, 2000)


@pytest.fixture(params=["/", "/films/"])
def prefix(request: pytest.FixtureRequest) -> Iterator[str]:
    dash.Dash("address", url_base_pathname=request.param)
    yield request.param
    dash.Dash("address", url_base_pathname="/")


def test_links_lie_under_the_prefix_and_leave_out_what_is_empty(prefix: str) -> None:
    assert href("/movie/1") == f"{prefix}movie/1"
    link = href("/search", q="a&b", genres=("Sci-Fi", "War"), page=None, year_min="")
    assert link == f"{prefix}search?q=a%26b&genres=Sci-Fi,War"


@pytest.mark.usefixtures("prefix")
@given(
    genres=st.lists(st.sampled_from(_GENRES), unique=True),
    exclude=st.lists(st.sampled_from(_GENRES), unique=True),
    years=st.none() | st.tuples(st.integers(1950, 1975), st.integers(1975, 2000)).filter(lambda pair: pair != _SPAN),
    least=st.integers(0, 10**6),
    all_of_them=st.booleans(),
)
def test_filters_survive_the_way_through_an_address(
    genres: list[str], exclude: list[str], years: tuple[int, int] | None, least: int, all_of_them: bool
) -> None:
    state = FilterState(tuple(genres), tuple(exclude), years, least, all_of_them)
    link = href("/recommend", **state.query())
    assert FilterState.from_query(query_of(link.partition("?")[2]), _GENRES, _SPAN) == state


@pytest.mark.usefixtures("prefix")
@given(st.integers(0, 10), st.integers(-10, 10), st.integers(-10, 10))
def test_wishes_survive_the_way_through_an_address(diversity: int, popularity: int, recency: int) -> None:
    wish = Reranking(diversity / 10, popularity / 10, recency / 10)
    link = href("/recommend", **wish_query(wish))
    assert wish_from_query(query_of(link.partition("?")[2])) == wish
    assert link.count("=") == sum(value != 0 for value in (diversity, popularity, recency))


@pytest.mark.parametrize("wrong", ["x", "nan", "inf", "-0.1", "1.5", "1e400"])
def test_a_wish_that_is_none_changes_nothing(wrong: str) -> None:
    assert wish_from_query({"diversity": wrong}) == Reranking()


@given(st.text())
def test_no_address_is_an_error(text: str) -> None:
    query = query_of("?" + text)
    FilterState.from_query(query, _GENRES, _SPAN)
    wish_from_query({"diversity": text, **query})
    FilterState.from_query(dict.fromkeys(("genres", "year_min", "year_max", "min_ratings"), text), _GENRES, _SPAN)


@pytest.mark.parametrize(("text", "value"), [("5", 5), ("-1", 7), ("x", 7), ("", 7), ("1e3", 7), ("101", 7)])
def test_numbers_out_of_range_fall_back(text: str, value: int) -> None:
    assert integer({"n": text}, "n", 7, 1, 100) == value


def test_unknown_names_are_dropped() -> None:
    assert words({"genres": "Comedy,Nonsense,,Drama"}, "genres", _GENRES) == ["Comedy", "Drama"]


def test_years_turned_around_count_as_all() -> None:
    state = FilterState.from_query({"year_min": "1990", "year_max": "1960"}, _GENRES, _SPAN)
    assert state.years is None


def test_controls_become_filters() -> None:
    state = FilterState.from_controls(_SPAN, genres=["Drama"], years=[1960, 1970], min_ratings="25", max_ratings="90")
    assert state.filters() == Filters(("Drama",), (), 1960, 1970, 25, max_ratings=90)
    assert (
        FilterState.from_query(query_of(href("/recommend", **state.query()).partition("?")[2]), _GENRES, _SPAN)
        == state
    )
    assert FilterState.from_controls(_SPAN, years=list(_SPAN)) == FilterState()
