"""`cinematch keys`."""

import json
from pathlib import Path

import pytest

from core.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["keys", *words])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_keys_are_made_listed_and_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CINEMATCH_API_KEYS_FILE", str(tmp_path / "keys.json"))
    code, text, told = run(capsys, "add", "Anna", "--scopes", "users, lists", "--days", "3")
    assert code == 0
    assert text.startswith("cm_")
    assert "not shown again" in told
    code, listed, _ = run(capsys, "list")
    assert "Anna" in listed
    assert text.strip() not in listed
    (known,) = json.loads(run(capsys, "list", "--json")[1])
    assert known["scopes"] == ["users", "lists"]
    assert "digest" not in known
    made = json.loads(run(capsys, "add", "Ben", "--json")[1])
    assert made["key"].startswith(f"cm_{made['key_id']}_")
    assert run(capsys, "revoke", known["key_id"])[0] == 0
    assert run(capsys, "revoke", known["key_id"])[0] == 1
    assert run(capsys, "add", "Carl", "--scopes", "everything")[0] == 2
