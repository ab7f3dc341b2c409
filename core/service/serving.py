"""What a service serves from: one version of a data set with its models, taken and replaced as a whole."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.data.dataset import Dataset
from core.data.versions import former_dataset, former_models, trained_on
from core.errors import CineMatchError, ModelUnavailableError, UnknownIdError
from core.lists.filters import FilterMasks
from core.lists.similar import SimilarFilms
from core.recommenders.registry import algorithm_keys
from core.service.catalogue import best_loaded
from core.service.disk import disk_use
from core.service.kept_lists import KeptLists
from core.service.published import Follower, published_version
from core.service.versions import Version, current_version, stamp_of
from core.store.cache import ModelCache
from core.store.learning import read_learning
from core.store.storage import StorageWatch
from core.views import ModelMemory, with_learning

if TYPE_CHECKING:
    from core.recommenders.base import Recommender
    from core.search import TitleIndex
    from core.settings import Settings
    from core.views import DiskUse, Learning, ModelStatus

__all__ = ["Serving"]

_LOG = logging.getLogger("cinematch.service")


@dataclass(frozen=True)
class _Parts:
    dataset: Dataset
    models: ModelCache
    titles: TitleIndex
    mask: FilterMasks
    similar: SimilarFilms

    @classmethod
    def of(cls, dataset: Dataset, models: ModelCache, titles: TitleIndex) -> _Parts:
        return cls(dataset, models, titles, FilterMasks(dataset), SimilarFilms(dataset))


class Serving:
    """A data set, its models and its titles, which `refresh` replaces together.

    Parameters
    ----------
    dataset : Dataset
    models : ModelCache
    search : TitleIndex
    settings : Settings

    Notes
    -----
    Indices of one version mean nothing in another. Who asks several things that belong together, as a request does,
    pins the version for its thread with `pin` and lets go of it with `unpin`.
    """

    def __init__(self, dataset: Dataset, models: ModelCache, search: TitleIndex, settings: Settings) -> None:
        self.settings = settings
        self.storage_trouble = StorageWatch(settings.cache_dir)
        self._current = _Parts.of(dataset, models, search)
        self._pinned = threading.local()
        self._turn = threading.Lock()
        # Not where somebody serves other data than the configured ones.
        self._follows = dataset.path in (settings.dataset_dir, former_dataset(settings, settings.dataset))
        self._follower = None if settings.artifacts_url is None else Follower(settings)
        self._stamp: tuple[int, int] | None = None
        self._refused: Version | None = None
        self.learning: Learning | None = None
        """What is being learned of these data, or could not be; None where all is there."""
        self._look_at_learning()
        self.newer: str | None = None
        """Why a data set that is installed is not served yet; None where it is."""
        self.on_ask: Callable[[str], None] | None = None
        """Told the key of every algorithm that is asked."""
        self.kept_lists = KeptLists(settings.kept_lists_mb * 1_000_000)
        """Lists of stored users that were made before."""
        self._listed: Callable[[str], object] = lambda _algorithm: None

    def on_list(self, tell: Callable[[str], object]) -> None:
        """Have `tell` called with the algorithm's key for each list that is made."""
        self._listed = tell

    # --- the version that is served -----------------------------------------------------------------------

    def pin(self) -> None:
        """Have this thread see one version until `unpin`."""
        self._pinned.parts = self._current

    def unpin(self) -> None:
        """Let this thread see the version that is served; what it held can be freed."""
        self._pinned.parts = None

    @property
    def _parts(self) -> _Parts:
        return getattr(self._pinned, "parts", None) or self._current

    @property
    def dataset(self) -> Dataset:
        """The data set."""
        return self._parts.dataset

    @property
    def model_cache(self) -> ModelCache:
        """Its models."""
        return self._parts.models

    @property
    def titles(self) -> TitleIndex:
        """Its titles."""
        return self._parts.titles

    @property
    def published(self) -> str | None:
        """The name of the published version that is served; None where what is installed here is."""
        return None if self._follower is None else self.model_cache.models_dir.parent.name

    # --- its models ---------------------------------------------------------------------------------------

    def models(self) -> list[ModelStatus]:
        """Return the state of every algorithm."""
        statuses = self.model_cache.statuses()
        return statuses if self.learning is None else with_learning(statuses, self.learning)

    def model_memory(self) -> ModelMemory:
        """Return the loaded models' memory and their budget."""
        return ModelMemory(self.model_cache.used_mb(), self.model_cache.budget_mb)

    def disk_use(self) -> DiskUse:
        """Return what data, models and cache take on the disk, and what is free; looked up once a minute."""
        return disk_use(self.settings, int(time.monotonic() // 60))

    def default_algorithm(self) -> str:
        """Return the key of the algorithm to use when none is named: the best that is loaded.

        Raises
        ------
        ModelUnavailableError
            When no model is loaded.
        """
        return best_loaded(self.models())

    def loves(self, algorithm: str | None) -> bool:
        """Return whether an algorithm has other orders of its own: for love, and for what was watched lately."""
        return any(status.loves for status in self.models() if status.key == algorithm)

    def _metrics(self, algorithm: str) -> Mapping[str, Any]:
        return next((status.metrics for status in self.models() if status.key == algorithm), {})

    def _model(self, algorithm: str | None) -> Recommender:
        key = algorithm or self.default_algorithm()
        if self.on_ask is not None:
            self.on_ask(key)
        if key not in algorithm_keys():
            raise UnknownIdError(f"There is no algorithm {key!r}. Choose one of: {', '.join(algorithm_keys())}.")
        try:
            return self.model_cache.get(key)
        except ModelUnavailableError:
            # Another process may have told of it already: it was learned since this one looked.
            self.model_cache.refresh(verify=False)
            return self.model_cache.get(key)

    # --- taking up what is new ----------------------------------------------------------------------------

    def refresh(self, *, verify: bool = True) -> list[str]:
        """Take up models that were trained anew, and a data set that was put in place with its models.

        A new data set is served from the moment on at which every algorithm that serves has a model of it, or is
        known not to work on it: until then the former one is, as it was. One look at the disk for the data set and
        each model when nothing changed.

        Parameters
        ----------
        verify : bool
            Begin to compare the hashes of what serves.

        Returns
        -------
        list of str
            Keys of the models that were replaced.
        """
        with self._turn:
            self._look_at_learning()
            if self._follower is not None and (taken := self._take_published(self._follower)):
                return taken
            stamp = stamp_of(self.settings)
            if self._follows and stamp is not None and (stamp != self._stamp or self.newer is not None):
                taken = self._take_newer()
                self._stamp = stamp
                if taken:
                    return taken
        return self._current.models.refresh(verify=verify)

    def _look_at_learning(self) -> None:
        former, found = self.learning, read_learning(self.settings.dataset_models_dir)
        told = [] if former is None else former.trouble()
        for sentence in [] if found is None else found.trouble():
            if sentence not in told:
                _LOG.error("%s", sentence)
        self.learning = found

    def _take_newer(self) -> list[str]:
        here = self._current
        keys = here.models.keys
        found = current_version(self.settings, keys)
        if not found.fingerprint or found.fingerprint == here.dataset.fingerprint:
            self._refused = self.newer = None
            return []
        # Training replaces the models that are served here one by one: the former ones are kept aside.
        kept = former_models(self.settings, self.settings.dataset)
        if trained_on(here.dataset.fingerprint, kept, keys):
            here.models.move_to(kept)
        serving = {status.key for status in here.models.statuses() if status.state == "loaded"}
        missing = sorted(serving - found.trained)
        if missing or found == self._refused:
            if found != self._refused:
                self.newer = (
                    f"A newer {self.settings.dataset} is installed, and the former one is served until all models "
                    f"are trained on it: {', '.join(missing)} to go. Run `cinematch train --missing`."
                )
            return []
        del here
        return self._swap_in(found)

    def _take_published(self, follower: Follower) -> list[str]:
        trouble = follower.look()
        if follower.current() not in (None, self._current.models.models_dir.parent.name):
            found = published_version(self.settings, self._current.models.keys)
            if found is not None:
                return [] if found == self._refused else self._swap_in(found)
        self._refused, self.newer = None, trouble
        return []

    def _swap_in(self, found: Version) -> list[str]:
        try:
            parts = self._opened(found)
        except CineMatchError as error:
            self._refused = found
            self.newer = f"A newer {self.settings.dataset} cannot be served: {error}"
            _LOG.error("%s", self.newer)
            return []
        before = self._current.dataset.identity
        self._current = parts
        self.newer = None
        _LOG.info("%s is served now, with its models; before it was %s", parts.dataset.identity, before)
        gc.collect()
        return [status.key for status in parts.models.statuses() if status.state == "loaded"]

    def _opened(self, version: Version) -> _Parts:
        from core.search import TitleIndex

        dataset = Dataset.open(version.data)
        models = ModelCache(dataset, version.models, self._current.models.keys, self._current.models.budget_mb)
        models.load_all()
        return _Parts.of(dataset, models, TitleIndex(dataset))
