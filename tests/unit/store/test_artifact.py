"""Artifacts: what their manifests say, and that damage is noticed."""

import json

import numpy as np
import pytest

from core.data.profile import Profile
from core.errors import ArtifactError, NotFittedError
from core.recommenders.popularity import Popularity
from core.store.artifact import (
    attach_metrics,
    get_model_metadata,
    model_paths,
    save_model,
    save_model_standard,
    verify_model,
)
from core.store.loader import load_model, load_model_safe
from core.testing.toy import toy_dataset


@pytest.fixture
def path(dataset, tmp_path):
    return save_model_standard(Popularity({"shrinkage": 5}).fit(dataset), tmp_path / "popularity")


def test_a_stored_model_is_ready_when_loaded(path, dataset):
    model = load_model_safe(path, dataset)
    assert model.config.shrinkage == 5
    assert len(model.recommend(Profile.empty(), 4)) == 4


def test_metadata_say_what_the_model_is(path, dataset):
    found = get_model_metadata(path)
    assert found["algorithm"] == "popularity"
    assert found["config"] == {"shrinkage": 5.0}
    assert found["dataset"] == {"name": "toy", "fingerprint": dataset.fingerprint}
    assert found["metrics"] == {}
    assert found["trained_at"].endswith("+00:00")
    assert found["libraries"]["numpy"] == np.__version__
    assert found["arrays"]["share"]["shape"] == [dataset.n_movies]
    assert found["sizes"]["disk"] == pytest.approx(2 * 4 * dataset.n_movies / 2**20, abs=1e-6)


def test_metadata_need_no_arrays(path):
    for file in path.glob("*.npy"):
        file.unlink()
    assert get_model_metadata(path)["algorithm"] == "popularity"


def test_metadata_of_nothing_is_an_error(tmp_path, dataset):
    with pytest.raises(ArtifactError, match="cinematch train"):
        get_model_metadata(tmp_path)
    with pytest.raises(ArtifactError, match="not a model"):
        get_model_metadata(dataset.save(tmp_path / "data"))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"arrays": 3}', '{"kind": "model", "arrays": {"../x": {}}}', "\xff"]
)
def test_a_damaged_manifest_is_an_error(path, text):
    (path / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(ArtifactError):
        get_model_metadata(path)
    with pytest.raises(ArtifactError):
        load_model_safe(path)


def test_a_manifest_cannot_lead_out_of_its_directory(path, dataset):
    file = path / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["arrays"]["../other"] = manifest["arrays"]["share"]
    file.write_text(json.dumps(manifest))
    with pytest.raises(ArtifactError, match=r"\.\./other"):
        load_model_safe(path, dataset)


def test_metrics_are_attached_without_touching_the_model(path, dataset):
    before = get_model_metadata(path)
    metrics = {"values": {"ndcg@10": 0.2}, "how": "held out"}
    attach_metrics(path, metrics)
    after = get_model_metadata(path)
    assert after.pop("metrics") == metrics
    before.pop("metrics")
    assert after == before
    assert verify_model(path, dataset) == []
    assert sorted(file.name for file in path.iterdir()) == ["manifest.json", "mean.npy", "share.npy"]


def test_what_was_measured_while_training_is_kept(dataset, tmp_path):
    save_model(Popularity().fit(dataset), tmp_path / "a", {"how": "x"}, {"train_seconds": 1.5, "peak_mb": 20})
    found = get_model_metadata(tmp_path / "a")
    assert (found["metrics"], found["train_seconds"], found["peak_mb"]) == ({"how": "x"}, 1.5, 20)


def test_an_unfitted_model_cannot_be_stored(tmp_path):
    with pytest.raises(NotFittedError):
        save_model_standard(Popularity(), tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_sound_artifact_has_no_faults(path, dataset):
    assert verify_model(path, dataset) == []


def test_a_changed_byte_is_noticed(path, dataset):
    file = path / "share.npy"
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(bytes(content))
    (fault,) = verify_model(path, dataset)
    assert "SHA-256" in fault


def test_values_that_are_not_finite_are_noticed(dataset, tmp_path):
    model = Popularity().fit(dataset)
    model._arrays = {**model.arrays, "share": np.full(dataset.n_movies, np.nan, dtype=np.float32)}
    (fault,) = verify_model(save_model_standard(model, tmp_path / "a"), dataset)
    assert "not finite" in fault


def test_other_data_and_missing_files_are_noticed(path):
    (fault,) = verify_model(path, toy_dataset(seed=3))
    assert "other data" in fault
    (path / "share.npy").unlink()
    assert "share.npy" in verify_model(path)[0]


def test_an_unknown_algorithm_is_noticed(path):
    file = path / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "algorithm": "nonsense"}))
    assert verify_model(path) != [] or pytest.fail("nothing was noticed")
    with pytest.raises(ArtifactError, match="nonsense"):
        load_model_safe(path, toy_dataset())


def test_another_format_is_refused_with_what_to_do(path, dataset):
    file = path / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format_version": 0}))
    with pytest.raises(ArtifactError, match=r"format 0, not 1.*another version.*cinematch train"):
        load_model(path, dataset)


def test_a_manifest_of_version_3_0_still_opens(path, dataset):
    file = path / "manifest.json"
    now = json.loads(file.read_text())
    then = {
        "algorithm": "popularity",
        "config": {"shrinkage": 5.0},
        "dataset": {"fingerprint": dataset.fingerprint, "name": "toy"},
        "format_version": 1,
        "kind": "model",
        "libraries": {"cinematch": "3.0.0", "numpy": "2.4.6", "python": "3.11.7"},
        "members": [],
        "metrics": {},
        "peak_mb": None,
        "train_seconds": None,
        "trained_at": "2026-11-26T00:46:15+00:00",
        "arrays": now["arrays"],
    }
    assert then.keys() == now.keys()
    file.write_text(json.dumps(then))
    np.testing.assert_array_equal(
        load_model(path, dataset).score(Profile.empty()), load_model_safe(path, dataset).score(Profile.empty())
    )
    assert load_model(path, dataset).config.shrinkage == 5


def test_an_artifact_without_an_array_that_is_needed_is_refused(path, dataset):
    file = path / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "algorithm": "svd", "config": {}}))
    with pytest.raises(ArtifactError, match=r"has no array.*cinematch train"):
        load_model(path, dataset)


def test_artifacts_of_a_directory(path, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / ".popularity.1234.tmp").mkdir()
    (tmp_path / ".popularity.1234.tmp" / "manifest.json").touch()
    assert model_paths(tmp_path) == {"popularity": path}
    assert model_paths(tmp_path / "none") == {}
