"""API keys: told once, kept as hashes, good for their scopes and until they expire."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.api_keys import KEY_PREFIX, SCOPES, KeyStore
from core.errors import ConfigurationError, InvalidInputError, UnknownIdError


def test_a_key_is_found_by_its_text_and_kept_as_a_hash(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "new" / "keys.json")
    assert store.all_keys() == []
    key, text = store.add("Anna's app", ["users", "lists", "users"], days=30, rate_limit="5 per minute")
    assert text.startswith(KEY_PREFIX)
    assert key.scopes == ("users", "lists")
    assert store.find(text) == KeyStore(store.path).find(text) == key
    kept = store.path.read_text()
    assert text not in kept
    assert text.split("_", 2)[-1] not in kept
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    store.path.chmod(0o644)
    store.add("another", SCOPES)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1] + "_", str.upper, lambda text: text + " ", lambda _: "", lambda text: text[:11]]
)
def test_what_is_no_key_finds_none(tmp_path: Path, change: object) -> None:
    store = KeyStore(tmp_path / "keys.json")
    _, text = store.add("a", ["users"])
    assert store.find(change(text)) is None  # type: ignore[operator]


def test_a_revoked_or_expired_key_is_none_for_who_has_the_file_open(tmp_path: Path) -> None:
    store, server = KeyStore(tmp_path / "keys.json"), KeyStore(tmp_path / "keys.json")
    key, text = store.add("a", ["users"], days=1)
    _, other = store.add("b", ["users"])
    assert server.find(text)
    document = json.loads(store.path.read_text())
    document["keys"][0]["expires_at"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    store.path.write_text(json.dumps(document))
    assert server.find(text) is None
    assert server.find(other)
    assert store.revoke(key.key_id).name == "a"
    assert [key.name for key in server.all_keys()] == ["b"]
    with pytest.raises(UnknownIdError, match="keys list"):
        store.revoke(key.key_id)
    store.path.unlink()
    assert server.find(other) is None


def test_keys_that_are_made_at_once_are_all_kept(tmp_path: Path) -> None:
    def add(number: int) -> str:
        return KeyStore(tmp_path / "keys.json").add(str(number), ["users"])[1]

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(add, range(16)))
    store = KeyStore(tmp_path / "keys.json")
    assert {key.name for text in texts if (key := store.find(text))} == {str(number) for number in range(16)}


@pytest.mark.parametrize(
    ("name", "scopes", "limit"),
    [
        ("a", ["all"], None),
        ("a", [], None),
        (" ", ["users"], None),
        ("a\nb", ["users"], None),
        ("a", ["users"], "many"),
    ],
)
def test_a_key_that_means_nothing_is_refused(tmp_path: Path, name: str, scopes: list[str], limit: str | None) -> None:
    store = KeyStore(tmp_path / "keys.json")
    with pytest.raises(InvalidInputError):
        store.add(name, scopes, rate_limit=limit)
    assert not store.path.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"keys": [{"key_id": "a"}]}'])
def test_a_damaged_file_lets_nobody_in_and_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        KeyStore(tmp_path / "keys.json").find(f"{KEY_PREFIX}{'0' * 8}_{'a' * 43}")
