"""Finished results that outlive their job: the same question is not computed twice."""

import hashlib
import json
import logging
from collections.abc import Callable
from typing import Any

from callbacks.jobs.storing import Store, StoreUnavailableError

__all__ = ["ResultStore"]

log = logging.getLogger("cinematch.jobs")


class ResultStore:
    """JSON results by (data fingerprint, name, version, arguments).

    Parameters
    ----------
    store
        Where they lie; it makes room for new ones by itself.
    fingerprint
        Returns that of the data and models which results are computed from: others' are not found.
    """

    def __init__(self, store: Store, fingerprint: Callable[[], str]) -> None:
        self._store = store
        self._fingerprint = fingerprint

    def get(self, name: str, arguments: Any, version: int = 1) -> Any | None:
        """Return the stored result of `name` for `arguments` (plain JSON); None where there is none to be read."""
        try:
            return self._store.get(self._key(name, arguments, version))
        except StoreUnavailableError as error:
            log.warning("stored results cannot be read: %s", error)
            return None

    def put(self, name: str, arguments: Any, result: Any, version: int = 1) -> None:
        """Keep `result`. Raise `version` when the code that computes it changes its meaning.

        A store that cannot be written is logged and costs no more than computing the result again.

        Raises
        ------
        TypeError
            The arguments or the result have no JSON form.
        """
        try:
            self._store.set(self._key(name, arguments, version), result)
        except StoreUnavailableError as error:
            log.warning("the result of %s is not kept: %s", name, error)

    def _key(self, name: str, arguments: Any, version: int) -> str:
        question = json.dumps([self._fingerprint(), name, version, arguments], sort_keys=True)
        return hashlib.sha256(question.encode()).hexdigest()
