"""A model whose files were damaged is a failed model: it is not asked, and nothing else suffers."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.data import arraydir
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import ArtifactError, DataError, ModelUnavailableError
from core.recommenders.item_knn import ItemKNN
from core.recommenders.popularity import Popularity
from core.store.artifact import save_model
from core.store.cache import ModelCache
from core.store.loader import load_model
from core.testing.toy import toy_dataset


@pytest.fixture
def models(dataset: Dataset, tmp_path: Path) -> Path:
    save_model(Popularity().fit(dataset), tmp_path / "popularity")
    save_model(ItemKNN().fit(dataset), tmp_path / "item_knn")
    return tmp_path


def overwrite(path: Path, change: Callable[[np.ndarray], object]) -> None:
    """Change an array's values in its file, as bits that flip on a disk do: header and length stay."""
    array = np.load(path).copy()
    change(array)
    np.save(path, array)


def flip_index(array: np.ndarray) -> None:
    array.reshape(-1)[3] ^= 1 << 30


def flip_value(array: np.ndarray) -> None:
    array.reshape(-1)[3] *= 2


def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every artifact count as one that takes too long to be hashed while it is opened."""
    monkeypatch.setattr(arraydir, "_HASHED_UP_TO", -1)


@pytest.mark.parametrize("change", [flip_index, lambda array: array.fill(-1)])
def test_an_index_out_of_range_never_reaches_a_computation(
    dataset: Dataset, models: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[np.ndarray], object]
) -> None:
    large(monkeypatch)
    overwrite(models / "item_knn" / "watched_indices.npy", change)
    cache = ModelCache(dataset, models, ("item_knn", "popularity"), 100)
    states = {status.key: status.state for status in cache.load_all()}
    assert states == {"item_knn": "failed", "popularity": "loaded"}
    with pytest.raises(ModelUnavailableError, match="outside of"):
        cache.get("item_knn")


def test_a_small_model_is_hashed_when_it_is_opened(dataset: Dataset, models: Path) -> None:
    overwrite(models / "popularity" / "share.npy", flip_value)
    with pytest.raises(ArtifactError, match="SHA-256"):
        load_model(models / "popularity", dataset)


def test_a_large_model_is_hashed_beside_serving(
    dataset: Dataset, models: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    large(monkeypatch)
    overwrite(models / "popularity" / "share.npy", flip_value)
    cache = ModelCache(dataset, models, ("item_knn", "popularity"), 100)
    cache.load_all()
    assert len(cache.get("popularity").recommend(Profile.empty(), 5)) == 5
    cache.refresh()
    cache.verifier.wait(30)
    with pytest.raises(ModelUnavailableError, match="SHA-256"):
        cache.get("popularity")
    assert "served no longer" in caplog.text
    assert [status.state for status in cache.statuses()] == ["loaded", "failed"]
    # A sound one is served as soon as it is there.
    save_model(Popularity().fit(dataset), models / "popularity")
    assert cache.refresh() == ["popularity"]
    assert cache.get("popularity").key == "popularity"


def test_what_was_stored_without_ranges_is_hashed_whatever_its_size(
    dataset: Dataset, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large(monkeypatch)
    manifest = json.loads((models / "item_knn" / "manifest.json").read_text())
    for entry in manifest["arrays"].values():
        entry.pop("low", None)
        entry.pop("high", None)
    (models / "item_knn" / "manifest.json").write_text(json.dumps(manifest))
    load_model(models / "item_knn", dataset)
    overwrite(models / "item_knn" / "watched_indices.npy", flip_index)
    with pytest.raises(ArtifactError, match="SHA-256"):
        load_model(models / "item_knn", dataset)


def test_numbers_that_are_none_make_a_failed_model(dataset: Dataset, tmp_path: Path) -> None:
    model = Popularity().fit(dataset)
    share = model.arrays["share"].copy()
    share[0] = np.nan
    model._arrays = {**model.arrays, "share": share}
    save_model(model, tmp_path / "popularity")
    (status,) = ModelCache(dataset, tmp_path, ("popularity",), 100).load_all()
    assert status.state == "failed"
    assert "not finite" in str(status.reason)


@pytest.mark.parametrize(
    "change",
    [
        {"members": ["item_knn"]},
        {"members": "item_knn"},
        {"arrays": {"share": {"dtype": "<f4", "shape": [1], "bytes": None, "sha256": ""}}},
        {"arrays": {"share": {"dtype": "nonsense", "shape": [1], "bytes": 4, "sha256": ""}}},
        {"metrics": 3},
        {"config": None},
        {"dataset": []},
    ],
)
def test_a_manifest_of_the_wrong_form_fails_its_model_alone(
    dataset: Dataset, models: Path, change: dict[str, object]
) -> None:
    file = models / "item_knn" / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    states = {
        status.key: status.state for status in ModelCache(dataset, models, ("item_knn", "popularity"), 100).load_all()
    }
    assert states == {"item_knn": "failed", "popularity": "loaded"}


def test_a_damaged_data_set_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_dataset().save(tmp_path / "toy")
    overwrite(tmp_path / "toy" / "user_items.npy", flip_index)
    with pytest.raises(DataError, match="SHA-256"):
        Dataset.open(tmp_path / "toy")
    large(monkeypatch)
    with pytest.raises(DataError, match="outside of"):
        Dataset.open(tmp_path / "toy")
