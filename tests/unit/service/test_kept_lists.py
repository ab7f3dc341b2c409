import dataclasses
import gc
import tracemalloc
from shutil import copytree

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.lists.requests import ListRequest, ProfileRequest, WhatIf
from core.recommenders.popularity import Popularity
from core.recommenders.svd import SVD
from core.service import CineMatch, open_service
from core.service.kept_lists import KeptLists, key_of
from core.settings import load_settings
from core.store.artifact import save_model
from core.testing.toy import toy_dataset
from core.views import Filters, Near, Reranking


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    root = tmp_path_factory.mktemp("kept")
    dataset = toy_dataset()
    dataset.save(root / "data" / "toy")
    for model in (Popularity(), SVD({"factors": 4})):
        save_model(model.fit(dataset), root / "models" / "toy" / model.key)
    return root


def _opened(root):
    settings = load_settings(
        dataset="toy",
        data_dir=root / "data",
        models_dir=root / "models",
        cache_dir=root / "cache",
        algorithms=("svd", "popularity"),
    )
    return open_service(settings)


@pytest.fixture(scope="module")
def opened(trained):
    return _opened(trained)


@pytest.fixture
def service(opened):
    opened.kept_lists = KeptLists(8_000_000)
    return opened


@pytest.fixture
def own(trained, tmp_path):
    """A service whose models and data a test may replace."""
    for part in ("data", "models"):
        copytree(trained / part, tmp_path / part)
    return _opened(tmp_path)


@pytest.fixture
def asked(service):
    told = []
    service.kept_lists.tell = lambda found, _size: told.append(found)
    return told


def _said(found):
    return dataclasses.replace(found, took_ms=0.0)


def _anew(service, **asked):
    """Return the list as a service says it that keeps nothing."""
    settings = service.settings.model_copy(update={"kept_lists_mb": 0})
    return _said(CineMatch(service.dataset, service.model_cache, service.titles, settings).recommend(**asked))


def test_a_list_that_is_asked_for_again_is_the_same_and_not_made_again(service, asked):
    lists = []
    service.on_list(lists.append)
    first = service.recommend(user_id=3, algorithm="svd")
    again = service.recommend(user_id="3", algorithm="svd")
    assert asked == [False, True]
    assert _said(first) == _said(again) == _anew(service, user_id=3, algorithm="svd")
    assert again.items[0] is first.items[0]
    assert lists == ["svd", "svd"]


def test_whoever_changes_a_list_changes_nobody_elses(service):
    service.recommend(user_id=3, algorithm="svd").items.clear()
    service.recommend(user_id=3, algorithm="svd").items.clear()
    assert len(service.recommend(user_id=3, algorithm="svd").items) == 10


@pytest.mark.parametrize(
    "other",
    [
        {"user_id": 4},
        {"algorithm": "popularity"},
        {"n": 11},
        {"exclude_rated": False},
        {"filters": Filters(genres=("Drama",))},
        {"filters": Filters(year_min=1990)},
        {"filters": Filters(min_ratings=5)},
        {"wish": Reranking(diversity=0.5)},
        {"wish": Reranking(popularity=-1.0)},
        {"wish": Reranking(closeness=0.5), "near": Near(movie_ids=(10,))},
        {"without": (30,)},
        {"filters": Filters(exclude_ids=(10,))},
        {"filters": Filters(movie_ids=(10, 20, 40))},
        {"say": "drama from the 90s"},
    ],
)
def test_what_changes_a_list_is_never_answered_by_another_one(service, other):
    rated = service.user_ratings(3)[0].movie_id
    asked = {"user_id": 3, "algorithm": "svd", **other}
    if "without" in other:
        asked["without"] = (rated,)
    service.recommend(user_id=3, algorithm="svd")
    expected = _anew(service, **asked)
    assert _said(service.recommend(**asked)) == expected
    assert _said(service.recommend(**asked)) == expected


def test_what_only_one_person_would_ask_is_not_kept(service):
    def key(profile=None, **fields):
        return key_of(service.dataset, ListRequest(profile or ProfileRequest(3), **fields), "svd")

    assert key() is not None
    near = [key(wish=Reranking(closeness=0.5), near=Near(tags=(tag,))) for tag in ("funny", "sad")]
    assert len({key(), *near}) == 3
    assert key(filters=Filters(genres=("Drama",), tags=("funny",))) is not None
    assert key(ProfileRequest(ratings={10: 4.0})) is None
    assert key(ProfileRequest(3, without=(10,))) is None
    assert key(filters=Filters(movie_ids=())) is None
    assert key(filters=Filters(exclude_ids=(10,))) is None
    assert key(say="something funny") is None
    assert key(what_if=WhatIf(ranking={"ease": 2.0})) is None
    assert key(wish=Reranking(closeness=0.5), near=Near(movie_ids=(10,))) is None
    # A caller's list may change after the answer.
    assert key(filters=Filters(genres=["Drama"])) is None


