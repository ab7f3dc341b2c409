"""Messages for everybody: which file is meant, and not where it lies on this machine."""

import re

__all__ = ["without_directories"]

# Not behind what belongs to a word, a link or another path.
_ABSOLUTE = re.compile(r"""(?<![\w/.:>-])(?:/[^\s/'",;:()]+){2,}/?""")
_KEPT = 2


def without_directories(text: str) -> str:
    """Cut absolute paths in a message to their last two parts; links and other text stay."""
    return _ABSOLUTE.sub(lambda found: "/".join(found[0].rstrip("/.").split("/")[1:][-_KEPT:]) + _end(found[0]), text)


def _end(path: str) -> str:
    return "." if path.endswith(".") else ""
