"""What executors run in tests: slow enough to be killed meanwhile, with marks of what began and what ended.

They import it by its name.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.spark.neighbours import _compared
from core.spark.tiles import Rows, Tile

_SECONDS = 0.8


def compared(tile: Tile, pieces: Iterator[Rows], *shared: Any, marks: str) -> tuple[Any, ...]:
    """Compare the films of a tile; a mark is named by the tile and the worker's process."""
    mark = Path(marks, f"{tile.first}-{os.getpid()}.begun")
    mark.touch()
    time.sleep(_SECONDS)
    made = _compared(tile, pieces, *shared)
    mark.with_suffix(".ended").touch()
    return made
