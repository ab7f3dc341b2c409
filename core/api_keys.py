"""Keys of the REST API: who may ask for what, kept as hashes in one file."""

import contextlib
import fcntl
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError, InvalidInputError, UnknownIdError
from core.files import write_atomically

__all__ = ["KEY_PREFIX", "READING", "SCOPES", "ApiKey", "KeyStore"]

SCOPES: Mapping[str, str] = {
    "catalogue": "the data set, its movies and the models",
    "users": "what stored users rated and are recommended",
    "lists": "lists and explanations for ratings that are sent, and for groups and batches",
    "imports": "matching exports of other services",
    "films": "adding films to the next data set, where a database is configured",
}
"""What a key may be good for, by name."""
READING = tuple(scope for scope in SCOPES if scope != "films")
"""What a key is good for when nobody says: nothing that changes what others see."""

KEY_PREFIX = "cm_"
"""By which secret scanners, and servers, know a key."""
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,60}")
_FORM = re.compile(rf"{KEY_PREFIX}([0-9a-f]{{8}})_[A-Za-z0-9_-]{{43}}")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept; the key itself is told once, when it is made."""

    key_id: str
    """Eight hexadecimal digits, the part of the key that is no secret."""
    name: str
    """Whose it is, or what for."""
    scopes: tuple[str, ...]
    """Of `SCOPES`."""
    digest: str
    """SHA-256 of the whole key. A key is 256 random bits: there is nothing to guess, and nothing that a slower hash
    would protect."""
    created_at: str
    """UTC, ISO 8601."""
    expires_at: str | None = None
    rate_limit: str | None = None
    """Instead of the server's limit, such as ``100 per minute``."""

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and datetime.now(UTC) >= datetime.fromisoformat(self.expires_at)


class KeyStore:
    """All keys of an installation, in a file that its owner alone may read.

    Parameters
    ----------
    path : Path
        It need not exist; without it there are no keys.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_as: tuple[int, int, int] | None = None
        self._keys: dict[str, ApiKey] = {}

    def all_keys(self) -> list[ApiKey]:
        """Return all keys, the oldest first; the file is read when it has changed.

        Raises
        ------
        ConfigurationError
            When the file cannot be read.
        """
        try:
            facts = self.path.stat()
            version = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
            if version != self._read_as:
                document = json.loads(self.path.read_text(encoding="utf-8"))
                self._keys = {item["key_id"]: _restored(item) for item in document["keys"]}
                self._read_as = version
        except FileNotFoundError:
            self._keys, self._read_as = {}, None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"The API keys in {self.path} cannot be read ({error}). Restore the file, or delete it for new keys."
            ) from error
        return sorted(self._keys.values(), key=lambda key: key.created_at)

    def find(self, text: str) -> ApiKey | None:
        """Return the key that a client sent, None where it is none, revoked or expired."""
        form = _FORM.fullmatch(text)
        if form is None:
            return None
        known = next((key for key in self.all_keys() if key.key_id == form[1]), None)
        if known is None or not hmac.compare_digest(known.digest, _digest(text)) or known.expired:
            return None
        return known

    def add(
        self,
        name: str,
        scopes: Iterable[str],
        *,
        days: int | None = None,
        rate_limit: str | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key, and return it with its text, which is kept nowhere.

        Raises
        ------
        InvalidInputError
            For an empty name or one with control characters, an unknown scope, none, or a limit that does not parse.
        """
        chosen = tuple(dict.fromkeys(scopes))
        unknown = [scope for scope in chosen if scope not in SCOPES]
        if unknown or not chosen:
            what = f"There is no scope {unknown[0]!r}" if unknown else "A key without a scope is good for nothing"
            raise InvalidInputError(f"{what}. Choose from {', '.join(SCOPES)}.")
        if not _NAME.fullmatch(name.strip()):
            raise InvalidInputError("Give the key a name of 1 to 60 characters, by which you know whose it is.")
        if rate_limit is not None:
            _check_limit(rate_limit)
        now = datetime.now(UTC).replace(microsecond=0)
        key_id = secrets.token_hex(4)
        text = f"{KEY_PREFIX}{key_id}_{secrets.token_urlsafe(32)}"
        expires = None if days is None else (now + timedelta(days=days)).isoformat()
        key = ApiKey(key_id, name.strip(), chosen, _digest(text), now.isoformat(), expires, rate_limit)
        with self._locked():
            self._write([*self.all_keys(), key])
        return key, text

    def revoke(self, key_id: str) -> ApiKey:
        """Forget a key, and return it; servers refuse it with their next look at the file.

        Raises
        ------
        UnknownIdError
            When there is no such key.
        """
        with self._locked():
            found = next((key for key in self.all_keys() if key.key_id == key_id), None)
            if found is None:
                raise UnknownIdError(f"There is no key {key_id!r}. `cinematch keys list` shows them.")
            self._write([key for key in self.all_keys() if key.key_id != key_id])
        return found

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _write(self, keys: Iterable[ApiKey]) -> None:
        # The file that takes its place keeps these bits.
        if not self.path.exists():
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600))
        self.path.chmod(0o600)
        document = {"version": _VERSION, "keys": [asdict(key) for key in keys]}
        write_atomically(self.path, json.dumps(document, indent=1) + "\n")


def _check_limit(text: str) -> None:
    from limits import parse_many

    if text.strip().lower() == "off":
        return
    try:
        parse_many(text)
    except ValueError as error:
        raise InvalidInputError(
            f"{text!r} is no limit. Write it like `100 per minute`, several separated by `;`, or `off`."
        ) from error


def _restored(item: Mapping[str, Any]) -> ApiKey:
    key = ApiKey(**item)
    return replace(key, scopes=tuple(key.scopes))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
