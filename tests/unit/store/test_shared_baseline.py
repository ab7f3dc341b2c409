"""Processes that train on the same data leave the baseline to each other."""

from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.recommenders.parts import biases
from core.store.loader import load_model
from core.store.training import train
from core.testing.toy import toy_dataset


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return toy_dataset().save(tmp_path / "toy")


def fits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the data sets whose baseline is fitted from now on."""
    seen: list[str] = []
    fit = biases._fit

    def noted(dataset: Dataset) -> biases.BaselineFit:
        seen.append(dataset.name)
        return fit(dataset)

    monkeypatch.setattr(biases, "_fit", noted)
    return seen


def test_the_second_process_takes_up_what_the_first_one_left(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = fits(monkeypatch)
    shared = tmp_path / "shared"
    train(Dataset.open(stored), ["svd"], tmp_path / "together", shared=shared)
    assert len(seen) == 1
    data = Dataset.open(stored)
    train(data, ["als"], tmp_path / "together", shared=shared)
    assert len(seen) == 1
    train(Dataset.open(stored), ["als"], tmp_path / "alone")
    assert len(seen) == 2
    together, alone = (load_model(tmp_path / name / "als", data) for name in ("together", "alone"))
    for name, array in alone.arrays.items():
        np.testing.assert_array_equal(together.arrays[name], array)


def test_the_baseline_of_other_data_or_a_damaged_one_is_not_taken_up(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    train(toy_dataset(seed=8), ["svd"], tmp_path / "models", shared=shared)
    seen = fits(monkeypatch)
    train(Dataset.open(stored), ["svd"], tmp_path / "models", shared=shared)
    assert len(seen) == 1
    (shared / "user_taste.npy").write_bytes(b"")
    train(toy_dataset(seed=8), ["svd"], tmp_path / "models", shared=shared)
    assert len(seen) == 2
