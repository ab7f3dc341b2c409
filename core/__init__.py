"""CineMatch's library: recommend, explain and measure, without any web framework.

>>> import core
>>> cinematch = core.open_service()
>>> found = cinematch.recommend(user_id=1, algorithm="hybrid", n=10)
>>> len(found.items)
10
>>> found.to_frame().loc[0, "rank"].item()
1
"""

from typing import TYPE_CHECKING, Any

__all__ = ["CineMatch", "Settings", "__version__", "dataset_from_frames", "open_service"]

__version__ = "3.0.0"

if TYPE_CHECKING:
    from core.data.frames import dataset_from_frames
    from core.service import CineMatch, open_service
    from core.settings import Settings


def __getattr__(name: str) -> Any:
    # Resolved on first use: `import core.utils` must stay cheap.
    if name in ("CineMatch", "open_service"):
        from core import service

        return getattr(service, name)
    if name == "dataset_from_frames":
        from core.data.frames import dataset_from_frames

        return dataset_from_frames
    if name == "Settings":
        from core.settings import Settings

        return Settings
    raise AttributeError(f"module 'core' has no attribute {name!r}")
