"""Commands do their job, speak JSON on request and end with the right code."""

import json
import os
import sys

import pytest

from core.cli import main
from core.commands import operate
from core.evaluation.wishes import WEIGHTS
from core.store.learning import read_learning
from core.views import OWN_ORDER


@pytest.fixture
def trained(run, home):
    assert run("train", "--no-measure").code == 0
    return home


def test_train_stores_measured_models(run, home):
    done = run("train", "--json")
    (model,) = done.json["models"]
    assert done.code == 0
    assert model["key"] == "popularity"
    assert model["peak_mb"] > 0
    assert 0 < model["metrics"]["values"]["liked_ndcg@10"] <= 1
    assert "held out" in model["metrics"]["how"]
    assert (home / "models_dir" / "toy" / "popularity" / "manifest.json").is_file()


def test_train_prints_time_memory_and_size(run):
    done = run("train", "--algorithms", "popularity")
    for word in ("popularity", "Seconds", "Peak MB", "Disk MB", "NDCG@10 liked"):
        assert word in done.out
    assert "train:" in done.err


def test_train_missing_trains_once_and_measures_what_was_not(run, trained):
    assert run("train", "--missing", "--no-measure", "--json").json["models"] == []
    file = trained / "models_dir" / "toy" / "popularity" / "manifest.json"
    assert json.loads(file.read_text())["metrics"] == {}
    assert run("train", "--missing").code == 0
    assert json.loads(file.read_text())["metrics"]["values"]
    # What an earlier version did not measure is measured, too.
    manifest = json.loads(file.read_text())
    del manifest["metrics"]["wishes"]
    file.write_text(json.dumps(manifest))
    assert "not measured" in run("recommend", "--user", "1", "--recency", ".2").out
    assert run("train", "--missing").code == 0
    measured = json.loads(file.read_text())["metrics"]["wishes"]["weights"]
    # What is popular has one order only.
    assert [(row["wish"], row["weight"]) for row in measured] == [one for one in WEIGHTS if one[0] not in OWN_ORDER]
    assert "recency +0.2: On held-out ratings this" in run("recommend", "--user", "1", "--recency", ".2").out


def test_what_fails_is_named_and_the_others_are_trained(run, home):
    """A file where a model's directory belongs; what failed is told to whoever serves until it is mended."""
    models = home / "models_dir" / "toy"
    models.mkdir(parents=True)
    (models / "svd").write_text("no directory")
    done = run("train", "--algorithms", "svd,popularity", "--no-measure", "--jobs", "1")
    assert done.code == 1
    assert "svd failed: " in done.err
    assert (models / "popularity" / "manifest.json").is_file()
    told = read_learning(models)
    assert told is not None
    assert (told.state, told.fits) == ("failed", {"svd": "failed", "popularity": "done"})
    (models / "svd.superseded").unlink()
    assert run("train", "--algorithms", "svd,popularity", "--missing", "--no-measure").code == 0
    assert read_learning(models) is None


def test_recommend_for_a_user(run, trained):
    found = run("recommend", "--user", "1", "-n", "3", "--json").json
    assert [item["rank"] for item in found["items"]] == [1, 2, 3]
    assert found["user_id"] == 1
    text = run("recommend", "--user", "1", "-n", "3", "--algorithm", "popularity").out
    assert "The Film" in text


def test_recommend_for_ratings_and_filters(run, trained):
    done = run(
        "recommend", "--rate", "10=5", "--rate", "20=3.5", "--genres", "Drama", "--exclude-genres", "Horror",
        "--year-min", "1950", "--year-max", "1999", "--min-ratings", "2", "--json",
    )  # fmt: skip
    items = done.json["items"]
    assert items
    assert all("Drama" in item["genres"] and 1950 <= item["year"] <= 1999 for item in items)
    assert {item["movie_id"] for item in items}.isdisjoint({10, 20})


