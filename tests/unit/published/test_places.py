"""What holds of every place: versions are whole or not there, and what is served is what was published."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.errors import ArtifactError, StoreUnavailableError
from core.published.fetch import take
from core.published.follow import Follow
from core.published.local import LocalVersions
from core.published.place import Place, open_place
from core.published.publish import publish
from core.service.published import why_unusable
from core.settings import Settings, load_settings
from tests.unit.published.conftest import KEYS


def bring(place: Place, local: LocalVersions, name: str, keep: int = 2) -> bool:
    return take(place, local, name, lambda _directory: None, keep)


def change(place: Place, path: str, content: bytes | None) -> None:
    """Damage what is stored, behind everybody's back."""
    if content is None:
        place._system.rm_file(path)
    else:
        place._system.pipe_file(path, content)


def test_a_version_comes_as_it_was_published(
    place: Place, local: LocalVersions, trainings: list[Settings], replica: Settings
) -> None:
    assert place.current() is None
    assert place.versions() == []
    version = publish(trainings[0], place, KEYS)
    assert [found.id for found in place.versions()] == [version.id]
    assert place.current() is None
    assert set(version.models) == set(KEYS)
    place.use(version.id)
    assert place.current() == version.id
    assert bring(place, local, version.id)
    assert local.current() == version.id
    assert why_unusable(replica, local.directory(version.id)) is None
    for training, here in (
        (trainings[0].dataset_dir, local.directory(version.id) / "data"),
        (trainings[0].dataset_models_dir / "svd", local.directory(version.id) / "models" / "svd"),
    ):
        for file in training.glob("[!.]*"):
            assert (here / file.name).read_bytes() == file.read_bytes()
    # Once more, nothing is fetched; and what was damaged here meanwhile is.
    assert not bring(place, local, version.id)
    (local.directory(version.id) / "models" / "svd" / "manifest.json").write_text("{}")
    assert bring(place, local, version.id)


