"""What is known of jobs and of who does them, in Redis: no process id, and no clock but that of Redis.

A job lives for as long as its lease: it is given one to wait, and another to run. A worker is there for as long as
it says so every few seconds.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from redis import Redis

from callbacks.jobs.cluster.redis_store import alone, spoken
from callbacks.jobs.look import Standing

__all__ = ["ClusterRecords"]

_KNOWN_S = 24 * 3600.0
_WAITING, _RUNNING = "waiting", "running"


@dataclass(frozen=True)
class _Job:
    key: str
    visitor: str
    state: str
    alive: bool


class ClusterRecords:
    """The jobs and workers of one installation.

    Parameters
    ----------
    client
        From `redis_store.connected`.
    name
        Begins every key.
    """

    def __init__(self, client: Redis, name: str) -> None:
        self._client = client
        self._name = name

    # -- jobs --------------------------------------------------------------------------------------------

    def turn(self) -> AbstractContextManager[None]:
        """Let one at a time take a place: of many at once none sees the room that another takes."""
        return alone(self._client, f"{self._name}:turn")

    def create(self, key: str, visitor: str, wait_s: float) -> None:
        """Note a job that may wait for so long."""
        with spoken(), self._client.pipeline() as pipe:
            pipe.hset(self._job(key), mapping={"visitor": visitor, "state": _WAITING, "attempts": 0})
            pipe.expire(self._job(key), round(_KNOWN_S))
            pipe.set(self._lease(key), 1, px=_milliseconds(wait_s))
            pipe.sadd(f"{self._name}:live", key)
            pipe.execute()

    def begin(self, key: str, visitor: str, run_s: float, most: int) -> int | None:
        """Let a job run for so long, unless its visitor has `most` others that run: then None.

        Returns
        -------
        int
            How often it has begun, this time included.
        """
        with self.turn():
            others = [job for job in self._jobs() if job.alive and job.state == _RUNNING and job.key != key]
            if sum(job.visitor == visitor for job in others) >= most:
                return None
            with spoken(), self._client.pipeline() as pipe:
                pipe.hset(self._job(key), mapping={"visitor": visitor, "state": _RUNNING})
                pipe.hincrby(self._job(key), "attempts", 1)
                pipe.expire(self._job(key), round(_KNOWN_S + run_s))
                pipe.set(self._lease(key), 1, px=_milliseconds(run_s))
                pipe.sadd(f"{self._name}:live", key)
                return int(pipe.execute()[1])

    def wait(self, key: str, wait_s: float) -> None:
        """Note that a job waits (again), for so long."""
        with spoken(), self._client.pipeline() as pipe:
            pipe.hset(self._job(key), "state", _WAITING)
            pipe.expire(self._job(key), round(_KNOWN_S))
            pipe.set(self._lease(key), 1, px=_milliseconds(wait_s))
            pipe.execute()

    def read(self, key: str) -> Standing | None:
        """Return how a job stands; None where nothing is known of it."""
        with spoken():
            (job,) = self._read([key])
        if job is None:
            return None
        # A worker ends a job at its limit and says so: a lease that ran out meanwhile is that of a lost one.
        return Standing(job.alive, job.state == _RUNNING, late=not job.alive and job.state == _WAITING)

    def forget(self, key: str) -> None:
        """Forget a job."""
        with spoken(), self._client.pipeline() as pipe:
            pipe.delete(self._job(key), self._lease(key))
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
        with self._client.pipeline() as pipe:
            for key in keys:
                pipe.hmget(self._job(key), "visitor", "state")
                pipe.exists(self._lease(key))
            answers: list[Any] = pipe.execute()
        jobs: list[_Job | None] = []
        for key, (visitor, state), alive in zip(keys, answers[::2], answers[1::2], strict=True):
            if visitor is None or state is None:
                jobs.append(None)
            else:
                jobs.append(_Job(key, _text(visitor), _text(state), bool(alive)))
        return jobs

    # -- workers -----------------------------------------------------------------------------------------

    def present(self, worker: str, places: int, for_s: float) -> None:
        """Note that a worker is there with so many places."""
        with spoken(), self._client.pipeline() as pipe:
            pipe.sadd(f"{self._name}:workers", worker)
            pipe.set(f"{self._name}:worker:{worker}", places, px=_milliseconds(for_s))
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


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _milliseconds(seconds: float) -> int:
    return max(1, round(1000 * seconds))
