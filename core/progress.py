"""How long work says how far it is."""

from collections.abc import Callable

__all__ = ["Progress", "part_of", "silent"]

Progress = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and what is being done; what it raises stops the work."""


def silent(fraction: float, text: str) -> None:
    """Report nothing."""


def part_of(progress: Progress, start: float, end: float, prefix: str = "") -> Progress:
    """Return a `Progress` for a step that fills `start` to `end` of the whole; `prefix` goes before its words."""

    def report(fraction: float, text: str) -> None:
        progress(start + (end - start) * min(max(fraction, 0.0), 1.0), prefix + text)

    return report
