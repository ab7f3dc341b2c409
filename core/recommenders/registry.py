"""Which algorithms there are, by key."""

from functools import cache
from importlib import import_module

from core.errors import UnknownIdError
from core.recommenders.base import Recommender

__all__ = ["algorithm_keys", "recommender_class", "training_order"]

_WHERE = {
    "hybrid": ("core.recommenders.hybrid.model", "Hybrid"),
    "svd": ("core.recommenders.svd", "SVD"),
    "surprise_svd": ("core.recommenders.surprise_svd.model", "SurpriseSVD"),
    "user_knn": ("core.recommenders.user_knn", "UserKNN"),
    "item_knn": ("core.recommenders.item_knn", "ItemKNN"),
    "content": ("core.recommenders.content", "Content"),
    "ease": ("core.recommenders.ease", "EASE"),
    "als": ("core.recommenders.als", "ALS"),
    "bayesian_mf": ("core.recommenders.bayesian_mf.model", "BayesianMF"),
    "popularity": ("core.recommenders.popularity", "Popularity"),
}


def algorithm_keys() -> tuple[str, ...]:
    """Return all keys, in the order in which people are shown them."""
    return tuple(_WHERE)


@cache
def recommender_class(key: str) -> type[Recommender]:
    """Return the class of an algorithm; its module is imported on first use.

    Raises
    ------
    UnknownIdError
        When there is no such algorithm.
    """
    if key not in _WHERE:
        raise UnknownIdError(f"There is no algorithm {key!r}. Choose one of: {', '.join(_WHERE)}.")
    module, name = _WHERE[key]
    found: type[Recommender] = getattr(import_module(module), name)
    return found


def training_order(keys: tuple[str, ...]) -> list[str]:
    """Return keys so that the members of an ensemble come before it."""
    ordered: list[str] = []
    for key in keys:
        for needed in (*recommender_class(key).member_keys, key):
            if needed not in ordered and needed in (*keys, *recommender_class(key).member_keys):
                ordered.append(needed)
    return ordered
