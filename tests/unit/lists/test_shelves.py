"""No movie stands on two shelves, none that is rated or unwanted on any, and each shelf is what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.profile import Profile
from core.display.titles import short_title
from core.lists.filters import FilterMasks
from core.lists.shelves import ShelfPlan, fill_shelves, plan_shelves
from core.recommenders.popularity import Popularity
from core.testing.toy import toy_dataset
from core.views import Filters

DATASET = toy_dataset()
MODEL = Popularity().fit(DATASET)
MASK = FilterMasks(DATASET)
IDS = DATASET.movies.ids.tolist()


def _shelves(rated, unwanted=(), watchlist=(), standing=(), n=6):
    """Return the filled shelves of somebody; `rated` are pairs of item and stars, the latest last."""
    items = np.array([item for item, _ in rated], dtype=np.int32)
    profile = Profile.of(items, [stars for _, stars in rated], order=range(len(items)))
    scores = MODEL.score(profile)
    scores[[*items.tolist(), *unwanted]] = np.nan
    plans = plan_shelves(DATASET, profile, [IDS[item] for item in watchlist], standing)
    return fill_shelves(DATASET, {"own": scores}, plans, n, MASK)


_items = st.integers(0, len(IDS) - 1)
_rated = st.dictionaries(_items, st.integers(1, 10).map(lambda half: half / 2), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(
    rated=_rated, unwanted=st.sets(_items, max_size=25), watchlist=st.sets(_items, max_size=20), n=st.integers(1, 9)
)
def test_no_movie_is_there_twice_and_none_that_is_rated_or_unwanted(rated, unwanted, watchlist, n):
    found = _shelves(list(rated.items()), unwanted, watchlist, n=n)
    shown = [item for _, items in found for item in items.tolist()]
    assert len(shown) == len(set(shown))
    assert not set(shown) & (rated.keys() | unwanted)
    assert len({plan.key for plan, _ in found}) == len(found)
    for plan, items in found:
        assert min(plan.fewest, n) <= len(items) <= n
        mask = MASK(plan.filters)
        assert mask is None or mask[items].all()


def test_the_watchlist_takes_its_movies_before_the_list_above_it():
    plain = {plan.key: items for plan, items in _shelves([(0, 4.0), (7, 2.0)])}
    kept = plain["for-you"][:2].tolist()
    found = {plan.key: items for plan, items in _shelves([(0, 4.0), (7, 2.0)], watchlist=kept)}
    assert found["watchlist"].tolist() == kept
    assert not set(kept) & set(found["for-you"].tolist())
    one = {plan.key: items for plan, items in _shelves([(0, 4.0), (7, 2.0)], watchlist=kept[:1])}
    assert "watchlist" not in one
    assert one["for-you"].tolist() == plain["for-you"].tolist()


def test_shelves_resemble_the_latest_that_was_liked_and_stay_while_it_is():
    rated = [(0, 5.0), (9, 4.5), (21, 4.0), (30, 2.0)]
    about = [plan.about for plan, _ in _shelves(rated) if plan.about is not None]
    assert about[0] == 21
    assert 30 not in about
    later = [*rated, (33, 5.0)]
    assert next(plan.about for plan, _ in _shelves(later) if plan.about is not None) == 33
    assert next(plan.about for plan, _ in _shelves(later, standing=[21]) if plan.about is not None) == 21
    no_more = [(item, 1.0 if item == 21 else stars) for item, stars in later]
    assert 21 not in [plan.about for plan, _ in _shelves(no_more, standing=[21])]


def test_the_decade_is_the_one_that_is_rated_best_and_said_with_its_numbers():
    years = DATASET.movies.years
    decades = {int(year) // 10 * 10 for year in years.tolist() if year}
    loved = max(decades, key=lambda decade: int(((years >= decade) & (years < decade + 10)).sum()))
    of_it = np.flatnonzero((years >= loved) & (years < loved + 10))[:3].tolist()
    others = np.flatnonzero((years > 0) & ((years < loved) | (years >= loved + 10)))[:3].tolist()
    profile = Profile.of([*of_it, *others], [5.0] * 3 + [2.0] * 3)
    plans = plan_shelves(DATASET, profile)
    (plan,) = [plan for plan in plans if plan.key.startswith("decade")]
    assert plan.key == f"decade-{loved}"
    assert plan.filters == Filters(year_min=loved, year_max=loved + 9)
    assert "3 films of that time 5.0 stars on average, 1.5 more" in plan.reason
    even = plan_shelves(DATASET, Profile.of([*of_it, *others], [4.0] * 6))
    assert not [plan for plan in even if plan.key.startswith("decade")]


def test_what_is_little_known_has_less_than_half_of_the_ratings():
    (plan,) = [plan for plan in plan_shelves(DATASET, Profile.of([0], [4.0])) if plan.key == "little-known"]
    most = plan.filters.max_ratings
    counts = DATASET.movie_counts.astype(int)
    assert counts[counts <= most].sum() <= counts.sum() / 2 <= counts[counts <= most + 1].sum()
    assert f"{most} people at most" in plan.reason


@pytest.mark.parametrize("count", [3, 4])
def test_a_shelf_with_too_few_movies_is_left_out(count):
    scores = np.full(len(IDS), np.nan, dtype=np.float32)
    scores[:count] = 1.0
    found = fill_shelves(DATASET, {"own": scores}, [ShelfPlan("for-you", "For you", "")], 6, MASK)
    assert len(found) == (count == 4)


def test_what_comes_next_and_what_two_like_stand_by_their_own_orders():
    profile = Profile.of([0, 7], [4.0, 3.5], order=[1, 0])
    own = MODEL.score(profile)
    orders = {"own": own, "next": -own, "friend": np.roll(own, 5)}
    for scores in orders.values():
        scores[[0, 7]] = np.nan
    plans = plan_shelves(DATASET, profile, friend="Anna")
    found = {plan.key: (plan, items) for plan, items in fill_shelves(DATASET, orders, plans, 5, MASK)}
    # The film with the greatest order was rated last, wherever it stands.
    assert short_title(DATASET.movies.title(0), include_year=False) in found["next"][0].reason
    assert found["friend"][0].title == "With Anna"
    for key in ("next", "friend"):
        items = found[key][1]
        assert (np.diff(orders[key][items]) <= 0).all()
    shown = [item for _, items in found.values() for item in items.tolist()]
    assert len(shown) == len(set(shown))
    without = {plan.key for plan, _ in fill_shelves(DATASET, {"own": own}, plans, 5, MASK)}
    assert not without & {"next", "friend"}


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ([1, 2, 3], "After Film 2 and what you rated before it"),
        ([1, 3, 3], "After what you rated last"),
        ([3, 3, 3], None),
        (None, None),
    ],
)
def test_what_comes_next_names_the_last_film_where_one_was_the_last(order, reason):
    profile = Profile.of([0, 1, 2], [4.0, 4.0, 4.0], order=order)
    told = {plan.key: plan.reason for plan in plan_shelves(DATASET, profile)}
    assert ("next" in told) == (reason is not None)
    if reason:
        assert told["next"].replace("The ", "").startswith(reason.replace("The ", ""))
