"""Ensembles share their members' models, on disk, in training and in the cache."""

import shutil

import pytest

from core.data.profile import Profile
from core.errors import ModelUnavailableError
from core.recommenders.popularity import Popularity
from core.store.artifact import save_model
from core.store.cache import ModelCache
from core.store.training import outdated, train


@pytest.fixture
def models(dataset, pair, tmp_path):
    train(dataset, [pair], tmp_path)
    return tmp_path


def test_training_an_ensemble_trains_its_members_first(dataset, pair, tmp_path):
    told = []
    reports = train(dataset, [pair], tmp_path, lambda done, text: told.append((done, text)))
    assert [report.key for report in reports] == ["popularity", "pair"]
    assert told[-1][0] == 1.0
    assert told[-1][1].startswith("pair: ")
    assert all(report.peak_mb > 10 and report.disk_mb > 0 and report.seconds >= 0 for report in reports)


def test_members_that_are_up_to_date_are_not_trained_again(dataset, pair, models):
    assert [report.key for report in train(dataset, [pair], models)] == ["pair"]


def test_what_is_outdated_takes_its_ensembles_along(dataset, pair, models):
    keys = ("popularity", pair)
    assert outdated(dataset, keys, models) == []
    save_model(Popularity({"shrinkage": 3}).fit(dataset), models / "popularity")
    assert outdated(dataset, keys, models) == ["popularity", "pair"]
    assert outdated(dataset, keys, models, {"popularity": {"shrinkage": 3}}) == []
    shutil.rmtree(models / "pair")
    assert outdated(dataset, keys, models, {"popularity": {"shrinkage": 3}}) == ["pair"]


def test_a_cache_shares_one_model_between_member_and_ensemble(dataset, pair, models):
    cache = ModelCache(dataset, models, ("popularity", pair), 100)
    cache.load_all()
    assert cache.get(pair).members["popularity"] is cache.get("popularity")


def test_members_that_are_not_served_are_loaded_for_their_ensemble(dataset, pair, models):
    cache = ModelCache(dataset, models, (pair,), 100)
    (status,) = cache.load_all()
    assert (status.key, status.state) == ("pair", "loaded")
    assert len(cache.get(pair).recommend(Profile.empty(), 3)) == 3


def test_an_ensemble_without_its_member_says_which(dataset, pair, models):
    shutil.rmtree(models / "popularity")
    cache = ModelCache(dataset, models, ("popularity", pair), 100)
    states = {status.key: status for status in cache.load_all()}
    assert states["popularity"].state == "missing"
    assert states["pair"].state == "skipped"
    assert "'popularity'" in states["pair"].reason
    with pytest.raises(ModelUnavailableError, match="popularity"):
        cache.get(pair)


def test_a_new_member_reaches_the_ensemble(dataset, pair, models):
    cache = ModelCache(dataset, models, ("popularity", pair), 100)
    cache.load_all()
    before = cache.get(pair)
    save_model(Popularity({"shrinkage": 77}).fit(dataset), models / "popularity")
    cache.reload("popularity")
    assert cache.get(pair) is not before
    assert cache.get(pair).members["popularity"] is cache.get("popularity")


def test_training_that_is_stopped_keeps_what_was_stored(dataset, pair, tmp_path):
    class StopError(Exception):
        pass

    def stop(done: float, text: str) -> None:
        if text.startswith("pair"):
            raise StopError

    with pytest.raises(StopError):
        train(dataset, [pair], tmp_path, stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["popularity"]