def test_an_upload_that_is_cut_off_is_no_version(
    place: Place, trainings: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(trainings[0], place, KEYS)
    place.use(first.id)
    put = place._system.put

    def cut(sources: list[str], targets: list[str], **options: Any) -> None:
        put(sources[:3], targets[:3], **options)
        raise TimeoutError("the connection is gone")

    monkeypatch.setattr(place._system, "put", cut)
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        publish(trainings[1], place, KEYS)
    monkeypatch.undo()
    assert [found.id for found in place.versions()] == [first.id]
    assert place.current() == first.id
    (left,) = set(place._names()) - {first.id, "current.json"}
    with pytest.raises(ArtifactError, match="or not all of it"):
        place.use(left)


def test_what_is_damaged_is_refused_and_the_former_version_stays(
    place: Place, local: LocalVersions, trainings: list[Settings]
) -> None:
    first, second = (publish(training, place, KEYS) for training in trainings)
    bring(place, local, first.id)
    victim = next(file for file in second.files if file.path.startswith("models/svd/") and file.size > 300)
    path = f"{place._root}/{second.id}/{victim.path}"
    content = place._system.cat_file(path)
    for damaged in (content[:-1] + bytes([content[-1] ^ 1]), content[:-9], None):
        change(place, path, damaged)
        with pytest.raises(ArtifactError, match="is missing" if damaged is None else victim.path) as refusal:
            bring(place, local, second.id)
        assert "cinematch artifacts use" in str(refusal.value)
        assert local.current() == first.id
        assert local.names() == [first.id]
    change(place, path, content)
    assert bring(place, local, second.id)


def test_a_description_is_the_one_of_its_name(place: Place, trainings: list[Settings]) -> None:
    version = publish(trainings[0], place, KEYS)
    path = f"{place._root}/{version.id}/version.json"
    change(place, path, place._system.cat_file(path).replace(b'"svd"', b'"ease"'))
    with pytest.raises(ArtifactError, match="damaged"):
        place.version(version.id)
    assert place.versions() == []


def test_two_who_publish_at_once_both_do(url: str, trainings: list[Settings], local: LocalVersions) -> None:
    def push(training: Settings) -> str:
        place = open_place(url, "toy")
        return place.use(publish(training, place, KEYS).id).id

    with ThreadPoolExecutor(2) as pool:
        pushed = set(pool.map(push, trainings))
    place = open_place(url, "toy")
    assert {version.id for version in place.versions()} == pushed
    assert place.current() in pushed
    for name in pushed:
        assert bring(place, local, name)


def test_what_is_current_is_followed_back_and_forth_and_a_pin_is_kept(
    place: Place, local: LocalVersions, trainings: list[Settings], replica: Settings
) -> None:
    first, second = (publish(training, place, KEYS) for training in trainings)
    following = Follow(replica, place, local, partial(why_unusable, replica))
    following.look()
    assert "Nothing is published" in str(local.told() and local.told().trouble)
    for name in (first.id, second.id, first.id):
        place.use(name)
        following.look()
        assert local.current() == name
        assert local.told() is not None
        assert local.told().trouble is None
    pinned = load_settings(**{**replica.model_dump(), "artifacts_version": second.id})
    Follow(pinned, place, local, partial(why_unusable, pinned)).look()
    assert local.current() == second.id


def test_only_what_is_new_is_fetched_and_old_versions_go(
    place: Place, local: LocalVersions, trainings: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(trainings[0], place, ["popularity"])
    bring(place, local, first.id)
    asked: list[str] = []
    get = place._system.get
    monkeypatch.setattr(
        place._system, "get", lambda remote, here, **options: asked.extend(remote) or get(remote, here, **options)
    )
    second = publish(trainings[0], place, KEYS)
    bring(place, local, second.id)
    assert asked
    assert all("/models/svd/" in path for path in asked)
    third = publish(trainings[1], place, KEYS)
    bring(place, local, first.id)
    bring(place, local, third.id)
    # Not the older ones, but those that were not served lately.
    assert local.names() == [third.id, first.id]
    place.use(first.id)
    assert place.prune(1) == [second.id]
    assert {version.id for version in place.versions()} == {first.id, third.id}


def test_what_is_published_while_others_prune_stays(
    place: Place, trainings: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(trainings[0], place, ["popularity"])
    place.use(first.id)
    current, pushed = place.current, []

    def meanwhile() -> str | None:
        found = current()
        pushed.append(publish(trainings[1], place, ["popularity"]).id)
        return found

    monkeypatch.setattr(place, "current", meanwhile)
    assert place.prune(1) == []
    assert place.use(*pushed).id == pushed[0]


def test_what_is_used_and_pruned_at_once_is_either_used_or_refused(
    place: Place, trainings: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (publish(training, place, ["popularity"]).id for training in trainings)
    place.use(new)
    remove, name_it = place._system.rm_file, place._name

    def named_before(path: str) -> None:
        name_it(old)
        remove(path)

    # Somebody has seen that it is there, and names it just before it goes.
    monkeypatch.setattr(place._system, "rm_file", named_before)
    assert place.prune(1) == []
    monkeypatch.undo()
    assert place.version(place.current() or "").id == old
    place.use(new)

    def gone_before(name: str) -> None:
        if name == old:
            assert place.prune(1) == [old]
        name_it(name)

    # Or it goes just before it is named: then the one before stays named.
    monkeypatch.setattr(place, "_name", gone_before)
    with pytest.raises(ArtifactError, match="or not all of it"):
        place.use(old)
    assert place.current() == new


def test_who_names_a_version_mends_what_names_none(place: Place, trainings: list[Settings]) -> None:
    version = publish(trainings[0], place, ["popularity"])
    change(place, f"{place._root}/current.json", b"{")
    with pytest.raises(ArtifactError, match="artifacts use"):
        place.current()
    place.use(version.id)
    assert place.current() == version.id


def test_a_disk_that_fails_is_told_without_its_paths_and_stops_nobody_who_follows(
    place: Place,
    local: LocalVersions,
    trainings: list[Settings],
    replica: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    place.use(publish(trainings[0], place, ["popularity"]).id)
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(local.root))

    def refuse(*_: object) -> None:
        raise full

    following = Follow(replica, place, local, partial(why_unusable, replica))
    with monkeypatch.context() as patch:
        patch.setattr(local, "make_current", refuse)
        following.look()
        told = str(local.told() and local.told().trouble)
        assert "No space left on device" in told
        assert str(local.root) not in told
        patch.setattr(local, "tell", refuse)
        patch.setattr(following, "_again_at", 0.0)
        following.look()
        assert "cannot be told to the server" in caplog.text
    monkeypatch.setattr(following, "_again_at", 0.0)
    following.look()
    assert local.current() == place.current()
    assert local.told().trouble is None


def test_what_cannot_be_served_here_is_not_tried_all_the_time(
    place: Place, local: LocalVersions, trainings: list[Settings], replica: Settings
) -> None:
    first, second = (publish(training, place, KEYS) for training in trainings)
    tried: list[str] = []

    def usable(directory: Path) -> str | None:
        tried.append(directory.name)
        return "It is of another time." if directory.name == second.id else None

    following = Follow(replica, place, local, usable)
    for name in (first.id, second.id, second.id):
        place.use(name)
        following.look()
    assert tried == [first.id, second.id]
    told = local.told()
    assert told is not None
    assert str(told.trouble).endswith(f"another time. Version {first.id} is served.")
    assert local.names() == [first.id]
    place.use(first.id)
    following.look()
    assert local.told().trouble is None
