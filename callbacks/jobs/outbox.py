"""What a job leaves for the page: progress, property updates, and one result or error."""

from dataclasses import dataclass
from typing import Any

from callbacks.jobs.storing import Store, StoreFullError, StoreUnavailableError

__all__ = ["JobError", "Outbox"]

_DELIVERED_KEPT_S = 60.0


@dataclass(frozen=True)
class JobError:
    """Why a job has no result: a sentence for people, and a traceback for the log (may be empty)."""

    message: str
    trace: str = ""


class Outbox:
    """The stored messages of all jobs, by job key.

    Everything expires `ttl_s` seconds after it was written. A delivered result stays for another minute, so
    that a repeated request (an impatient proxy, a second tab) finds it again.
    """

    def __init__(self, store: Store, ttl_s: float) -> None:
        self._store = store
        self._ttl = ttl_s

    def stay_open(self) -> None:
        """Keep the store open from now on (in a job's process)."""
        self._store.stay_open()

    # -- written by the job ------------------------------------------------------------------------------

    def post_progress(self, key: str, values: list[Any]) -> None:
        """Replace the progress that the page sees next."""
        self._store.set(f"{key}-progress", values, self._ttl)

    def post_props(self, key: str, changes: dict[str, dict[str, Any]]) -> None:
        """Add to the property updates that the page applies next: none is lost between two polls."""
        self._store.merge(f"{key}-props", changes, self._ttl)

    def post_result(self, key: str, value: Any) -> None:
        """Store the result, or why it cannot be stored. Whatever happens, the page hears of it."""
        try:
            self._store.set_checked(key, {"value": value}, self._ttl)
        except TypeError as error:
            message = f"The job finished, but its result cannot be sent to the page ({error})."
            self.post_error(key, JobError(message))
        except StoreFullError as error:
            self.post_error(key, JobError(f"The job finished, but {error}."))

    def post_error(self, key: str, error: JobError) -> None:
        """Store why the job has no result."""
        self._store.set(key, {"error": error.message, "trace": error.trace}, self._ttl)

    # -- read by the workers -----------------------------------------------------------------------------

    def finished(self, key: str) -> bool:
        """Return whether there is a result or an error."""
        return self._store.get(key) is not None

    def peek(self, key: str) -> dict[str, Any] | None:
        """Return what `outcome` returns, and let it lie as long as before."""
        found: dict[str, Any] | None = self._store.get(key)
        return found

    def progress(self, key: str) -> list[Any] | None:
        """Return the latest progress and leave it for others."""
        values: list[Any] | None = self._store.get(f"{key}-progress")
        return values

    def outcome(self, key: str) -> dict[str, Any] | None:
        """Return ``{"value": ...}`` or ``{"error": ..., "trace": ...}``, or None while there is neither."""
        found: dict[str, Any] | None = self._store.get(key)
        if found is not None:
            self._store.touch(key, _DELIVERED_KEPT_S)
        return found

    def failed(self, key: str) -> bool:
        """Return whether there is an error."""
        return "error" in (self._store.get(key) or {})

    def take_progress(self, key: str) -> list[Any] | None:
        """Return the latest progress once."""
        values: list[Any] | None = self._store.pop(f"{key}-progress")
        return values

    def take_props(self, key: str) -> dict[str, Any]:
        """Return the property updates since the last look."""
        changes: dict[str, Any] = self._store.pop(f"{key}-props", {})
        return changes

    def mark_cancelled(self, key: str) -> None:
        """Remember that nobody wants this job's outcome."""
        self._store.set(f"{key}-cancelled", True, self._ttl)

    def is_cancelled(self, key: str) -> bool:
        """Return whether the job was cancelled."""
        return bool(self._store.get(f"{key}-cancelled", False))

    def discard_messages(self, key: str) -> None:
        """Drop progress and property updates."""
        self._store.delete(f"{key}-progress", f"{key}-props")

    def bury(self, key: str, error: JobError) -> dict[str, Any]:
        """Store the error of a job that died without a word, and return it as its outcome.

        It is returned even where it cannot be stored: a full disk may be what the job died of.
        """
        try:
            self.post_error(key, error)
        except StoreUnavailableError as trouble:
            return {"error": f"{error.message} {trouble}", "trace": error.trace}
        return {"error": error.message, "trace": error.trace}

    def keep_secret(self, key: str, candidate: str) -> str:
        """Return the text kept under `key` for all processes, which is `candidate` for the first that asks."""
        return str(self._store.add(key, candidate))
