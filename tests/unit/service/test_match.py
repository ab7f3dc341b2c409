"""The match on its way from a model's manifest to a list."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.lists.match import MatchMap
from core.lists.requests import WhatIf
from core.service import CineMatch, open_service
from core.store.artifact import attach_metrics
from core.views import Filters
from tests.conftest import Installation

_MAP = MatchMap(np.array([2.0, 0.0, -0.2, 0.0, 0.0, 0.0, 0.0]), -7.0, 0.5, 3.5)
_POINT = {"predicted": 0.8, "observed": 0.75, "count": 40, "low": 0.6, "high": 0.86}
_MEASURED = {"map": _MAP.to_dict(), "bins": [_POINT], "ece": 0.05, "chance": 0.04, "how": "Made up."}


@pytest.fixture(scope="module")
def matched(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> CineMatch:
    """A service two of whose models were measured."""
    root = tmp_path_factory.mktemp("matched")
    settings = toy_installation.with_cache(root).settings
    copied = settings.model_copy(update={"models_dir": root / "models"})
    shutil.copytree(settings.dataset_models_dir, copied.dataset_models_dir)
    for key in ("hybrid", "bayesian_mf"):
        attach_metrics(Path(copied.dataset_models_dir) / key, {"match": _MEASURED})
    return open_service(copied)


def test_listed_films_have_a_match_where_it_was_measured(matched: CineMatch) -> None:
    items = matched.recommend(user_id=1, algorithm="bayesian_mf", n=10).items
    assert all(item.match is not None and 0 <= item.match <= 1 for item in items)
    assert all(item.predicted_spread is not None and item.predicted_spread > 0 for item in items)
    assert items == matched.recommend(user_id=1, algorithm="bayesian_mf", n=10).items


def test_where_nothing_was_measured_nothing_is_said(matched: CineMatch) -> None:
    items = matched.recommend(user_id=1, algorithm="svd", n=10).items
    assert {item.match for item in items} == {None}
    assert {item.predicted_spread for item in items} == {None}
    assert matched.reliability("svd") is None


def test_a_filter_leaves_the_match_of_a_film_as_it_is(matched: CineMatch) -> None:
    plain = {item.movie_id: item.match for item in matched.recommend(user_id=1, algorithm="bayesian_mf", n=20).items}
    some = tuple(sorted(plain)[::2])
    filtered = matched.recommend(user_id=1, algorithm="bayesian_mf", n=20, filters=Filters(movie_ids=some)).items
    assert len(filtered) == len(some)
    for item in filtered:
        assert item.match == pytest.approx(plain[item.movie_id])


def test_a_rated_film_has_no_match(matched: CineMatch) -> None:
    rated = {row.movie_id for row in matched.user_ratings(1)}
    items = matched.recommend(user_id=1, algorithm="bayesian_mf", n=100, exclude_rated=False).items
    assert rated & {item.movie_id for item in items}
    assert all((item.match is None) == (item.movie_id in rated) for item in items)


def test_a_changed_hybrid_was_not_measured(matched: CineMatch) -> None:
    assert matched.recommend(user_id=1, algorithm="hybrid", n=5).items[0].match is not None
    changed = matched.recommend(user_id=1, algorithm="hybrid", n=5, what_if=WhatIf(ranking={"ease": 0.0}))
    assert {item.match for item in changed.items} == {None}


def test_how_often_a_match_comes_true_is_told(matched: CineMatch) -> None:
    found = matched.reliability("bayesian_mf")
    assert found is not None
    assert (found.algorithm, found.error, found.chance, found.how) == ("bayesian_mf", 0.05, 0.04, "Made up.")
    assert [(point.predicted, point.observed, point.count) for point in found.points] == [(0.8, 0.75, 40)]
