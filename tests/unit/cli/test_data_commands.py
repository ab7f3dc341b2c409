"""`cinematch data`: what it prints, writes and how it exits."""

import json

import pytest

from core.cli import main
from core.data.dataset import Dataset
from tests.unit.data.sources import csv_folder


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CINEMATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CINEMATCH_CACHE_DIR", str(tmp_path / "cache"))

    def run_command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["data", *words])
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return run_command


def test_import_list_and_info(run, tmp_path):
    folder = csv_folder(tmp_path / "mine")
    code, out, err = run("import", str(folder), "--json")
    assert code == 0
    document = json.loads(out)
    assert (document["name"], document["users"], document["movies"], document["ratings"]) == ("mine", 3, 4, 4)
    assert document["source"] == "MovieLens CSV files in mine"
    assert "4 ratings" in err

    code, out, _ = run("list", "--json")
    document = json.loads(out)
    assert code == 0
    assert [entry["name"] for entry in document["installed"]] == ["mine"]
    assert len(document["available"]) == 7
    assert not any(entry["installed"] for entry in document["available"])

    code, out, _ = run("list")
    assert code == 0
    assert "ml-32m" in out
    assert "mine" in out

    code, out, _ = run("info", "mine", "--verify")
    assert code == 0
    assert "all as recorded" in out


def test_info_of_a_damaged_data_set_fails(run, tmp_path):
    run("import", str(csv_folder(tmp_path / "mine")))
    file = tmp_path / "data" / "mine" / "movie_years.npy"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    code, out, err = run("info", "mine", "--verify", "--json")
    assert code == 1
    assert json.loads(out)["faults"]
    assert "movie_years.npy differs" in err


def test_synth_installs_or_writes_csv(run, tmp_path):
    code, out, _ = run("synth", "--ratings", "4000", "--seed", "5", "--name", "made", "--json")
    assert code == 0
    fingerprint = json.loads(out)["fingerprint"]
    assert Dataset.open(tmp_path / "data" / "made").fingerprint == fingerprint
    code, out, _ = run("synth", "--ratings", "4000", "--seed", "5", "--csv", str(tmp_path / "csv"), "--json")
    assert code == 0
    assert set(json.loads(out)["bytes"]) == {"links.csv", "movies.csv", "ratings.csv", "tags.csv"}
    code, out, _ = run("import", str(tmp_path / "csv"), "--name", "read", "--json", str(tmp_path / "read.json"))
    assert (code, out) == (0, "")
    assert json.loads((tmp_path / "read.json").read_text())["fingerprint"] == fingerprint


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("import", "nowhere.zip"), 1, "There is nothing at nowhere.zip"),
        (("fetch", "ml-99m"), 1, "no data set 'ml-99m' to fetch"),
        (("info", "absent"), 1, "cinematch data fetch"),
        (("import", "setup.cfg", "--columns", "user=a"), 2, "movie, rating is missing"),
        (("synth", "--ratings", "100", "--users", "90"), 2, "fewer than 20"),
        (("synth",), 2, "--ratings"),
        (("unknown",), 2, "unknown"),
    ],
)
def test_failures_say_what_to_do_and_how_they_ended(run, words, code, message):
    found, out, err = run(*words)
    assert found == code
    assert message in " ".join(err.split())
    assert out == ""


def test_the_configured_data_set_is_fetched_where_none_is_named(run, monkeypatch):
    monkeypatch.setenv("CINEMATCH_DATASET", "ml-98m")
    code, _, err = run("fetch")
    assert code == 1
    assert "no data set 'ml-98m' to fetch" in " ".join(err.split())
