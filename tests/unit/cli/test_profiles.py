"""What visitors keep, from the command line: learned from, measured, backed up."""

import fcntl
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.data.dataset import Dataset
from core.profiles.database import Database
from core.profiles.keeping import Change, change
from core.profiles.listing import Outcome, add_list, note_outcomes
from core.profiles.people import add_person, delete_person
from core.service import open_service
from core.store.artifact import get_model_metadata


@pytest.fixture
def database(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The configured database, empty."""
    address = f"sqlite:///{home / 'profiles.db'}"
    monkeypatch.setenv("CINEMATCH_DATABASE_URL", address)
    found = Database(address)
    yield found
    found.close()


def opened(home: Path) -> Dataset:
    """Return the data set as it is now."""
    return Dataset.open(home / "data_dir" / "toy")


def trained_at(home: Path) -> str:
    """Return when the model was trained."""
    return str(get_model_metadata(home / "models_dir" / "toy" / "popularity")["trained_at"])


def test_without_a_database_there_is_nothing_to_learn_from(run: Any) -> None:
    for words in (["retrain"], ["train", "--with-feedback"], ["feedback"], ["backup", "x.gz"]):
        outcome = run(*words)
        assert outcome.code == 2
        assert "CINEMATCH_DATABASE_URL" in outcome.err


def test_training_learns_what_is_new_and_nothing_twice(run: Any, home: Path, database: Database) -> None:
    train = ("train", "--with-feedback", "--no-measure", "--json")
    assert [model["key"] for model in run(*train).json["models"]] == ["popularity"]
    assert run(*train).json["models"] == []
    more = run(*train, "--algorithms", "popularity,content")
    assert [model["key"] for model in more.json["models"]] == ["content"]
    before, person = opened(home), add_person(database)
    movie = int(before.movies.ids[-1])
    change(database, person, "toy", [Change("rating", movie, 10)])
    assert [model["key"] for model in run(*train).json["models"]] == ["popularity"]
    assert opened(home).n_users == before.n_users + 1
    assert opened(home).movie_counts[-1] == before.movie_counts[-1] + 1
    # What is said of lists, or hidden, is no rating: nothing is trained for it.
    change(database, person, "toy", [Change("hidden", movie, 1)])
    assert run(*train).json["models"] == []
    delete_person(database, person)
    run(*train)
    assert opened(home).fingerprint == before.fingerprint


def test_visitors_are_no_public_users(run: Any, home: Path, database: Database) -> None:
    movie = int(opened(home).movies.ids[0])
    change(database, add_person(database), "toy", [Change("rating", movie, 10)])
    run("train", "--with-feedback", "--no-measure")
    data = opened(home)
    number = int(data.user_ids[-1])
    service = open_service()
    assert not service.knows_user(number)
    assert number not in [user.user_id for user in service.users("", limit=10_000)]
    assert number not in [user.user_id for user in service.users(str(number), limit=10_000)]
    refused = run("recommend", "--user", str(number))
    assert (refused.code, "no user" in refused.err) == (1, True)
    assert service.movie(movie).rating_count == int(data.movie_counts[0])


def test_a_film_is_added_for_the_next_data_set(run: Any, home: Path, database: Database) -> None:
    words = ("data", "add-film", "--title", "Another One (2024)", "--genres", "Drama, Comedy", "--tags", "slow")
    found = run(*words, "--json").json
    assert found["movie_id"] == int(opened(home).movies.ids[-1]) + 1
    assert "retrain" in run(*words).out
    assert run("retrain").code == 0
    data = opened(home)
    assert data.movies.genres(data.movie_index(found["movie_id"])) == ["Comedy", "Drama"]


def test_one_process_retrains_at_a_time(run: Any, home: Path, database: Database) -> None:
    (home / "models_dir").mkdir()
    with (home / "models_dir" / ".toy.retrain.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        left = run("retrain")
    assert (left.code, "Another process" in left.err) == (0, True)
    assert not (home / "models_dir" / "toy").exists()


def test_a_schedule_goes_on_after_a_failure(run: Any, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            raise KeyboardInterrupt

    class Failed:
        returncode = 1

    # Its own alone: threads of other tests sleep, too.
    clock = SimpleNamespace(sleep=sleep, monotonic=time.monotonic)
    monkeypatch.setattr("core.commands.profiles.time", clock)
    monkeypatch.setattr("core.commands.profiles.subprocess.run", lambda *_, **__: Failed())
    outcome = run("retrain", "--every", "24h")
    assert outcome.err.count("tried again in 24h") == 2
    assert all(86_000 < seconds <= 86_400 for seconds in waited)
    assert run("retrain", "--every", "soon").code == 2


def test_what_became_of_lists_is_shown(run: Any, database: Database) -> None:
    for variant in ("A: hybrid", "B: ease"):
        person = add_person(database)
        name = add_list(database, person, "toy", variant[3:], [1, 2], variant)
        with database.write() as connection:
            note_outcomes(connection, person, [Outcome(name, 1, "shown"), Outcome(name, 2, "kept")])
    found = run("feedback", "--json").json
    assert [one["kept"]["value"] for one in found["measures"]] == [0.5, 0.5]
    assert found["difference"]["kept"]["value"] == 0
    shown = run("feedback")
    assert "B less A" in shown.out


def test_arms_are_compared_of_the_experiment_that_is_on(
    run: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variant, kind in (("A: hybrid", "shown"), ("B: ease", "shown"), ("B: hybrid:love=1", "kept")):
        person = add_person(database)
        name = add_list(database, person, "toy", "hybrid", [1], variant)
        with database.write() as connection:
            note_outcomes(connection, person, [Outcome(name, 1, kind)])
    assert run("feedback", "--json").json["difference"] == {}
    monkeypatch.setenv("CINEMATCH_AB_SPLIT", "hybrid,hybrid:love=1")
    assert run("feedback", "--json").json["difference"]["kept"]["value"] == 1
    monkeypatch.setenv("CINEMATCH_AB_SPLIT", "hybrid,svd")
    assert run("feedback", "--json").json["difference"] == {}


def test_a_backup_comes_back(run: Any, home: Path, database: Database) -> None:
    person = add_person(database)
    change(database, person, "toy", [Change("rating", 1, 10)])
    assert run("backup", "profiles.gz", "--json").json["rows"]["kept"] == 1
    refused = run("restore", "profiles.gz")
    assert (refused.code, "--replace" in refused.err) == (1, True)
    delete_person(database, person)
    assert run("restore", "profiles.gz").code == 0
    assert "1 kept" in run("restore", "profiles.gz", "--replace").out
