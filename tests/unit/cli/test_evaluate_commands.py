"""The commands that measure, tune and look back, from the words typed to what is printed."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.testing.toy import toy_dataset


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_dataset().save(tmp_path / "data" / "toy")
    for name, value in {"DATASET": "toy", "DATA_DIR": tmp_path / "data", "CACHE_DIR": tmp_path / "cache"}.items():
        monkeypatch.setenv(f"CINEMATCH_{name}", str(value))


def _run(words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(words.split())
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


def test_evaluate_says_data_split_seed_and_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _run("evaluate --algorithms popularity --folds 3 --seed 7", capsys)
    assert code == 0
    assert "toy: Shuffled 3-fold over all ratings, seed 7" in out
    assert "popularity" in out
    assert "[" in out
    assert "Best on rmse: popularity." in out
    assert "Evaluating" in err


def test_evaluate_writes_one_document(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = _run("evaluate --algorithms popularity --protocol ranking --k 5 --liked-from 4 --json", capsys)
    assert code == 0
    document: dict[str, Any] = json.loads(out)
    assert document["protocol"]["liked_from"] == 4
    assert document["primary"] == ["liked_ndcg@5", "liked_recall@5", "rated_ndcg@5", "rated_recall@5"]
    target = tmp_path / "out.json"
    code, out, _ = _run(f"evaluate --algorithms popularity --split temporal --json {target}", capsys)
    assert code == 0
    assert json.loads(target.read_text())["protocol"]["split"] == "temporal"
    assert "latest 20%" in out


def test_wrong_words_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ("--protocol guessing", "--algorithms oracle", "--k ten", "--split odd"):
        code, _, err = _run(f"evaluate {words}", capsys)
        assert code == 2, words
        assert "cinematch:" in err


def test_tune_shows_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run("tune --algorithm popularity --trials 3 --protocol ratings", capsys)
    assert code == 0
    assert "rmse after 3 trials" in out
    code, out, _ = _run("tune --algorithm popularity --trials 2 --json", capsys)
    assert code == 0
    assert len(json.loads(out)["trials"]) == 2


def test_runs_are_listed_shown_and_compared(capsys: pytest.CaptureFixture[str]) -> None:
    for seed in (1, 2):
        _run(f"evaluate --algorithms popularity --protocol ranking --seed {seed}", capsys)
    _, out, _ = _run("runs list --json", capsys)
    ids = [item["run_id"] for item in json.loads(out)]
    assert len(ids) == 2
    _, out, _ = _run("runs list", capsys)
    assert ids[0][:8] in out
    code, out, _ = _run(f"runs show {ids[0][:8]}", capsys)
    assert code == 0
    assert "liked_ndcg@10" in out
    code, out, _ = _run(f"runs compare {ids[0]} {ids[1]}", capsys)
    assert code == 0
    assert "Data or protocol differ" in out
    code, _, err = _run("runs show nothing", capsys)
    assert code == 1
    assert "runs list" in err


def test_wishes_measures_a_combination(run):
    found = run("wishes", "--algorithm", "popularity", "--diversity", ".3", "--recency", "-.2", "--json").json
    assert found["wish"] == {
        "diversity": 0.3,
        "popularity": 0.0,
        "recency": -0.2,
        "love": 0.75,
        "lately": 0.0,
        "closeness": 0.0,
    }
    assert found["changes"][0]["metric"] == "liked_ndcg@10"
    assert (found["algorithm"], found["seed"]) == ("popularity", 42)
    shown = run("wishes", "--algorithm", "popularity", "--diversity", ".3").out
    assert "diversity +0.3" in shown
    assert "seed 42" in " ".join(shown.split())
    assert run("wishes", "--algorithm", "popularity").code == 2
    assert run("wishes", "--algorithm", "nonsense", "--recency", "1").code != 0
