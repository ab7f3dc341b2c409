"""What is replaced is unmapped with the last request that holds it, without any cycle to be collected first."""

import gc
import weakref

from core.recommenders.registry import algorithm_keys
from core.store.cache import ModelCache
from tests.conftest import Installation


def test_a_model_that_nobody_holds_is_freed_at_once(toy_installation: Installation) -> None:
    dataset = toy_installation.dataset
    cache = ModelCache(dataset, toy_installation.models_dir / dataset.name, budget_mb=100)
    cache.load_all()
    held = {}
    for key in algorithm_keys():
        model = cache.get(key)
        items = model.recommend(dataset.profile(1), 5).items
        model.explain(dataset.profile(1), int(items[0]))
        held[key] = weakref.ref(model)
    del model
    gc.collect()
    # As in workers, where what was made before the fork is frozen: only the last reference counts.
    gc.disable()
    try:
        cache._entries = {}
        assert [key for key, model in held.items() if model() is not None] == []
    finally:
        gc.enable()
