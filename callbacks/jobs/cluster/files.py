"""What jobs leave on a worker's disk (measurements, curves, maps) is brought to the disks of all others."""

import contextlib
import json
import logging
import re
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG
from typing import Any

from redis import Redis

from callbacks.jobs.cluster.redis_store import spoken
from core.files import write_atomically

__all__ = ["SharedFiles"]

log = logging.getLogger("cinematch.jobs")

_ROOMS = ("runs", "curves", "maps")
_NAME = re.compile(rf"(?:{'|'.join(_ROOMS)})/[A-Za-z0-9][A-Za-z0-9._-]*")
_MOST_BYTES = 256 << 20
_FULL_FOR_S = 60.0
"""How long a disk that takes nothing is left alone."""
_Stamps = Mapping[str, tuple[int, int]]


class SharedFiles:
    """The files of some rooms of the cache directory, of all replicas and workers.

    Each that is published gets the next number. Who has taken up all to a number looks for higher ones, which is one
    question to Redis when there is nothing new. The latest 256 MB are kept there; what is on a disk stays.

    Parameters
    ----------
    client
        From `redis_store.connected`.
    name
        Begins every key.
    root
        The cache directory.
    """

    def __init__(self, client: Redis, name: str, root: Path) -> None:
        self._client = client
        self._name = name
        self._root = root
        self._mark = root / ".taken-up"
        self._turn = threading.Lock()
        self._known = ("", 0)
        self._not_before = float("-inf")

    # -- on the workers ----------------------------------------------------------------------------------

    def stamps(self) -> dict[str, tuple[int, int]]:
        """Return time and size of every file that is there."""
        found = {}
        for room in _ROOMS:
            for path in (self._root / room).glob("*"):
                name = f"{room}/{path.name}"
                # Who measures drops the oldest when there are too many.
                with contextlib.suppress(FileNotFoundError):
                    facts = path.stat()
                    if _NAME.fullmatch(name) and S_ISREG(facts.st_mode):
                        found[name] = (facts.st_mtime_ns, facts.st_size)
        return found

    def publish(self, before: _Stamps) -> None:
        """Give to all what is new or has changed since `before`.

        Raises
        ------
        StoreUnavailableError
            Redis does not take it.
        """
        changed = [name for name, stamp in self.stamps().items() if before.get(name) != stamp]
        for name in sorted(changed):
            try:
                data = (self._root / name).read_bytes()
            except FileNotFoundError:
                continue
            self._give(name, data)
        if changed:
            self._drop_old()

    def _give(self, name: str, data: bytes) -> None:
        def put(pipe: Any) -> None:
            number = int(pipe.get(self._key("count")) or 0) + 1
            pipe.multi()
            pipe.set(self._key("series"), uuid.uuid4().hex, nx=True)
            pipe.set(self._key("count"), number)
            pipe.set(self._key(f"file:{name}"), data)
            pipe.zadd(self._key("order"), {name: number})
            pipe.hset(self._key("sizes"), name, len(data))

        # In one step: who saw a number before its file would never look for it again.
        with spoken():
            self._client.transaction(put, self._key("count"))

    def _drop_old(self) -> None:
        with spoken():
            sizes: dict[Any, Any] = self._client.hgetall(self._key("sizes"))
            too_much = sum(map(int, sizes.values())) - _MOST_BYTES
            names: Any = self._client.zrange(self._key("order"), 0, -1)
            for name in names:
                if too_much <= 0:
                    return
                too_much -= int(sizes.get(name, 0))
                with self._client.pipeline() as pipe:
                    pipe.delete(self._key(f"file:{name.decode()}"))
                    pipe.zrem(self._key("order"), name)
                    pipe.hdel(self._key("sizes"), name)
                    pipe.execute()

    # -- everywhere --------------------------------------------------------------------------------------

    def take_up(self) -> None:
        """Put here what others have published since the last look.

        What the disk does not take is looked for again in a minute, and what came after it then, too.

        Raises
        ------
        StoreUnavailableError
            Redis does not answer.
        """
        with self._turn:
            if time.monotonic() < self._not_before:
                return
            with spoken():
                answers: Any = self._client.mget(self._key("series"), self._key("count"))
                series, latest = (answers[0].decode(), int(answers[1])) if all(answers) else ("", 0)
                known = self._taken_up(series)
                if latest <= known:
                    return
                reached = latest
                names: Any = self._client.zrangebyscore(self._key("order"), known + 1, latest, withscores=True)
                for name, number in names:
                    if not self._take(name.decode()):
                        reached, self._not_before = int(number) - 1, time.monotonic() + _FULL_FOR_S
                        break
            if reached > known:
                self._known = (series, reached)
                self._put(self._mark.name, json.dumps(self._known).encode())

    def _taken_up(self, series: str) -> int:
        """Return up to which number of a series all is here, whoever of those on this disk has brought it."""
        return max((number for one, number in (self._known, self._read_mark()) if one == series), default=0)

    def _take(self, name: str) -> bool:
        """Bring one file here; return False where the disk does not take it."""
        data: Any = self._client.get(self._key(f"file:{name}"))
        return data is None or not _NAME.fullmatch(name) or self._put(name, data)

    def _put(self, name: str, data: bytes) -> bool:
        try:
            write_atomically(self._root / name, data)
        except OSError as error:
            log.error("%s cannot be kept in CINEMATCH_CACHE_DIR: %s", name, error.strerror or error)
            return False
        return True

    def _read_mark(self) -> tuple[str, int]:
        try:
            series, count = json.loads(self._mark.read_text(encoding="utf-8"))
            return str(series), int(count)
        except (OSError, ValueError, TypeError):
            return "", 0

    def _key(self, part: str) -> str:
        return f"{self._name}:{part}"
