"""A service over a copy of what is published: taken up, pinned, told, and without what the cluster needs."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from core.data.dataset import Dataset
from core.errors import ConfigurationError, DataError
from core.published.fetch import take
from core.published.local import LocalVersions
from core.published.place import Place, open_place
from core.published.publish import publish
from core.service import open_service
from core.service.published import Follower, why_unusable
from core.service.workplace import workplace
from core.settings import Settings, load_settings
from dashboard.web.health import readiness
from tests.servers import ROOT
from tests.unit.published.conftest import KEYS

CLUSTER = {"fsspec", "s3fs", "aiohttp", "botocore", "celery", "core.published.place"}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A directory will do."""
    return f"file://{tmp_path}/published"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """What the process beside the server says, the last of it; none is started."""
    said: list[str | None] = [None]
    monkeypatch.setattr(Follower, "look", lambda _self: said[-1])
    return said


@pytest.fixture
def pulls(monkeypatch: pytest.MonkeyPatch, place: Place) -> list[str]:
    """Fetch in this process what a start would fetch in another; return what was."""
    done: list[str] = []

    def pull(settings: Settings, local: LocalVersions) -> None:
        if (wanted := settings.artifacts_version or place.current()) is not None:
            done.append(wanted)
            take(place, local, wanted, partial(why_unusable, settings), 2)

    monkeypatch.setattr("core.service.published._pull", pull)
    return done


def test_versions_are_taken_up_and_troubles_told(
    place: Place,
    local: LocalVersions,
    trainings: list[Settings],
    replica: Settings,
    told: list[str | None],
    pulls: list[str],
) -> None:
    with pytest.raises(DataError, match="cinematch artifacts push"):
        open_service(replica)
    first, second = (publish(training, place, KEYS) for training in trainings)
    place.use(first.id)
    service = open_service(replica)
    assert pulls == [first.id]
    assert service.published == first.id
    assert service.dataset.fingerprint == first.fingerprint
    assert service.refresh() == []
    told.append("The artifact store does not answer.")
    assert service.refresh() == []
    assert service.newer == told[-1]
    _, document = readiness(service.models(), newer_data=service.newer, published=service.published)
    assert document["dataset"] == {"state": "waiting", "reason": told[-1], "version": first.id}
    told.append(None)
    take(place, local, second.id, partial(why_unusable, replica), 2)
    assert set(service.refresh()) == set(KEYS)
    assert service.newer is None
    assert service.published == second.id
    assert service.recommend(user_id=1, algorithm="svd", n=3).items
    # A start with a copy asks nobody; one of a machine with a version of its own has that.
    assert open_service(replica).published == second.id
    assert (
        open_service(load_settings(**{**replica.model_dump(), "artifacts_version": first.id})).published == first.id
    )
    assert pulls == [first.id]


def test_a_copy_that_was_damaged_is_fetched_again(
    place: Place, local: LocalVersions, trainings: list[Settings], replica: Settings, pulls: list[str]
) -> None:
    version = place.use(publish(trainings[0], place, KEYS).id)
    open_service(replica)
    (local.directory(version.id) / "data" / "user_items.npy").write_bytes(b"nothing")
    assert open_service(replica).dataset.fingerprint == version.fingerprint
    assert pulls == [version.id] * 2


def test_a_copy_that_was_refused_is_served_when_it_comes_back_whole(
    place: Place, local: LocalVersions, trainings: list[Settings], replica: Settings, told: list[str | None]
) -> None:
    first, second = (publish(training, place, KEYS).id for training in trainings)
    bring = partial(take, place, local, usable=partial(why_unusable, replica), keep=2)
    bring(name=first)
    service = open_service(replica)
    bring(name=second)
    (local.directory(second) / "data" / "user_items.npy").write_bytes(b"nothing")
    assert service.refresh() == []
    assert "cannot be served" in str(service.newer)
    bring(name=first)
    assert service.refresh() == []
    assert service.newer is None
    bring(name=second)
    assert set(service.refresh()) == set(KEYS)
    assert service.published == second


def test_a_version_without_what_is_served_here_is_refused(
    place: Place, local: LocalVersions, trainings: list[Settings], replica: Settings
) -> None:
    version = publish(trainings[0], place, ["popularity"])
    take(place, local, version.id, lambda _directory: None, 2)
    only = load_settings(**{**replica.model_dump(), "algorithms": ("svd",)})
    assert why_unusable(replica, local.directory(version.id)) is None
    assert "no model" in str(why_unusable(only, local.directory(version.id)))
    manifest = local.directory(version.id) / "models" / "popularity" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format_version": 99}))
    assert "another version" in str(why_unusable(replica, local.directory(version.id)))


