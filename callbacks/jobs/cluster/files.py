"""What jobs leave on a worker's disk (measurements, curves, maps) is brought to the disks of all others."""

import json
import logging
import re
import threading
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from redis import Redis

from callbacks.jobs.cluster.redis_store import spoken
from core.files import write_atomically

__all__ = ["SharedFiles"]

log = logging.getLogger("cinematch.jobs")

_ROOMS = ("runs", "curves", "maps")
_NAME = re.compile(rf"(?:{'|'.join(_ROOMS)})/[A-Za-z0-9][A-Za-z0-9._-]*")
_MOST_BYTES = 256 << 20
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
        self._known: tuple[str, int] | None = None

    # -- on the workers ----------------------------------------------------------------------------------

    def stamps(self) -> dict[str, tuple[int, int]]:
        """Return time and size of every file that is there."""
        found = {}
        for room in _ROOMS:
            for path in (self._root / room).glob("*"):
                name = f"{room}/{path.name}"
                if _NAME.fullmatch(name) and path.is_file():
                    facts = path.stat()
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
            self._give(name, (self._root / name).read_bytes())
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

        Raises
        ------
        StoreUnavailableError
            Redis does not answer.
        """
        with self._turn:
            known = self._known or self._read_mark()
            with spoken():
                answers: Any = self._client.mget(self._key("series"), self._key("count"))
                series, count = answers
                latest = (series.decode(), int(count)) if series and count else ("", 0)
                if latest == known:
                    return
                first = known[1] + 1 if known[0] == latest[0] else 1
                names = self._client.zrangebyscore(self._key("order"), first, latest[1])
                for name in map(bytes.decode, names):
                    data = self._client.get(self._key(f"file:{name}"))
                    if data is not None and _NAME.fullmatch(name):
                        self._put(name, data)
            self._known = latest
            self._put(self._mark.name, json.dumps(latest).encode())

    def _put(self, name: str, data: bytes) -> None:
        try:
            write_atomically(self._root / name, data)
        except OSError as error:
            log.error("%s cannot be kept in CINEMATCH_CACHE_DIR: %s", name, error)

    def _read_mark(self) -> tuple[str, int]:
        try:
            series, count = json.loads(self._mark.read_text(encoding="utf-8"))
            return str(series), int(count)
        except (OSError, ValueError, TypeError):
            return "", 0

    def _key(self, part: str) -> str:
        return f"{self._name}:{part}"