def test_recommend_with_wishes_and_a_watchlist(run, trained):
    plain = run("recommend", "--user", "1", "-n", "5", "--json").json
    wished = run("recommend", "--user", "1", "-n", "5", "--popularity", "-0.8", "--recency", ".2", "--json").json
    assert [item["movie_id"] for item in wished["items"]] != [item["movie_id"] for item in plain["items"]]
    assert (wished["wish"]["popularity"], wished["wish"]["recency"], plain["wish"]) == (-0.8, 0.2, None)
    two = f"{plain['items'][3]['movie_id']},{plain['items'][1]['movie_id']}"
    only = run("recommend", "--user", "1", "--only", two, "--json").json["items"]
    assert [item["movie_id"] for item in only] == [plain["items"][row]["movie_id"] for row in (1, 3)]
    rest = run("recommend", "--user", "1", "-n", "3", "--exclude", two, "--json").json["items"]
    assert [item["movie_id"] for item in rest] == [plain["items"][row]["movie_id"] for row in (0, 2, 4)]
    text = run("recommend", "--user", "1", "--diversity", ".2").out
    assert "diversity +0.2: What this costs was not measured for this algorithm." in text
    assert run("recommend", "--user", "1", "--diversity", "2").code == 2
    assert run("recommend", "--user", "1", "--only", "10,x").code == 2


def test_recommend_can_list_rated_films(run, trained):
    without = run("recommend", "--user", "1", "-n", "60", "--json").json["items"]
    with_rated = run("recommend", "--user", "1", "-n", "60", "--include-rated", "--json").json["items"]
    assert len(with_rated) > len(without)


def test_explain_adds_up(run, trained):
    found = run("explain", "--user", "1", "--movie", "20", "--json").json
    assert sum(part["value"] for part in found["contributions"]) == pytest.approx(found["score"], rel=1e-3)
    assert found["text"]
    assert "Score" in run("explain", "--user", "1", "--movie", "20").out


def test_similar(run, trained):
    found = run("similar", "--movie", "20", "-n", "4", "--json").json
    assert len(found["items"]) == 4
    assert 20 not in {item["movie_id"] for item in found["items"]}
    assert "Similar to" in run("similar", "--movie", "20").out


def test_memory(run, trained):
    found = run("memory", "--json").json
    assert found["budget_mb"] > 0
    assert found["limit_source"] in {"cgroup v1", "cgroup v2", "host"}
    (row,) = found["models"]
    assert (row["name"], row["fits"]) == ("popularity", True)
    assert "popularity" in run("memory").out


def test_validate_passes_and_fails(run, trained):
    done = run("validate", "--json")
    assert done.code == 0
    assert done.json["passed"] is True
    assert {check["kind"] for check in done.json["checks"]} == {"imports", "data", "artifact", "recommendation"}
    share = trained / "models_dir" / "toy" / "popularity" / "share.npy"
    share.write_bytes(share.read_bytes()[:-4] + b"\x00\x00\x80\x7f")
    broken = run("validate")
    assert broken.code == 1
    assert "FAILED" in broken.out


def test_validate_without_models_or_data_fails(run, home, monkeypatch):
    assert run("validate").code == 1
    monkeypatch.setenv("CINEMATCH_DATASET", "nonsense")
    done = run("validate", "--json")
    assert done.code == 1
    assert done.json["checks"][-1]["kind"] == "data"


def test_json_goes_to_a_file(run, trained):
    done = run("recommend", "--user", "1", "--json", "list.json")
    assert done.out == ""
    assert json.loads((trained / "list.json").read_text())["items"]
    assert sorted(file.name for file in trained.iterdir() if file.suffix == ".tmp") == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["recommend", "--user", "999"], 1, "no user 999"),
        (["explain", "--user", "1", "--movie", "7"], 1, "no movie 7"),
        (["recommend"], 2, "--user"),
        (["recommend", "--user", "1", "--rate", "10=5"], 2, "--user"),
        (["recommend", "--rate", "10=five"], 2, "ID=STARS"),
        (["recommend", "--rate", "10=9"], 2, "between 0.5 and 5.0"),
        (["recommend", "--user", "1", "-n", "0"], 2, "--count"),
        (["recommend", "--user", "1", "--algorithm", "nonsense"], 2, "no algorithm 'nonsense'"),
        (["recommend", "--user", "1", "--genres", "Nonsense"], 2, "no genre"),
        (["train", "--algorithms", "nonsense"], 2, "no algorithm"),
        (["train", "--dataset", "nonsense"], 1, "cinematch data fetch"),
        (["nonsense"], 2, "nonsense"),
        (["train", "--nonsense"], 2, "nonsense"),
    ],
)
def test_errors_are_one_line_and_a_code(run, trained, words, code, said):
    done = run(*words)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_model_that_is_not_trained_is_an_error_that_says_how(run):
    done = run("recommend", "--user", "1")
    assert done.code == 1
    assert "cinematch train" in done.err
    assert "Traceback" not in done.err