def test_a_model_that_was_trained_anew_answers_at_once(own):
    before = own.recommend(user_id=3, algorithm="svd")
    others = own.recommend(user_id=3, algorithm="popularity")
    save_model(SVD({"factors": 1}).fit(own.dataset), own.settings.dataset_models_dir / "svd")
    assert own.refresh(verify=False) == ["svd"]
    after = own.recommend(user_id=3, algorithm="svd")
    assert [item.score for item in after.items] != [item.score for item in before.items]
    assert _said(after) == _anew(own, user_id=3, algorithm="svd")
    assert _said(own.recommend(user_id=3, algorithm="popularity")) == _said(others)
    told = []
    own.kept_lists.tell = lambda found, _size: told.append(found)
    assert own.recommend(user_id=3, algorithm="svd").items == after.items
    assert told == [True]


def test_the_former_model_back_again_answers_as_it_did(own):
    before = own.recommend(user_id=3, algorithm="svd")
    for model in (SVD({"factors": 1}), SVD({"factors": 4})):
        save_model(model.fit(own.dataset), own.settings.dataset_models_dir / "svd")
        own.refresh(verify=False)
        found = own.recommend(user_id=3, algorithm="svd")
        assert (_said(found) == _said(before)) is (model.config.factors == 4)


def test_figures_that_were_measured_since_are_told(own):
    wish = Reranking(diversity=0.5)
    before = own.recommend(user_id=3, algorithm="svd", wish=wish)
    model = own.model_cache.get("svd")
    costs = {"diversity": {"0.5": {"ndcg": [0.5, 0.4]}}}
    save_model(model, own.settings.dataset_models_dir / "svd", metrics={"wishes": costs, "values": {"rmse": 0.9}})
    own.refresh(verify=False)
    assert own.reliability("svd") is None
    after = own.recommend(user_id=3, algorithm="svd", wish=wish)
    assert after.items == before.items
    assert after.items[0] is not before.items[0]


def test_data_that_were_replaced_answer_with_a_rating_that_was_added(own):
    before = own.recommend(user_id=3, algorithm="svd")
    data = own.dataset
    keep = np.ones(data.n_ratings, dtype=bool)
    keep[int(data.user_indptr[3]) - 1] = False
    changed = data.with_ratings(keep)
    changed.save(own.settings.dataset_dir)
    for model in (Popularity(), SVD({"factors": 4})):
        save_model(model.fit(Dataset.open(own.settings.dataset_dir)), own.settings.dataset_models_dir / model.key)
    assert "svd" in own.refresh(verify=False)
    assert own.dataset.fingerprint != data.fingerprint
    found = own.recommend(user_id=3, algorithm="svd")
    assert _said(found) == _anew(own, user_id=3, algorithm="svd")
    assert [item.score for item in found.items] != [item.score for item in before.items]


def test_lists_that_were_not_asked_for_longest_go_first(service, asked):
    kept = service.kept_lists
    for user in (1, 2):
        service.recommend(user_id=user, algorithm="svd")
    kept.limit = kept.size
    service.recommend(user_id=1, algorithm="svd")
    service.recommend(user_id=3, algorithm="svd")
    asked.clear()
    service.recommend(user_id=1, algorithm="svd")
    service.recommend(user_id=2, algorithm="svd")
    assert asked == [True, False]
    assert 0 < kept.size <= kept.limit


def test_a_list_larger_than_all_may_be_is_given_and_not_kept(service):
    service.kept_lists.limit = 100
    assert service.recommend(user_id=1, algorithm="svd").items
    assert service.kept_lists.size == 0


def test_nothing_is_kept_where_the_operator_says_so(service):
    service.kept_lists = KeptLists(0)
    told = []
    service.kept_lists.tell = lambda found, _size: told.append(found)
    assert _said(service.recommend(user_id=1)) == _said(service.recommend(user_id=1))
    assert (told, service.kept_lists.size) == ([], 0)


def test_what_is_kept_takes_no_more_than_is_reckoned(service):
    for user in range(1, 40):
        service.recommend(user_id=user, algorithm="svd", n=1)
    kept = KeptLists(10_000_000)
    service.kept_lists = kept
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for user in range(1, 40):
            service.recommend(user_id=user, algorithm="svd", n=10, filters=Filters(year_min=1900 + user))
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert kept.size / 2 < taken <= kept.size
