"""Words by which something is not to be: "not", "without", "I don't like", "anything but"."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["NEGATION_WORDS", "negation_at"]

Negation = tuple[bool, bool, int]
"""Whether something is negated at all, whether on through "and", and by how many words."""
_ONCE = "not, no, never, isnt, arent, non, nothing, none, less, all but, anything but, everything but"
_LASTING = (
    "without, except, excluding, minus, neither, avoid, dont, do not, doesnt, didnt, cant stand, hate, hated, "
    "dislike, disliked, other than, apart from, instead of, rather than, tired of, sick of, enough of, free of"
)
_NONE = "not only, not just, not necessarily, why not"
_PHRASES: dict[tuple[str, ...], tuple[bool, bool]] = {
    tuple(said.split()): meaning
    for phrases, meaning in ((_ONCE, (True, False)), (_LASTING, (True, True)), (_NONE, (False, False)))
    for said in phrases.split(",")
}
_LONGEST = max(map(len, _PHRASES))
NEGATION_WORDS = frozenset(phrase[0] for phrase in _PHRASES if len(phrase) == 1)
"""Single words that negate."""


def negation_at(words: Sequence[str], place: int) -> Negation | None:
    """Return what the longest phrase here negates; None where none begins.

    "Not only" begins one and negates nothing. "Without war and horror" is without both, "not scary and funny" is not.
    """
    for length in range(min(_LONGEST, len(words) - place), 0, -1):
        meaning = _PHRASES.get(tuple(words[place : place + length]))
        if meaning is not None:
            return *meaning, length
    return None
