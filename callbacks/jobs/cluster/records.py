"""What is known of jobs and of who does them, in Redis: no process id, and no clock but that of Redis.

A job lives for as long as its lease: it is given one to wait, and another to run. A worker is there, and does what it
has begun, for as long as it says so every few seconds.
"""

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from redis import Redis

from callbacks.jobs.cluster.redis_store import alone, spoken
from callbacks.jobs.look import Standing

__all__ = ["ClusterRecords", "NotYetError"]

_KNOWN_S = 24 * 3600.0
_MAY_WAIT_S = 900.0
"""For jobs that another version of this program has noted."""
_WAITING, _RUNNING = "waiting", "running"
_TURN_S = 1.0
_LOOKS = 9
"""So often who was brought what another does looks whether that has ended, in the time after which it has gone."""


class NotYetError(Exception):
    """A job may not begin now, and may ask again after `again_s` seconds."""

    def __init__(self, again_s: float) -> None:
        super().__init__(again_s)
        self.again_s = again_s


@dataclass(frozen=True)
class _Job:
    key: str
    visitor: str
    state: str
    may_wait_s: float
    alive: bool


class ClusterRecords:
    """The jobs and workers of one installation.

    Parameters
    ----------
    client
        From `redis_store.connected`.
    name
        Begins every key.
    silent_s
        After so long a silence a worker has gone, and does nothing of what it had begun.
    """

    def __init__(self, client: Redis, name: str, silent_s: float) -> None:
        self._client = client
        self._name = name
        self._silent_s = silent_s

    # -- jobs --------------------------------------------------------------------------------------------

    def turn(self) -> AbstractContextManager[None]:
        """Let one at a time take a place: of many at once none sees the room that another takes."""
        return alone(self._client, f"{self._name}:turn")

    def create(self, key: str, visitor: str, wait_s: float) -> None:
        """Note a job that may wait for so long."""
        with spoken(), self._client.pipeline() as pipe:
            facts = {"visitor": visitor, "state": _WAITING, "attempts": 0, "may_wait_s": wait_s}
            pipe.hset(self._job(key), mapping=facts)
            pipe.expire(self._job(key), round(_KNOWN_S + wait_s))
            pipe.set(self._lease(key), 1, px=_milliseconds(wait_s))
            pipe.sadd(f"{self._name}:live", key)
            pipe.execute()

    def begin(self, key: str, visitor: str, run_s: float, most: int) -> int:
        """Let a job run for so long.

        Returns
        -------
        int
            How often it has begun, this time included.

        Raises
        ------
        NotYetError
            Its visitor has `most` others that run; or a worker does it, whose connection was cut, so that it was
            brought to another one, too.
        """
        with self.turn():
            with spoken():
                if self._client.exists(self._held(key)):
                    raise NotYetError(self._silent_s / _LOOKS)
            others = [job for job in self._jobs() if job.alive and job.state == _RUNNING and job.key != key]
            if sum(job.visitor == visitor for job in others) >= most:
                raise NotYetError(_TURN_S)
            with spoken(), self._client.pipeline() as pipe:
                pipe.set(self._held(key), 1, px=_milliseconds(self._silent_s))
                pipe.hset(self._job(key), mapping={"visitor": visitor, "state": _RUNNING})
                pipe.hincrby(self._job(key), "attempts", 1)
                pipe.expire(self._job(key), round(_KNOWN_S + run_s))
                pipe.set(self._lease(key), 1, px=_milliseconds(run_s))
                pipe.sadd(f"{self._name}:live", key)
                return int(pipe.execute()[2])

    def wait(self, key: str) -> None:
        """Note that a job waits again, for as long as it might at first, and that nobody does it any more.

        One that is not known any more stays so.
        """
        with spoken():
            (job,) = self._read([key])
            if job is None:
                return
            with self._client.pipeline() as pipe:
                pipe.hset(self._job(key), "state", _WAITING)
                pipe.expire(self._job(key), round(_KNOWN_S + job.may_wait_s))
                pipe.set(self._lease(key), 1, px=_milliseconds(job.may_wait_s))
                pipe.delete(self._held(key))
                pipe.execute()

    def read(self, key: str) -> Standing | None:
        """Return how a job stands; None where nothing is known of it."""
        with spoken():
            (job,) = self._read([key])
        if job is None:
            return None
        # A worker ends a job at its limit and says so: a lease that ran out meanwhile is that of a lost one.
        late = not job.alive and job.state == _WAITING
        return Standing(job.alive, job.state == _RUNNING, late, job.may_wait_s if late else None)

    def forget(self, key: str) -> None:
        """Forget a job."""
        # In no transaction: a Redis that is full takes none, whatever stands in it.
        with spoken(), self._client.pipeline(transaction=False) as pipe:
            pipe.delete(self._job(key), self._lease(key), self._held(key))
            pipe.srem(f"{self._name}:live", key)
            pipe.execute()

    def live(self) -> tuple[dict[str, str], list[str]]:
        """Return key and visitor of all jobs that wait or run, and the keys of those that are dead."""
        jobs = self._jobs()
        return {job.key: job.visitor for job in jobs if job.alive}, [job.key for job in jobs if not job.alive]

    def counts(self) -> dict[str, int]:
        """Return how many jobs run and wait."""
        states = [job.state for job in self._jobs() if job.alive]
        return {state: states.count(state) for state in (_RUNNING, _WAITING)}

    def _jobs(self) -> list[_Job]:
        with spoken():
            keys = sorted(map(_text, self._client.smembers(f"{self._name}:live")))
            found = self._read(keys)
            gone = [key for key, job in zip(keys, found, strict=True) if job is None]
            if gone:
                self._client.srem(f"{self._name}:live", *gone)
        return [job for job in found if job is not None]

    def _read(self, keys: list[str]) -> list[_Job | None]:
        with self._client.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.hmget(self._job(key), "visitor", "state", "may_wait_s")
                pipe.exists(self._lease(key))
            answers: list[Any] = pipe.execute()
        jobs: list[_Job | None] = []
        for key, facts, alive in zip(keys, answers[::2], answers[1::2], strict=True):
            visitor, state, may_wait_s = facts
            if visitor is None or state is None:
                jobs.append(None)
            else:
                jobs.append(_Job(key, _text(visitor), _text(state), float(may_wait_s or _MAY_WAIT_S), bool(alive)))
        return jobs

    # -- Redis itself ------------------------------------------------------------------------------------

    def check(self) -> None:
        """Raise StoreUnavailableError where nothing can be noted: Redis is away, full, or can only be read."""
        with spoken():
            self._client.set(f"{self._name}:check", 1, px=1000)

    def ahead_s(self) -> float:
        """Return by how many seconds the clock of this machine is ahead of that of Redis."""
        with spoken():
            answer: Any = self._client.time()
        seconds, microseconds = answer
        return time.time() - (seconds + microseconds / 1e6)

    # -- workers -----------------------------------------------------------------------------------------

    def present(self, worker: str, places: int, doing: Iterable[str] = ()) -> None:
        """Note that a worker is there with so many places, and does these jobs."""
        with spoken(), self._client.pipeline() as pipe:
            pipe.sadd(f"{self._name}:workers", worker)
            pipe.set(f"{self._name}:worker:{worker}", places, px=_milliseconds(self._silent_s))
            for key in doing:
                pipe.set(self._held(key), 1, px=_milliseconds(self._silent_s))
            pipe.execute()

    def leave(self, worker: str) -> None:
        """Note that a worker has gone."""
        with spoken():
            self._client.delete(f"{self._name}:worker:{worker}")

    def places(self) -> int:
        """Return how many jobs all workers that are there can do at a time."""
        with spoken():
            names = sorted(map(_text, self._client.smembers(f"{self._name}:workers")))
            found = self._client.mget([f"{self._name}:worker:{name}" for name in names]) if names else []
            gone = [name for name, places in zip(names, found, strict=True) if places is None]
            if gone:
                self._client.srem(f"{self._name}:workers", *gone)
        return sum(int(places) for places in found if places is not None)

    def _job(self, key: str) -> str:
        return f"{self._name}:job:{key}"

    def _lease(self, key: str) -> str:
        return f"{self._name}:lease:{key}"

    def _held(self, key: str) -> str:
        return f"{self._name}:held:{key}"


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _milliseconds(seconds: float) -> int:
    return max(1, round(1000 * seconds))
