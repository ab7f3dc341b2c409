"""A serving process in miniature with models of known size and quality: ``python -m tests.integration.memory_child``.

Run inside a memory cgroup by `test_memory_limit`: opens what fits its container, forks two workers as gunicorn does,
asks every model in each of them until all its pages were read, and prints as JSON what was served.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.memory_limit import container_limit, model_budget_mb, process_memory
from core.progress import Progress
from core.recommenders import registry
from core.recommenders.base import Recommender
from core.recommenders.results import Contribution, Scoring
from core.store.artifact import save_model
from core.store.cache import ModelCache

_MB = 1024 * 1024


class Weighty(Recommender):
    """A model that is `megabytes` large and reads all of it for each answer."""

    title = "Weighty"
    summary = "For tests of limits."
    megabytes: int
    quality: float

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        columns = self.megabytes * _MB // 4 // dataset.n_movies
        return {"weights": np.full((dataset.n_movies, columns), 0.5, dtype=np.float32)}

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        return self.arrays["weights"].mean(axis=1) + self.dataset.movie_counts.astype(np.float32)

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        return self.dataset.movie_means[items]

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        return [Contribution("bias", item, "All of it", float(scoring.scores[item]))]


class Small(Weighty):
    key, megabytes, quality = "small", 20, 0.20


class Poor(Weighty):
    key, megabytes, quality = "poor", 60, 0.05


class Good(Weighty):
    key, megabytes, quality = "good", 80, 0.46


class Broad(Weighty):
    key, megabytes, quality = "broad", 250, 0.47


CLASSES = (Small, Poor, Good, Broad)


def write_models(dataset: Dataset, folder: Path) -> None:
    """Store every class's model with its quality as if it had been measured."""
    for found in CLASSES:
        metrics = {"values": {"liked_ndcg@10": found.quality}, "how": "given by the test"}
        save_model(found().fit(dataset), folder / found.key, metrics)


def main() -> None:
    """Serve from the folders of data and models that the arguments name."""
    # In this process alone: the tests' own process shall not serve these models.
    registry._WHERE |= {found.key: (found.__module__, found.__name__) for found in CLASSES}
    dataset = Dataset.open(Path(sys.argv[1]))
    given = os.environ.get("CINEMATCH_MEMORY_BUDGET_MB")
    budget = model_budget_mb(int(given) if given else None)
    cache = ModelCache(dataset, Path(sys.argv[2]), [found.key for found in CLASSES], budget)
    states = {status.key: (status.state, status.reason) for status in cache.load_all()}
    loaded = [key for key, (state, _) in states.items() if state == "loaded"]
    codes = []
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            for _ in range(3):
                answers = [len(cache.get(key).recommend(dataset.profile(0), 5)) for key in loaded]
            os._exit(0 if answers == [5] * len(loaded) else 1)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    limit, where = container_limit()
    found = {"states": states, "codes": codes, "limit": limit, "where": where, "budget": budget}
    print(json.dumps({**found, "own": process_memory()["uss"]}))


if __name__ == "__main__":
    # The models' artifacts name their classes by this module's real name.
    from tests.integration.memory_child import main as run

    run()
