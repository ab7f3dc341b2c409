"""The models of one process: loaded once, one after another, within a budget, and swapped without a gap."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.arraydir import MANIFEST, verify_arrays
from core.errors import CineMatchError, ConfigurationError, ModelUnavailableError, UnknownIdError
from core.files import standing_dir
from core.memory_limit import model_budget_mb
from core.recommenders.registry import algorithm_keys, recommender_class, training_order, viewers_of
from core.store.artifact import get_model_metadata
from core.store.loader import open_artifact
from core.store.priority import Footprint, footprint, loading_order
from core.store.verification import Verifier
from core.views import ModelState, ModelStatus

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.recommenders.base import Recommender

__all__ = ["ModelCache"]

_LOG = logging.getLogger("cinematch.models")
_TRAIN = "Train it with `cinematch train --algorithms {key}`."


_Version = tuple[int, int] | None
"""By what a stored model is told from the next one in its place; None where there is none."""


@dataclass(frozen=True)
class _Entry:
    state: ModelState
    reason: str | None = None
    model: Recommender | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)
    version: _Version = None
    stale: bool = False
    """Whether a newer artifact is there that could not be opened."""
    verified: bool = False
    """Whether this process compared the hashes; that is done beside serving."""

    @property
    def unverified(self) -> bool:
        """Whether hashes are to be compared still; the files of a former model are not there any more."""
        return self.model is not None and not (self.verified or self.stale)

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(self.manifest.get("members") or ())

    @property
    def size_mb(self) -> float:
        return float(self.manifest["sizes"]["disk"]) if self.manifest and self.model is not None else 0.0


class _Entries(dict[str, _Entry]):
    """By key, replaced as a whole: what is told of them holds for as long as they do."""

    told: tuple[ModelStatus, ...] | None = None


class ModelCache:
    """Thread-safe access to the trained models of one data set.

    Parameters
    ----------
    dataset : Dataset
    models_dir : path
        The directory that holds one artifact directory per algorithm key (`Settings.dataset_models_dir`).
    keys : iterable of str, optional
        The algorithms to serve; by default all. Members of an ensemble are loaded for it, but only keys are served.
    budget_mb : float, optional
        Memory that all models together may take (mapped and resident); by default `model_budget_mb`.

    Notes
    -----
    `get` takes no lock once a model is loaded. Loading happens one model at a time under one lock, so that
    threads that ask for the same model at once load it once and the peak stays that of one model. A model that
    is replaced stays valid for the requests that hold it. Nothing that goes wrong with one model touches
    another: every state that is not ``loaded`` has a reason.

    Where the files are not those that were looked at before, small models are hashed when they are opened, and of
    larger ones the ranges of all indices are checked, so that nothing can be read that is not theirs. The hashes of
    all are compared after the first `refresh`, in a thread, whether files seem unchanged or not: disks err unnoticed.
    """

    def __init__(
        self, dataset: Dataset, models_dir: Path | str, keys: Iterable[str] = (), budget_mb: float | None = None
    ) -> None:
        self.dataset = dataset
        self.models_dir = Path(models_dir)
        self.keys = tuple(keys) or algorithm_keys()
        for key in self.keys:
            if key not in algorithm_keys():
                raise UnknownIdError(f"There is no algorithm {key!r}. Choose one of: {', '.join(algorithm_keys())}.")
        self.budget_mb = model_budget_mb() if budget_mb is None else float(budget_mb)
        self._entries = _Entries()
        self._read: dict[str, tuple[_Version, dict[str, Any]]] = {}
        self._lock = threading.RLock()
        self.verifier = Verifier(self._verify)

    # --- asking -------------------------------------------------------------------------------------------

    def get(self, key: str) -> Recommender:
        """Return the model of an algorithm, loading it on first use.

        Raises
        ------
        UnknownIdError
            When this cache does not serve such an algorithm.
        ModelUnavailableError
            When the model is not there, is broken or does not fit; the message says which.
        """
        if key not in self.keys:
            raise UnknownIdError(f"There is no algorithm {key!r} here. Choose one of: {', '.join(self.keys)}.")
        entry = self._entries.get(key)
        if entry is None:
            with self._lock:
                entry = self._entries.get(key) or self._load(key)
        if entry.model is None:
            raise ModelUnavailableError(f"The model {key!r} is not available ({entry.state}): {entry.reason}")
        return entry.model

    def statuses(self) -> list[ModelStatus]:
        """Return the state of every algorithm that is to be served, with the reason where it is not.

        They are told several times in each request, and change with the entries, which are replaced as a whole.
        """
        entries = self._entries
        if entries.told is not None:
            return list(entries.told)
        told = [self._status(key) for key in self.keys]
        # Of what was not loaded yet, the disk says whether there is anything to load.
        if entries is self._entries and all(key in entries for key in self.keys):
            entries.told = tuple(told)
        return told

    @property
    def state(self) -> object:
        """What all models are, by identity: another object as soon as one of them changes, or what is told of it."""
        return self._entries

    def used_mb(self) -> float:
        """Return the size of all loaded models, members of ensembles included, in MB."""
        return sum(entry.size_mb for entry in list(self._entries.values()))

    # --- loading ------------------------------------------------------------------------------------------

    def load_all(self) -> list[ModelStatus]:
        """Load what fits, the most measured quality per megabyte first; return `statuses`."""
        with self._lock:
            for key in self._loading_order():
                if key not in self._entries:
                    self._load(key)
        return self.statuses()

    def reload(self, key: str) -> ModelStatus:
        """Load an algorithm's artifact again and swap it in; ensembles that share it follow.

        The model that served so far goes on serving until the new one is ready, and stays when that fails.
        """
        if key not in self.keys:
            raise UnknownIdError(f"There is no algorithm {key!r} here. Choose one of: {', '.join(self.keys)}.")
        with self._lock:
            self._read.clear()
            self._renew([key])
            return self._status(key)

    def move_to(self, directory: Path) -> None:
        """Look for these models in another directory from now on, where they were kept."""
        with self._lock:
            self.models_dir = directory

    def refresh(self, *, verify: bool = True) -> list[str]:
        """Reload every model whose artifact on disk was replaced since it was loaded; return their keys.

        One `stat` per model when nothing changed, so that a readiness probe may call it.
        """
        if verify:
            self.verifier.start(key for key, entry in self._entries.items() if entry.unverified)
        if not self._replaced(self._entries):
            return []
        with self._lock:
            return self._renew(self._replaced(self._entries))

    def _verify(self, key: str) -> None:
        """Compare the hashes of a model that serves; one that is damaged, and ensembles over it, serve no longer."""
        entry, root = self._entries[key], self.models_dir
        if not entry.unverified:
            return
        faults = verify_arrays(root / key, entry.manifest, recommender_class(key).may_be_nan)
        with self._lock:
            if self._entries.get(key) is not entry or self.models_dir != root or self._version(key) != entry.version:
                return  # replaced meanwhile: the next refresh begins anew
            entries = {**self._entries, key: replace(entry, verified=True)}
            if faults:
                _LOG.error("model %s is served no longer: %s", key, "; ".join(faults))
                reason = f"{'; '.join(faults)}. {_TRAIN.format(key=key)}"
                entries[key] = _Entry("failed", reason, manifest=entry.manifest, version=entry.version)
                for other, ensemble in self._entries.items():
                    if key in ensemble.members and ensemble.model is not None:
                        reason = f"It needs {key!r}, which is not available (failed): {reason}"
                        entries[other] = replace(ensemble, state="skipped", reason=reason, model=None)
            self._entries = _Entries(entries)

    def _loading_order(self) -> list[str]:
        """The most measured quality per megabyte first; see `core.store.priority`."""
        models = {key: self._footprint(key) for key in training_order(self.keys)}
        return loading_order(models, self.budget_mb)

    def _footprint(self, key: str) -> Footprint:
        try:
            return footprint(self._manifest(key, self._version(key)), served=key in self.keys)
        except (CineMatchError, TypeError, ValueError, KeyError):
            return Footprint(0.0, members=viewers_of(key), served=key in self.keys)

    def _version(self, key: str) -> _Version:
        try:
            found = (standing_dir(self.models_dir / key) / MANIFEST).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _manifest(self, key: str, version: _Version) -> dict[str, Any]:
        """Read what is said of a model, once for the order of loading and for the loading."""
        found = self._read.get(key)
        if found is None or found[0] != version:
            found = self._read[key] = version, get_model_metadata(self.models_dir / key)
        return found[1]

    def _replaced(self, entries: Mapping[str, _Entry]) -> list[str]:
        """Return the keys whose artifacts are newer than the entries, members before their ensembles."""
        return [
            key
            for key in training_order(self.keys)
            if key in entries and self._version(key) not in (None, entries[key].version)
        ]

    def _load(self, key: str) -> _Entry:
        """Load one model, with the members that it needs, while the lock is held."""
        entries = dict(self._entries)
        entries[key] = self._attempt(key, entries)
        self._entries = _Entries(entries)
        return entries[key]

    def _renew(self, keys: list[str]) -> list[str]:
        """Open models anew and each ensemble over them once, and swap all of them in as one; return `keys`.

        Where more is replaced meanwhile, as while training stores one model after another, all is opened again:
        an ensemble must not be served over members that it was not made for.
        """
        while True:
            due: list[str] = []
            entries = dict(self._entries)
            for key in training_order(self.keys):
                if key in keys or (key in entries and not set(due).isdisjoint(entries[key].members)):
                    entries[key] = self._renewed(key, entries)
                    due.append(key)
            later = self._replaced(entries)
            if not later:
                self._entries = _Entries(entries)
                return keys
            keys = list(dict.fromkeys([*keys, *later]))

    def _renewed(self, key: str, entries: dict[str, _Entry]) -> _Entry:
        """Return a model's new entry; where there is no new model to serve, the former one stays in it."""
        former = self._entries.get(key)
        if former is None or former.model is None:
            return self._attempt(key, entries)
        if kept := [member for member in former.members if member in entries and entries[member].stale]:
            if (version := self._version(key)) == former.version:
                return former
            reason = f"A newer model waits for its member {kept[0]!r}; the former one is served."
            return replace(former, reason=reason, version=version, stale=True)
        entry = self._attempt(key, entries)
        if entry.model is not None:
            return entry
        _LOG.warning("model %s: %s; the former one goes on serving", key, entry.reason)
        reason = f"A newer model could not be loaded ({entry.reason}); the former one is served."
        return replace(former, reason=reason, version=entry.version, stale=True)

    def _attempt(self, key: str, entries: dict[str, _Entry]) -> _Entry:
        """Open one model beside the entries, to which the members that are missing are added."""
        path = self.models_dir / key
        version = self._version(key)
        started = time.perf_counter()
        try:
            recommender_class(key)
            if version is None:
                return _Entry("missing", f"There is no trained model at {path}. {_TRAIN.format(key=key)}")
            manifest = self._manifest(key, version)
            if reason := self._over_budget(key, manifest, entries):
                _LOG.warning("model %s skipped: %s", key, reason)
                return _Entry("skipped", reason, manifest=manifest, version=version)
            members, reason = self._members(manifest, entries)
            if reason:
                return _Entry("skipped", reason, manifest=manifest, version=version)
            model = open_artifact(path, manifest, self.dataset, members)
        except CineMatchError as error:
            _LOG.warning("model %s failed: %s", key, error)
            return _Entry("failed", str(error), version=version)
        except Exception as error:  # noqa: BLE001
            # A broken artifact must never stop the others, whatever its arrays make an algorithm raise.
            _LOG.exception("model %s failed", key)
            return _Entry("failed", f"{type(error).__name__}: {error}. {_TRAIN.format(key=key)}", version=version)
        if self._version(key) != version:
            # Replaced while it was being opened: manifest and arrays may be of two models.
            return self._attempt(key, entries)
        _LOG.info("model %s loaded in %.0f ms", key, (time.perf_counter() - started) * 1000)
        return _Entry("loaded", None, model, manifest, version)

    def _over_budget(self, key: str, manifest: Mapping[str, Any], entries: Mapping[str, _Entry]) -> str | None:
        needed = float(manifest["sizes"]["disk"]) + sum(
            self._footprint(member).mb
            for member in manifest["members"]
            if (entry := entries.get(member)) is None or entry.model is None
        )
        used = sum(entry.size_mb for other, entry in entries.items() if other != key)
        if used + needed <= self.budget_mb:
            return None
        return (
            f"It needs {needed:.1f} MB, and {max(self.budget_mb - used, 0.0):.1f} MB of the budget of "
            f"{self.budget_mb:.0f} MB are left. Raise the container's memory or CINEMATCH_MEMORY_BUDGET_MB."
        )

    def _members(
        self, manifest: Mapping[str, Any], entries: dict[str, _Entry]
    ) -> tuple[dict[str, Recommender], str | None]:
        members: dict[str, Recommender] = {}
        for needed in manifest["members"]:
            if needed not in entries:
                entries[needed] = self._attempt(needed, entries)
            entry = entries[needed]
            if entry.model is None:
                return {}, f"It needs {needed!r}, which is not available ({entry.state}): {entry.reason}"
            members[needed] = entry.model
        return members, None

    def _status(self, key: str) -> ModelStatus:
        title, summary = key, "Another package brings it, and it cannot be loaded."
        loves, similarity = False, None
        entry = self._entries.get(key)
        try:
            found = recommender_class(key)
            title, summary = found.title, found.summary
            loves, similarity = found.loves, found.similarity
        except ConfigurationError as error:
            entry = _Entry("failed", str(error))
        if entry is None:
            trained = self._version(key) is not None
            reason = "It is loaded when it is first asked for." if trained else _TRAIN.format(key=key)
            entry = _Entry("skipped" if trained else "missing", reason)
        manifest = entry.manifest
        sizes = manifest.get("sizes") or {}
        return ModelStatus(
            key=key,
            name=title,
            summary=summary,
            state=entry.state,
            reason=entry.reason,
            config=dict(manifest.get("config") or {}),
            metrics=dict(manifest.get("metrics") or {}),
            trained_at=manifest.get("trained_at"),
            disk_mb=sizes.get("disk"),
            mapped_mb=sizes.get("mapped"),
            resident_mb=sizes.get("resident"),
            loves=loves,
            list_recall=None if entry.model is None else entry.model.list_recall,
            similarity=similarity,
        )
