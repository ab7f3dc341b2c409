"""The cache of models: what fits is served, what does not says why, and swaps drop nothing."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import ModelUnavailableError, UnknownIdError
from core.recommenders.popularity import Popularity
from core.recommenders.registry import recommender_class
from core.store import cache as cache_module
from core.store.artifact import attach_metrics, get_model_metadata, save_model
from core.store.cache import ModelCache
from core.testing.toy import toy_dataset


@pytest.fixture
def models(dataset: Dataset, tmp_path: Path) -> Path:
    save_model(Popularity().fit(dataset), tmp_path / "popularity")
    return tmp_path


def _cache(dataset: Dataset, models: Path, **named: object) -> ModelCache:
    return ModelCache(dataset, models, ("popularity",), **{"budget_mb": 100, **named})


def test_a_trained_model_is_served(dataset, models):
    cache = _cache(dataset, models)
    (status,) = cache.load_all()
    assert (status.state, status.reason) == ("loaded", None)
    assert status.disk_mb == pytest.approx(cache.used_mb())
    assert len(cache.get("popularity").recommend(Profile.empty(), 5)) == 5


def test_a_model_that_is_not_there_is_missing_and_says_how_to_train_it(dataset, tmp_path):
    cache = _cache(dataset, tmp_path)
    (status,) = cache.load_all()
    assert status.state == "missing"
    assert "cinematch train" in status.reason
    with pytest.raises(ModelUnavailableError, match="missing"):
        cache.get("popularity")


def test_an_unknown_key_is_refused(dataset, models):
    with pytest.raises(UnknownIdError, match="popularity"):
        ModelCache(dataset, models, ("nonsense",), 100)
    with pytest.raises(UnknownIdError):
        _cache(dataset, models).get("nonsense")


def test_what_is_said_of_a_model_is_read_once_and_anew_when_it_is_replaced(dataset, models, monkeypatch):
    reads: list[Path] = []

    def read(path):
        reads.append(path)
        return get_model_metadata(path)

    monkeypatch.setattr(cache_module, "get_model_metadata", read)
    cache = _cache(dataset, models)
    cache.load_all()
    assert len(reads) == 1
    attach_metrics(models / "popularity", {"values": {"liked_ndcg@10": 0.5}})
    assert cache.refresh(verify=False) == ["popularity"]
    assert len(reads) == 2
    assert cache.statuses()[0].metrics == {"values": {"liked_ndcg@10": 0.5}}


def test_a_reload_by_hand_reads_what_was_changed_in_place(dataset, models):
    cache = _cache(dataset, models)
    cache.load_all()
    file = models / "popularity" / "manifest.json"
    before = file.stat()
    file.write_text(file.read_text().replace('"metrics": {}', '"metrics": {"values": {}}'))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cache.reload("popularity").metrics == {"values": {}}


def test_what_does_not_fit_is_skipped_with_the_sizes(dataset, models):
    cache = _cache(dataset, models, budget_mb=0.0001)
    (status,) = cache.load_all()
    assert status.state == "skipped"
    assert "CINEMATCH_MEMORY_BUDGET_MB" in status.reason
    assert cache.used_mb() == 0


def test_a_broken_model_fails_alone(dataset, models):
    (models / "popularity" / "share.npy").write_bytes(b"nonsense")
    (status,) = _cache(dataset, models).load_all()
    assert status.state == "failed"
    assert "share.npy" in status.reason


def test_an_error_of_any_kind_in_one_model_is_a_status(dataset, models, monkeypatch):
    def explode(*_: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(cache_module, "open_artifact", explode)
    (status,) = _cache(dataset, models).load_all()
    assert status.state == "failed"
    assert "no such luck" in status.reason


def test_other_data_are_refused(models):
    (status,) = _cache(toy_dataset(seed=8), models).load_all()
    assert status.state == "failed"
    assert "other data" in status.reason


def test_threads_that_ask_at_once_load_once(dataset, models, monkeypatch):
    opened = []
    real = cache_module.open_artifact
    gate = threading.Barrier(8)

    def counting(*arguments: object) -> object:
        opened.append(1)
        return real(*arguments)

    monkeypatch.setattr(cache_module, "open_artifact", counting)
    cache = _cache(dataset, models)

    def ask(_: int) -> object:
        gate.wait(10)
        return cache.get("popularity")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len(opened) == 1
    assert all(model is found[0] for model in found)


def test_a_reload_swaps_and_former_holders_go_on(dataset, models):
    cache = _cache(dataset, models)
    former = cache.get("popularity")
    save_model(Popularity({"shrinkage": 99.0}).fit(dataset), models / "popularity")
    assert cache.reload("popularity").config == {"shrinkage": 99.0}
    assert cache.get("popularity") is not former
    assert len(former.recommend(Profile.empty(), 3)) == 3


def test_a_failing_reload_keeps_the_former_model(dataset, models):
    cache = _cache(dataset, models)
    former = cache.get("popularity")
    (models / "popularity" / "manifest.json").write_text("{")
    status = cache.reload("popularity")
    assert status.state == "loaded"
    assert "former" in status.reason
    assert cache.get("popularity") is former


def test_a_former_model_is_not_judged_by_the_files_of_another(dataset, models):
    cache = _cache(dataset, models)
    former = cache.get("popularity")
    save_model(Popularity({"shrinkage": 99.0}).fit(dataset), models / "popularity")
    (models / "popularity" / "share.npy").unlink()
    cache.reload("popularity")
    cache.refresh()
    cache.verifier.wait(30)
    assert cache.get("popularity") is former


def test_a_removed_artifact_does_not_take_the_served_model_away(dataset, models):
    cache = _cache(dataset, models)
    former = cache.get("popularity")
    shutil.rmtree(models / "popularity")
    cache.reload("popularity")
    assert cache.get("popularity") is former


def test_refresh_reloads_exactly_what_changed(dataset, models):
    cache = _cache(dataset, models)
    cache.load_all()
    assert cache.refresh() == []
    attach_metrics(models / "popularity", {"ranking": {"ndcg@10": 0.1}})
    assert cache.refresh() == ["popularity"]
    assert cache.statuses()[0].metrics == {"ranking": {"ndcg@10": 0.1}}
    assert cache.refresh() == []


@pytest.fixture
def retrained(dataset: Dataset, pair: str, tmp_path: Path) -> tuple[ModelCache, Callable[[float], None]]:
    """A loaded cache of an ensemble and its member, and how to train both again."""
    cache = ModelCache(dataset, tmp_path, ("popularity", pair), 100)

    def train(shrinkage: float) -> None:
        member = Popularity({"shrinkage": shrinkage}).fit(dataset)
        ensemble = recommender_class(pair)({"weight": shrinkage}).fit(dataset, members={"popularity": member})
        save_model(member, tmp_path / "popularity")
        save_model(ensemble, tmp_path / pair)

    train(1.0)
    cache.load_all()
    return cache, train


def _served(cache: ModelCache) -> tuple[float, float, float]:
    """Return of which training the member, the ensemble and the ensemble's member are."""
    ensemble = cache.get("pair")
    return (
        cache.get("popularity").config.shrinkage,
        ensemble.config.weight,
        ensemble.members["popularity"].config.shrinkage,
    )


