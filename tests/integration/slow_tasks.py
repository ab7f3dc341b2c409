"""What executors run in tests: under way until one of them is killed, with marks of what began and what ended.

They import it by its name.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.spark.neighbours import _compared
from core.spark.tiles import Rows, Tile

KILLED = "killed"
"""The mark for which tasks wait."""
_AT_MOST_S = 60.0


def compared(tile: Tile, pieces: Iterator[Rows], *shared: Any, marks: str) -> tuple[Any, ...]:
    """Compare the films of a tile; a mark is named by the tile and the worker's process."""
    mark = Path(marks, f"{tile.first}-{os.getpid()}.begun")
    mark.touch()
    until = time.monotonic() + _AT_MOST_S
    while not Path(marks, KILLED).exists() and time.monotonic() < until:
        time.sleep(0.02)
    made = _compared(tile, pieces, *shared)
    mark.with_suffix(".ended").touch()
    return made