def test_a_process_that_follows_is_started_once_and_missed_when_it_is_silent(
    replica: Settings, local: LocalVersions, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, ...]] = []

    class Child:
        returncode = None

        def poll(self) -> None:
            return None

    monkeypatch.setattr("core.service.published._run", lambda _settings, *words: started.append(words) or Child())
    one, other = Follower(replica), Follower(replica)
    assert one.look() is None
    assert one.look() is None
    assert [words[0] for words in started] == ["follow"]
    with local.alone(what="follow"):
        local.tell("It is damaged.")
        assert other.look() == "It is damaged."
    assert len(started) == 1
    monkeypatch.setattr("core.service.published.time.time", lambda: 2e10)
    assert "cannot be started" in str(one.look())
    with local.alone(what="follow"):
        assert "hangs" in str(one.look())


def test_a_machine_with_a_version_of_its_own_starts_without_writing(
    place: Place,
    local: LocalVersions,
    trainings: list[Settings],
    replica: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = publish(trainings[0], place, KEYS)
    take(place, local, version.id, partial(why_unusable, replica), 2)
    monkeypatch.setattr("core.published.local.write_atomically", lambda *_: pytest.fail("the disk is full"))
    pinned = load_settings(**{**replica.model_dump(), "artifacts_version": version.id})
    assert open_service(pinned).published == version.id


def test_orders_work_on_a_copy_of_what_is_published(
    place: Place, local: LocalVersions, trainings: list[Settings], replica: Settings, tmp_path: Path
) -> None:
    here = load_settings(**{**replica.model_dump(), "data_dir": tmp_path / "data", "models_dir": tmp_path / "models"})
    with pytest.raises(DataError, match="no published version of it is here"), workplace(here):
        pass
    version = publish(trainings[0], place, KEYS)
    take(place, local, version.id, partial(why_unusable, replica), 2)
    with workplace(here) as environment:
        places = {name.removeprefix("CINEMATCH_").lower(): value for name, value in environment.items()}
        copy = load_settings(**{**here.model_dump(), **places})
        assert copy.data_dir.is_relative_to(here.cache_dir)
        assert Dataset.open(copy.dataset_dir).fingerprint == version.fingerprint
        assert publish(copy, place, KEYS).models == version.models
    assert not copy.data_dir.exists()
    assert local.has(version.id)
    # What is installed on a machine comes first.
    with workplace(load_settings(**{**here.model_dump(), "data_dir": trainings[0].data_dir})) as environment:
        assert environment == {}


def test_a_cache_that_cannot_be_written_is_told_and_stops_nobody(replica: Settings, local: LocalVersions) -> None:
    (local.root / ".follow.lock").mkdir(parents=True)
    assert "CINEMATCH_CACHE_DIR" in str(Follower(replica).look())


def test_addresses_that_cannot_be_opened_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CINEMATCH_ARTIFACTS_URL cannot be opened"):
        open_place("nowhere://bucket/cinematch", "toy")


@pytest.mark.parametrize("published", [False, True])
def test_who_serves_imports_nothing_of_the_cluster(
    place: Place, local: LocalVersions, trainings: list[Settings], replica: Settings, published: bool
) -> None:
    settings = trainings[0]
    env = {"CINEMATCH_DATASET": "toy", "CINEMATCH_ALGORITHMS": ",".join(KEYS), "PYTHONPATH": str(ROOT)}
    env |= {"CINEMATCH_DATA_DIR": str(settings.data_dir), "CINEMATCH_MODELS_DIR": str(settings.models_dir)}
    if published:
        version = publish(settings, place, KEYS)
        take(place, local, version.id, partial(why_unusable, replica), 2)
        assert replica.artifacts_url is not None
        env["CINEMATCH_ARTIFACTS_URL"] = replica.artifacts_url.get_secret_value()
    env["CINEMATCH_CACHE_DIR"] = str(replica.cache_dir)
    script = (
        "import sys, core.cli; from core.service import open_service; import dashboard.server; core.cli.build_app();"
        f"assert len(open_service().models()) == 2; print(sorted({CLUSTER!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