def test_after_a_full_retraining_everything_is_opened_once_and_served_at_once(retrained, monkeypatch):
    cache, train = retrained
    real = cache_module.open_artifact
    opened, meanwhile = [], []

    def watched(path: Path, *others: object) -> object:
        meanwhile.append(_served(cache))
        opened.append(path.name)
        return real(path, *others)

    monkeypatch.setattr(cache_module, "open_artifact", watched)
    train(2.0)
    assert cache.refresh() == ["popularity", "pair"]
    assert opened == ["popularity", "pair"]
    assert set(meanwhile) == {(1.0, 1.0, 1.0)}
    assert _served(cache) == (2.0, 2.0, 2.0)
    assert cache.refresh() == []


def test_what_is_trained_while_the_models_before_are_opened_is_served_together_with_them(retrained, monkeypatch):
    cache, train = retrained
    real = cache_module.open_artifact
    meanwhile, again = [], [3.0]

    def trained_meanwhile(*arguments: object) -> object:
        meanwhile.append(_served(cache))
        model = real(*arguments)
        if model.key == "pair" and again:
            train(again.pop())
        return model

    monkeypatch.setattr(cache_module, "open_artifact", trained_meanwhile)
    train(2.0)
    assert set(cache.refresh()) == {"popularity", "pair"}
    assert set(meanwhile) == {(1.0, 1.0, 1.0)}
    assert _served(cache) == (3.0, 3.0, 3.0)


def test_a_new_ensemble_waits_for_a_member_that_cannot_be_opened(retrained):
    cache, train = retrained
    train(2.0)
    share = cache.models_dir / "popularity" / "share.npy"
    sound = share.read_bytes()
    share.write_bytes(b"nonsense")
    cache.refresh()
    assert _served(cache) == (1.0, 1.0, 1.0)
    reasons = {status.key: (status.state, status.reason) for status in cache.statuses()}
    assert reasons["popularity"][0] == reasons["pair"][0] == "loaded"
    assert "share.npy" in reasons["popularity"][1]
    assert "waits for its member 'popularity'" in reasons["pair"][1]
    assert cache.refresh() == []
    share.write_bytes(sound)
    attach_metrics(cache.models_dir / "popularity", {})
    assert cache.refresh() == ["popularity"]
    assert _served(cache) == (2.0, 2.0, 2.0)
    assert {status.reason for status in cache.statuses()} == {None}


def test_requests_go_on_while_models_are_swapped(dataset, models):
    cache = _cache(dataset, models)
    cache.load_all()
    stop = threading.Event()
    failures: list[BaseException] = []

    def serve() -> None:
        while not stop.is_set():
            try:
                assert len(cache.get("popularity").recommend(Profile.empty(), 3)) == 3
            except BaseException as error:  # noqa: BLE001
                failures.append(error)
                return

    threads = [threading.Thread(target=serve) for _ in range(3)]
    for thread in threads:
        thread.start()
    for weight in range(15):
        save_model(Popularity({"shrinkage": float(weight)}).fit(dataset), models / "popularity")
        cache.reload("popularity")
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_statuses_before_loading_tell_trained_from_untrained(dataset, models, tmp_path):
    assert _cache(dataset, models).statuses()[0].state == "skipped"
    assert _cache(dataset, tmp_path / "empty").statuses()[0].state == "missing"


def test_a_manifest_of_an_unknown_algorithm_fails(dataset, models):
    file = models / "popularity" / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "algorithm": "nonsense"}))
    (status,) = _cache(dataset, models).load_all()
    assert status.state == "failed"


def test_a_model_that_is_replaced_while_it_is_opened_is_opened_again(dataset, models, monkeypatch):
    real = cache_module.open_artifact
    opened = []

    def replaced_meanwhile(*arguments: object) -> object:
        model = real(*arguments)
        if not opened:
            save_model(Popularity({"shrinkage": 42.0}).fit(dataset), models / "popularity")
        opened.append(model)
        return model

    monkeypatch.setattr(cache_module, "open_artifact", replaced_meanwhile)
    cache = _cache(dataset, models)
    assert cache.get("popularity") is opened[1]
    assert cache.get("popularity").config.shrinkage == 42.0
    assert cache.statuses()[0].config == {"shrinkage": 42.0}
