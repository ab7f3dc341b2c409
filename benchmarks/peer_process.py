"""Peers in a process of their own, beside ours; what they answered on a split is kept and used again."""

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.splits import Split
from core.evaluation.protocols import Protocol
from core.evaluation.relevance import scale_of

__all__ = ["PeerRun", "start_peers"]

_ROOT = Path(__file__).parents[1]
_MODULES = ("peers", "peer_registry", "peers_of_lists", "peers_of_order", "peers_of_stars")


@dataclass
class PeerRun:
    """A run that may still be going on; `answers` waits for it."""

    result: Path
    process: "subprocess.Popen[bytes] | None"

    def answers(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Return lists or stars by peer, and the peers' own report."""
        if self.process is not None and (code := self.process.wait()) != 0:
            raise SystemExit(
                f"The peers' process ended with code {code}. Run `python -m benchmarks.peers` by hand to see why."
            )
        with np.load(self.result, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
        report: dict[str, Any] = json.loads(str(found.pop("report")))
        return found, report


@contextmanager
def start_peers(
    split: Split, protocol: Protocol, python: str, options: dict[str, Any], kept_in: Path, keys: Sequence[str] = ()
) -> Iterator[PeerRun]:
    """Hand the training part to the peers and let them run beside us.

    Parameters
    ----------
    python : str
        A Python that has the peers.
    options : dict
        Hyper-parameters of those that rank, by key and by what they were tuned for.
    keys : sequence of str
        Which peers; by default all.
    kept_in : path
        Where answers are kept, by a digest of the task, the peers' code and the Python that runs it.
    """
    task = _task(split, protocol, options)
    code = b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in _MODULES)
    digest = hashlib.sha256(code + python.encode() + " ".join(keys).encode())
    for name, value in sorted(task.items()):
        digest.update(name.encode() + np.ascontiguousarray(value).tobytes())
    kept_in.mkdir(parents=True, exist_ok=True)
    kept = kept_in / f"{digest.hexdigest()[:20]}.npz"
    if kept.exists():
        yield PeerRun(kept, None)
        return
    with tempfile.TemporaryDirectory(dir=kept_in) as name:
        source, target = Path(name) / "task.npz", Path(name) / "result.npz"
        np.savez(source, **task)
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        process = subprocess.Popen(
            [python, "-W", "ignore", "-m", "benchmarks.peers", str(source.resolve()), str(target.resolve()), *keys],
            cwd=_ROOT,
            env={**os.environ, **limits},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield PeerRun(target, process)
            if process.wait() == 0:
                target.replace(kept)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _task(split: Split, protocol: Protocol, options: dict[str, Any]) -> dict[str, Any]:
    train = split.train
    task: dict[str, Any] = {
        "n_users": train.n_users,
        "n_movies": train.n_movies,
        "users": train.rating_users(),
        "items": train.user_items,
        "ratings": train.stars(),
        "liked_from": scale_of(split, protocol.liked_from).liked_from,
    }
    if protocol.kind == "ratings":
        return task | {"test_users": split.test_users, "test_items": split.test_items}
    if protocol.in_time:
        task["times"] = train.user_times
    asked = {"ask_users": np.unique(split.test_users), "length": max(protocol.k)}
    return task | asked | {"options": json.dumps(options, sort_keys=True)}
