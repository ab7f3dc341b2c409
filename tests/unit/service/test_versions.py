"""Data and models are replaced together: the former version serves until the new one is whole, and comes back."""

import gc
import weakref
from pathlib import Path

import pytest

from core.data.install import keep
from core.data.versions import roll_back
from core.errors import DataError
from core.service import CineMatch, open_service
from core.settings import Settings, load_settings
from core.store.training import train
from core.testing.toy import toy_dataset

KEYS = ("popularity", "svd")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    places = {f"{name}_dir": tmp_path / name for name in ("data", "models", "cache")}
    return load_settings(dataset="toy", algorithms="popularity,svd", **places)


def install(settings: Settings, seed: int, keys: tuple[str, ...] = KEYS) -> str:
    """Import a data set over the one that is there, and train on it."""
    dataset = keep(toy_dataset(seed=seed), settings)
    train(dataset, keys, settings.dataset_models_dir)
    return dataset.fingerprint


def serves(service: CineMatch, fingerprint: str) -> bool:
    """Whether data and all models are of one version, and answer."""
    assert {status.state for status in service.models()} == {"loaded"}
    for key in KEYS:
        assert service.model_cache.get(key).dataset.fingerprint == service.dataset.fingerprint
        assert service.recommend(user_id=1, algorithm=key, n=3).items
    return service.dataset_view().fingerprint == fingerprint


def test_a_new_version_is_served_when_all_its_models_are_there(settings: Settings) -> None:
    first = install(settings, 1)
    service = open_service(settings)
    assert service.refresh() == []
    assert serves(service, first)
    second = install(settings, 2, keys=())
    assert service.refresh() == []
    assert serves(service, first)
    assert service.newer is not None
    assert "cinematch train" in service.newer
    train(keep(toy_dataset(seed=2), settings), ["popularity"], settings.dataset_models_dir)
    assert service.refresh() == []
    assert serves(service, first)
    # Meanwhile a start serves the former version, too.
    assert serves(open_service(settings), first)
    train(keep(toy_dataset(seed=2), settings), ["svd"], settings.dataset_models_dir)
    assert set(service.refresh()) == set(KEYS)
    assert serves(service, second)
    assert service.newer is None
    assert serves(open_service(settings), second)


def test_the_former_version_comes_back_and_goes_again(settings: Settings) -> None:
    first, second = install(settings, 1), install(settings, 2)
    service = open_service(settings)
    assert serves(service, second)
    assert roll_back(settings, "toy") == (first, 2)
    service.refresh()
    assert serves(service, first)
    assert serves(open_service(settings), first)
    assert roll_back(settings, "toy") == (second, 2)
    service.refresh()
    assert serves(service, second)


def test_without_a_former_version_there_is_nothing_to_go_back_to(settings: Settings) -> None:
    install(settings, 1)
    with pytest.raises(DataError, match="No former version"):
        roll_back(settings, "toy")


def test_a_version_without_models_takes_no_former_ones_place(settings: Settings) -> None:
    first = install(settings, 1)
    install(settings, 2, keys=())
    install(settings, 3, keys=())
    assert serves(open_service(settings), first)
    assert roll_back(settings, "toy") == (first, 2)


def test_a_damaged_new_version_leaves_the_former_one_serving(settings: Settings) -> None:
    first = install(settings, 1)
    service = open_service(settings)
    install(settings, 2)
    file = settings.dataset_dir / "user_items.npy"
    file.write_bytes(file.read_bytes()[:-8] + bytes([255] * 8))
    assert service.refresh() == []
    assert serves(service, first)
    assert service.newer is not None
    assert "cannot be served" in service.newer
    assert serves(open_service(settings), first)


def test_a_request_sees_one_version_to_its_end_and_the_former_one_is_freed(settings: Settings) -> None:
    first = install(settings, 1)
    service = open_service(settings)
    service.pin()
    second = install(settings, 2)
    service.refresh()
    assert serves(service, first)
    held = weakref.ref(service.dataset)
    service.unpin()
    assert serves(service, second)
    gc.collect()
    assert held() is None
