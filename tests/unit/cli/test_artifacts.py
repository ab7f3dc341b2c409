"""`cinematch artifacts`."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Outcome


def test_what_is_trained_is_published_listed_used_fetched_and_removed(
    home: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*words: str) -> Outcome:
        outcome: Outcome = run("artifacts", *words)
        return outcome

    refused = told("push")
    assert refused.code == 2
    assert "CINEMATCH_ARTIFACTS_URL is not set" in refused.err
    monkeypatch.setenv("CINEMATCH_ARTIFACTS_URL", f"file://{home}/published")
    assert "cinematch train" in told("push").err
    assert "cinematch artifacts push" in told("pull").err
    assert run("train", "--no-measure").code == 0
    # With a model of it: the data set alone is nothing to serve.
    first = told("push", "--json").json
    assert first["served"] is True
    assert first["models"] == ["popularity"]
    second = told("push", "--no-use", "--json").json
    assert second["served"] is False
    listed = told("list", "--json").json
    assert [(one["version"], one["served"]) for one in listed] == [
        (second["version"], False),
        (first["version"], True),
    ]
    assert first["version"] in told("list").out
    assert told("pull").err.strip().endswith("every file is what it was.")
    assert (home / "cache_dir" / "artifacts" / "toy" / first["version"] / "data" / "user_items.npy").exists()
    assert told("use", second["version"]).code == 0
    assert told("use", "20260101T000000000Z-0123456789abcdef").code == 1
    assert "already" in told("pull", first["version"]).err
    assert first["version"] in told("prune", "--keep", "1").err
    assert [one["version"] for one in told("list", "--json").json] == [second["version"]]
    # Who trains may publish at once; who does not is told that servers do not have it.
    assert "Servers go on with what is published" in run("train", "--missing", "--no-measure").err
    pushed = run("train", "--missing", "--no-measure", "--push")
    assert pushed.code == 0
    latest = told("list", "--json").json[0]
    assert latest["served"] is True
    assert f"Published {latest['version']}" in pushed.err
    # What is damaged where it was trained is not published.
    file = next((home / "models_dir" / "toy" / "popularity").glob("*.npy"))
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    refused = told("push")
    assert refused.code == 1
    assert "differs from its recorded SHA-256" in refused.err
