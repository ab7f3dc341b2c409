"""What all tests share: an installation of toy data with trained models."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis
import pytest

from core.data.dataset import Dataset
from core.recommenders.base import Recommender
from core.recommenders.registry import algorithm_keys, recommender_class, training_order
from core.settings import Settings, load_settings
from core.store.artifact import save_model
from core.testing.toy import toy_dataset
from tests.postgres import PostgresProcess

# Half of the usual examples each time: other ones the next time.
hypothesis.settings.register_profile("suite", max_examples=50)
hypothesis.settings.load_profile("suite")


@dataclass(frozen=True)
class Installation:
    """Directories as an operator has them, with the environment that names them."""

    data_dir: Path
    models_dir: Path
    cache_dir: Path
    dataset: Dataset
    overrides: Mapping[str, object] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The settings of this installation."""
        places = {"data_dir": self.data_dir, "models_dir": self.models_dir, "cache_dir": self.cache_dir}
        return load_settings(**{"dataset": self.dataset.name, **places, **self.overrides})

    @property
    def env(self) -> dict[str, str | None]:
        """The same as environment variables, for another process."""
        return {
            "CINEMATCH_DATASET": self.dataset.name,
            "CINEMATCH_DATA_DIR": str(self.data_dir),
            "CINEMATCH_MODELS_DIR": str(self.models_dir),
            "CINEMATCH_CACHE_DIR": str(self.cache_dir),
            **{f"CINEMATCH_{name.upper()}": str(value) for name, value in self.overrides.items()},
        }

    def with_cache(self, cache_dir: Path, **overrides: object) -> "Installation":
        """Return the same data and models with a cache directory and settings of one's own."""
        return Installation(self.data_dir, self.models_dir, cache_dir, self.dataset, overrides)


@pytest.fixture(scope="session")
def toy_installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The toy data set with every algorithm trained on it."""
    root = tmp_path_factory.mktemp("toy")
    dataset = toy_dataset()
    dataset.save(root / "data" / dataset.name)
    opened = Dataset.open(root / "data" / dataset.name)
    trained: dict[str, Recommender] = {}
    for key in training_order(algorithm_keys()):
        trained[key] = recommender_class(key)().fit(opened, members=trained)
        save_model(trained[key], root / "models" / dataset.name / key)
    return Installation(root / "data", root / "models", root / "cache", opened)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresProcess]:
    """One server for all tests; each asks for a database of its own."""
    with PostgresProcess() as server:
        yield server
