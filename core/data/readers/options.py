"""What whoever imports says of his files."""

from dataclasses import dataclass

from core.data.readers.values import STARS, Scale

__all__ = ["AS_THEY_ARE", "ReadOptions"]


@dataclass(frozen=True)
class ReadOptions:
    """What cannot be read from a file and must not be guessed.

    Attributes
    ----------
    scale : Scale
        The scale of the ratings.
    text_ids : bool
        Keep ids as text, whatever they look like.
    """

    scale: Scale = STARS
    text_ids: bool = False


AS_THEY_ARE = ReadOptions()
"""Half stars; ids are what they look like."""
