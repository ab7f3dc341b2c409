"""Names and passphrases, which are kept as Argon2id hashes alone."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import InvalidInputError

__all__ = ["NAME_LENGTHS", "PASSPHRASE_LENGTHS", "checked_name", "checked_passphrase", "hashed", "is_right"]

NAME_LENGTHS = (3, 40)
PASSPHRASE_LENGTHS = (12, 200)
# OWASP's password storage cheat sheet: Argon2id with 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS = _HASHER.hash("nobody has this passphrase")
_TURNS = threading.Semaphore(2)
"""How many are hashed at a time: each takes 19 MiB, and whoever is not let in yet may ask."""


def checked_name(name: str) -> str:
    """Return a name in the form by which it is looked up.

    Raises
    ------
    InvalidInputError
        For one that is too short, too long, or not of letters, digits, blanks, dots, dashes and underscores.
    """
    chosen = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    low, high = NAME_LENGTHS
    if not low <= len(chosen) <= high or not all(letter.isalnum() or letter in " ._-" for letter in chosen):
        raise InvalidInputError(
            f"A name has {low} to {high} letters, digits, blanks, dots, dashes or underscores. Choose another one."
        )
    return chosen


def checked_passphrase(passphrase: str, name: str) -> str:
    """Return a passphrase that is long enough and not the name.

    Raises
    ------
    InvalidInputError
    """
    low, high = PASSPHRASE_LENGTHS
    if not low <= len(passphrase) <= high:
        raise InvalidInputError(f"A passphrase has {low} to {high} characters. Take four words or more.")
    if checked_name(name) in passphrase.casefold() or len(set(passphrase)) < 5:
        raise InvalidInputError("This passphrase is easily guessed. Take four words or more, without the name.")
    return passphrase


def hashed(passphrase: str) -> str:
    """Return the hash of a passphrase with its parameters and a salt of its own."""
    with _TURNS:
        return _HASHER.hash(passphrase)


def is_right(kept: str | None, passphrase: str) -> bool:
    """Return whether a passphrase is the one of a hash; without a hash, False after as much work."""
    try:
        with _TURNS:
            right = _HASHER.verify(kept or _NOBODYS, passphrase)
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None
