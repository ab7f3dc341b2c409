"""Which algorithms there are, by key: those that ship, and those that other installed packages bring.

Another package brings one by an entry point of the group ``cinematch.algorithms``, whose name is the algorithm's key
and whose object is its class::

    [options.entry_points]
    cinematch.algorithms =
        slope_one = my_package.slope_one:SlopeOne
"""

import inspect
import logging
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from core.errors import ConfigurationError, UnknownIdError
from core.recommenders.base import Recommender

__all__ = ["GROUP", "algorithm_keys", "loadable_keys", "recommender_class", "training_order", "viewers_of"]

GROUP = "cinematch.algorithms"
_LOG = logging.getLogger("cinematch.algorithms")
_WHERE = {
    "hybrid": ("core.recommenders.hybrid.model", "Hybrid"),
    "svd": ("core.recommenders.svd", "SVD"),
    "surprise_svd": ("core.recommenders.surprise_svd.model", "SurpriseSVD"),
    "user_knn": ("core.recommenders.user_knn", "UserKNN"),
    "item_knn": ("core.recommenders.item_knn", "ItemKNN"),
    "content": ("core.recommenders.content", "Content"),
    "ease": ("core.recommenders.ease", "EASE"),
    "als": ("core.recommenders.als", "ALS"),
    "slist": ("core.recommenders.slist", "SLIST"),
    "bayesian_mf": ("core.recommenders.bayesian_mf.model", "BayesianMF"),
    "popularity": ("core.recommenders.popularity", "Popularity"),
}


def algorithm_keys() -> tuple[str, ...]:
    """Return all keys, in the order in which people are shown them; those of other packages come last."""
    return (*_WHERE, *_brought())


def loadable_keys() -> tuple[str, ...]:
    """Return the keys whose classes can be loaded; of each of the others a warning is logged."""
    found = []
    for key in algorithm_keys():
        try:
            recommender_class(key)
        except ConfigurationError as error:
            _LOG.warning("%s", error)
        else:
            found.append(key)
    return tuple(found)


def recommender_class(key: str) -> type[Recommender]:
    """Return the class of an algorithm; its module is imported on first use.

    Raises
    ------
    UnknownIdError
        When there is no such algorithm.
    ConfigurationError
        When another package brings it and what it brings cannot be used.
    """
    if key in _WHERE:
        module, name = _WHERE[key]
        shipped: type[Recommender] = getattr(import_module(module), name)
        return shipped
    if key not in _brought():
        raise UnknownIdError(f"There is no algorithm {key!r}. Choose one of: {', '.join(algorithm_keys())}.")
    found = _loaded(_brought()[key])
    if isinstance(found, str):
        raise ConfigurationError(found)
    return found


def viewers_of(key: str) -> tuple[str, ...]:
    """Return the members of an ensemble; none for other algorithms and for those that cannot be loaded."""
    try:
        return recommender_class(key).member_keys
    except ConfigurationError:
        return ()


def training_order(keys: tuple[str, ...]) -> list[str]:
    """Return keys so that the members of an ensemble come before it."""
    ordered: list[str] = []
    for key in keys:
        ordered += [needed for needed in (*viewers_of(key), key) if needed not in ordered]
    return ordered


@cache
def _brought() -> dict[str, EntryPoint]:
    """Return the entry points of other packages by key; a key that is taken stays whose it is."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if point.name in _WHERE or point.name in found:
            _LOG.warning(
                "%s brings an algorithm %r, and there is one of that key already: it is left out. Rename its entry "
                "point and its key.",
                _package(point),
                point.name,
            )
        else:
            found[point.name] = point
    return found


@cache
def _loaded(point: EntryPoint) -> type[Recommender] | str:
    """Return the class that an entry point names, or the sentence that says why it cannot be used."""
    brought = f"The algorithm {point.name!r} that {_package(point)} brings ({point.value})"
    remedy = "Mend that package or uninstall it."
    try:
        found = point.load()
    except Exception as error:  # noqa: BLE001
        # Another package's code: whatever it raises must not stop the others.
        return f"{brought} cannot be loaded: {type(error).__name__}: {error}. {remedy}"
    if not (inspect.isclass(found) and issubclass(found, Recommender)) or inspect.isabstract(found):
        return f"{brought} is no complete subclass of core.recommenders.base.Recommender. {remedy}"
    if getattr(found, "key", None) != point.name:
        return f"{brought} has the key {getattr(found, 'key', None)!r}; entry point and key must agree. {remedy}"
    return found


def _package(point: EntryPoint) -> str:
    return f"the package {point.dist.name!r}" if point.dist is not None else "a package without a name"