def test_a_wrong_setting_is_wrong_usage(run, monkeypatch):
    monkeypatch.setenv("CINEMATCH_PORT", "many")
    done = run("memory")
    assert done.code == 2
    assert "CINEMATCH_PORT" in done.err


def test_version_and_help(run):
    from core import __version__

    assert run("--version").out.strip() == __version__
    text = run("--help").out
    for name in ("data", "train", "evaluate", "recommend", "explain", "similar", "validate", "memory", "serve"):
        assert name in text


def test_worker_becomes_celerys_and_needs_redis(home, monkeypatch, run):
    called = []

    def become(_program, words):
        called.append(words)
        raise SystemExit(0)

    monkeypatch.delenv("CINEMATCH_REDIS_URL", raising=False)
    refused = run("worker")
    assert (refused.code, "CINEMATCH_REDIS_URL" in refused.err) == (2, True)
    monkeypatch.setattr(operate.os, "execv", become)
    monkeypatch.setenv("CINEMATCH_REDIS_URL", "redis://localhost:6379/0")
    with pytest.raises(SystemExit):
        main(["worker", "--places", "3"])
    with pytest.raises(SystemExit):
        main(["queue", "train", "--missing", "--algorithms", "ease"])
    assert called[0][called[0].index("--concurrency") + 1] == "3"
    assert called[0][called[0].index("--hostname") + 1] == f"{os.getpid()}@%h"
    assert called[1][-4:] == ["train", "--missing", "--algorithms", "ease"]
    # What no worker could read, or would leave on its own disk, is refused before it is ordered.
    for words, said in (
        (["tune"], "--algorithm"),
        (["train", "--mising"], "--mising"),
        (["train", "--json", "a.json"], "> FILE"),
    ):
        refused = run("queue", *words)
        assert (refused.code, said in refused.err) == (2, True), refused.err
    assert len(called) == 2


def test_serve_becomes_gunicorn(home, monkeypatch):
    called = []

    def become(program, words):
        called.append((program, words, dict(os.environ)))
        raise SystemExit(0)

    monkeypatch.setattr(operate.os, "execv", become)
    with pytest.raises(SystemExit):
        main(["serve", "--host", "0.0.0.0", "--port", "8123", "--workers", "3"])
    ((program, words, environment),) = called
    assert program == sys.executable
    assert words[-1] == "dashboard.wsgi:server"
    assert words[words.index("-c") + 1].endswith("gunicorn.conf.py")
    assert (environment["CINEMATCH_HOST"], environment["CINEMATCH_PORT"]) == ("0.0.0.0", "8123")
    assert environment["CINEMATCH_WORKERS"] == "3"


def test_a_server_of_what_is_published_trains_nothing(home, monkeypatch, capsys):
    def become(*_words):
        raise SystemExit(0)

    def train(_settings):
        raise AssertionError("a training was started")

    monkeypatch.setattr(operate.os, "execv", become)
    monkeypatch.setattr("core.commands.first_models.train_beside", train)
    monkeypatch.setenv("CINEMATCH_ARTIFACTS_URL", "s3://bucket/cinematch")
    with pytest.raises(SystemExit):
        main(["serve", "--train-missing"])
    assert "Nothing is trained here" in capsys.readouterr().err
