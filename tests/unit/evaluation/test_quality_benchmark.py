"""The quality benchmark: the same splits for everybody, one table, its place in a document."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import next_film, peers_of_lists, quality, quality_asking, quality_canonical, quality_groups
from benchmarks.peer_registry import signal_matrix
from benchmarks.peer_search import variants
from benchmarks.quality import main, protocols
from benchmarks.quality_asking import asking
from benchmarks.quality_groups import groups
from benchmarks.quality_report import update_document
from benchmarks.quality_wishes import cold_start, wishes
from core.data.readers.ratings import RatingColumns
from core.data.readers.tables import SourceTables
from core.evaluation.coldstart import SIZES
from core.evaluation.measure import judge_lists
from core.evaluation.protocols import Protocol
from core.testing.toy import toy_dataset


def test_protocols_are_those_of_the_published_tables() -> None:
    (folds,) = protocols("ml-100k", "ratings", [42], quick=False)
    assert (folds.split, folds.folds, folds.seed) == ("folds", 5, 42)
    (single,) = protocols("ml-latest-small", "ratings", [42], quick=False)
    assert (single.split, single.fraction, single.seed) == ("random", 0.2, 42)
    ranking = protocols("ml-100k", "ranking", [42, 43], quick=False)
    assert [(plan.split, plan.seed, plan.liked_from) for plan in ranking] == [
        ("per-user", 42, None),
        ("per-user", 43, None),
    ]
    assert len(protocols("ml-100k", "ranking", [42, 43], quick=True)) == 1


@pytest.mark.parametrize("kind", ["ratings", "ranking"])
def test_one_table_with_ours_and_peers(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toy_dataset().save(tmp_path / "toy")
    monkeypatch.setenv("CINEMATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CINEMATCH_CACHE_DIR", str(tmp_path / "cache"))
    document = tmp_path / "QUALITY.md"
    arguments = ["--datasets", "toy", "--protocols", kind, "--algorithms", "popularity", "--quick"]
    main([*arguments, "--out", str(document), "--peer-python", sys.executable])
    text = document.read_text()
    assert "**Popularity** (`popularity`)" in text
    assert "seed 42" in text
    assert (
        text
        in f"# Quality\n\n<!-- quality toy:{kind} -->\n{capsys.readouterr().out.rstrip()}\n<!-- end toy:{kind} -->\n"
    )
    (kept,) = (tmp_path / "cache" / "peers").glob("*.npz")
    if kind == "ratings":
        assert "| Surprise SVD++, default |" in text
    monkeypatch.setattr(subprocess, "Popen", None)
    monkeypatch.setattr(quality, "measure_ours", lambda *_: iter(()))
    main([*arguments, "--out", str(document), "--peer-python", sys.executable])
    assert document.read_text() == text
    assert kept.exists()
    assert len(list(kept.parent.iterdir())) == 1


def test_a_table_replaces_its_former_self_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "Q.md"
    document.write_text("# Quality\n\nWords.\n", encoding="utf-8")
    update_document(document, "a:ratings", "first\n")
    update_document(document, "b:ratings", "other\n")
    update_document(document, "a:ratings", r"second \1" + "\n")
    text = document.read_text(encoding="utf-8")
    assert "Words." in text
    assert "first" not in text
    assert r"second \1" in text
    assert "other" in text
    assert text.count("<!-- quality a:ratings -->") == 1


def test_cold_start_and_wishes_are_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SIZES, "coherent", (1, 2))
    data = toy_dataset(n_users=60)
    curve = cold_start(data, ["popularity"])
    assert "| NDCG@10 of liked films after so many ratings | 0 | 1 | 3 | 5 | 10 |" in curve
    assert "| NDCG@10 of liked films after so many ratings | 1 | 2 |" in curve
    table = wishes(data, "popularity")
    assert "| diversity .2 |" in table
    assert table.count("\n|") == 14


def test_asking_compares_three_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality_asking, "POOL", 30)
    table = asking(toy_dataset(n_users=200), "popularity", (42,))
    assert table.count("| rate first |") == table.count("| random |") == 3


def test_groups_compare_ways_to_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality_groups, "AT_LEAST", 1)
    table = groups(toy_dataset(n_users=40), "svd", n_groups=12)
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert [(row[0].strip("| "), row[1]) for row in rows[:4]] == [
        ("2", "average"),
        ("2", "least misery"),
        ("2", "one member's list"),
        ("2", "most popular"),
    ]
    assert len(rows) == 12
    for row in rows:
        mean, worst = float(row[2].split()[0]), float(row[4].split()[0])
        assert 0 <= worst <= mean <= 1
    best = {row[1]: float(row[2].split()[0]) for row in rows[:4]}
    assert best["average"] > best["most popular"]


def test_published_splits_are_blocks_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    data = toy_dataset()
    rows = np.random.default_rng(3).permutation(data.n_ratings)
    users, films = data.user_ids[data.rating_users()[rows]], data.movies.ids[data.user_items[rows]]
    columns = RatingColumns(users, films, data.user_ratings[rows], data.user_times[rows])
    tables = SourceTables(columns, data.movies, None, "a file")
    monkeypatch.setattr(quality_canonical, "tables_of_recbole_wheel", lambda: (tables, "a wheel"))
    monkeypatch.setattr(quality_canonical, "_TEST", -(-data.n_ratings // 5))
    splits = list(quality_canonical.canonical_splits(data))
    assert len(splits) == 5
    assert sum(len(split.test_users) for split in splits) == data.n_ratings
    first = rows[: -(-data.n_ratings // 5)]
    expected = sorted(zip(data.rating_users()[first].tolist(), data.user_items[first].tolist(), strict=True))
    assert list(zip(splits[0].test_users.tolist(), splits[0].test_items.tolist(), strict=True)) == expected
    with pytest.raises(SystemExit, match="Fetch it again"):
        next(quality_canonical.canonical_splits(toy_dataset(seed=8)))


def test_each_peer_runs_once_with_what_was_found_for_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same, other = {"signal": "liked", "neighbours": 20}, {"signal": "all", "neighbours": 50}
    found = {"one": {"liked": same, "rated": same}, "two": {"liked": same, "rated": other}}
    file = tmp_path / "options.json"
    file.write_text(json.dumps({"toy": found}))
    monkeypatch.setattr(quality, "OPTIONS_FILE", file)
    assert quality.peer_options("toy") == {
        "one": {"liked and rated": same},
        "two": {"liked": same, "rated": other},
    }
    assert quality.peer_options("elsewhere") == {}


def test_a_peers_grid_holds_every_signal_that_it_can_learn_from() -> None:
    grid = variants("implicit_als")
    assert {one["signal"] for one in grid.values()} == {"all", "liked", "weighted"}
    assert {one["signal"] for one in variants("lenskit_ease").values()} == {"all", "liked"}
    assert len(variants("implicit_als", quick=True)) == 3


def test_peers_learn_from_their_signal_and_list_nothing_rated() -> None:
    task = {
        **{"n_users": 2, "n_movies": 5, "length": 2, "liked_from": 4.0, "ask_users": np.array([0, 1])},
        **{"users": np.array([0, 0, 1]), "items": np.array([0, 1, 4]), "ratings": np.array([5.0, 1.0, 4.0])},
    }
    dense = {name: signal_matrix(task, {"signal": name}).toarray() for name in ("all", "liked", "weighted")}
    assert dense["all"][0].tolist() == [1, 1, 0, 0, 0]
    assert dense["liked"][0].tolist() == [1, 0, 0, 0, 0]
    assert dense["weighted"][0].tolist() == pytest.approx([1, 0.2, 0, 0, 0])
    lists = np.array([[1, 0, 2, 3], [4, 3, -1, -1]], dtype=np.int32)
    assert peers_of_lists._without_training(lists, task).tolist() == [[2, 3], [3, -1]]
    assert peers_of_lists._depth(task) == 4


def test_what_comes_next_is_measured_in_both_orders_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_dataset().save(tmp_path / "toy")
    monkeypatch.setenv("CINEMATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CINEMATCH_CACHE_DIR", str(tmp_path / "cache"))
    document = tmp_path / "QUALITY.md"
    arguments = ["--datasets", "toy", "--algorithms", "popularity,slist", "--seeds", "42,43", "--out", str(document)]
    next_film.main(arguments)
    text = document.read_text()
    for question, rows in (("next", 2), ("next-shuffled", 1), ("later", 2)):
        table = text.partition(f"<!-- quality toy:{question} -->")[2].partition("<!-- end")[0]
        assert table.count("\n| **") == rows
        assert "not when they were watched" in table
    assert "NDCG@10 by seed 42, 43" in text
    monkeypatch.setattr(next_film, "fit_on", None)
    next_film.main(arguments)
    assert document.read_text() == text


def test_a_row_is_added_to_a_table_of_the_same_split_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toy_dataset().save(tmp_path / "toy")
    monkeypatch.setenv("CINEMATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CINEMATCH_CACHE_DIR", str(tmp_path / "cache"))
    document = tmp_path / "QUALITY.md"
    plain = ["--datasets", "toy", "--questions", "next", "--seeds", "42", "--out", str(document), "--algorithms"]
    next_film.main([*plain, "popularity,svd"])
    both = document.read_text()
    next_film.main([*plain, "popularity"])
    alone = document.read_text()
    assert both != alone
    next_film.main([*plain, "svd", "--add"])
    shown = [line.rpartition("|")[0].rpartition("|")[0] for line in document.read_text().splitlines()]
    assert shown == [line.rpartition("|")[0].rpartition("|")[0] for line in both.splitlines()]
    document.write_text(alone.replace("seed 42", "seed 1"))
    with pytest.raises(SystemExit, match="no table toy:next of the same split"):
        next_film.main([*plain, "svd", "--add"])
    with pytest.raises(SystemExit):
        next_film.main(["--add"])
    assert "--add needs the document" in capsys.readouterr().err


def test_of_each_peer_what_does_best_on_the_film_before_the_last_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, asked = toy_dataset(), []

    def answered(split: Any, options: Any, *_: Any) -> Any:
        asked.append(split.test_items)
        last = np.split(split.test_items, len(split.test_items))
        lists = {name: np.array(last if name == "1" else [[-1]] * len(last)) for name in next(iter(options.values()))}
        users, protocol = np.unique(split.test_users), Protocol.named("next", k=(10,))
        return {f"p:{name}": (judge_lists(found, users, split, protocol), 0.0) for name, found in lists.items()}

    monkeypatch.setattr(next_film, "peers", answered)
    monkeypatch.setattr(next_film, "GRIDS", {"p": {"epochs": (1, 2, 3)}})
    assert next_film.tuned(dataset, 42, ["p"], "", Path()) == {"p": {"tuned": {"epochs": 2}}}
    held_out = next(Protocol.named("next", seed=42).splits(dataset)).test_items
    assert (asked[0] != held_out).all()
