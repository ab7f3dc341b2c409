"""What a sentence about films was taken to say."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["PartKind", "ReadPart", "Reading"]

PartKind = Literal["film", "genre", "tag", "years", "popularity", "recency", "diversity"]


@dataclass(frozen=True, slots=True)
class ReadPart:
    """One thing that a sentence asks for."""

    kind: PartKind
    value: str
    """A movie id, a genre, a tag, two years such as ``1990-1999``, or the weight of a wish."""
    told: str
    """The same for people: ``like Heat``, ``no Horror``, ``1990 to 1999``."""
    without: bool
    """Whether it is not to be."""
    start: int
    """Where its words begin in the sentence, by characters."""
    end: int
    """Behind its last word."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as it was understood; what was not, stands in `unread`."""

    text: str
    parts: list[ReadPart]
    unread: list[str]
    """Words that were taken to say nothing."""
    any_genre: bool = False
    """Whether one of several genres is enough: "funny or scary"."""

    def without(self, place: int) -> str:
        """Return the sentence without the words of one of its parts; what was said of the next one still holds."""
        part, after = self.parts[place], self.parts[place + 1 : place + 2]
        before, rest = self.text[: part.start], self.text[part.end :]
        if after and after[0].kind == part.kind == "film" and self._joined(after[0]):
            how = "not like" if part.without and after[0].without else "like"
            rest = f"{how} {self._joined(after[0]).removeprefix('like ')}{self.text[after[0].end :]}"
        elif after and part.without and after[0].without and self._joined(after[0]):
            rest = f"no {self._joined(after[0])}{self.text[after[0].end :]}"
        return " ".join(f"{before} {rest}".split()).replace(" ,", ",").strip(" ,")

    def _joined(self, part: ReadPart) -> str:
        """Return a part's words behind the "and" or "or" that they begin with, empty where they begin otherwise."""
        first, _, rest = self.text[part.start : part.end].partition(" ")
        return rest.strip() if first.casefold() in ("and", "or", "nor") else ""
