"""`cinematch artifacts`: data sets and models for several machines, at an address that all of them reach."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import (
    AlgorithmsOption,
    DatasetOption,
    JsonOption,
    emit_json,
    print_table,
    settings_for,
    split_keys,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.published.place import Place
    from core.published.version import PublishedVersion
    from core.settings import Settings

__all__ = ["place_for", "push_now", "register"]

_MB = 1e6
_NICE = 5
_TRIES, _BETWEEN_S = 20, 0.1
_VERSION = "Its name, as `artifacts list` shows it."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    family = typer.Typer(
        help="Versions of a data set with its models, published at CINEMATCH_ARTIFACTS_URL.", no_args_is_help=True
    )
    family.command("push")(push)
    family.command("list")(show)
    family.command("use")(use)
    family.command("pull")(pull)
    family.command("prune")(prune)
    family.command("follow", hidden=True)(follow)
    app.add_typer(family, name="artifacts")


def push(
    dataset: DatasetOption = None,
    algorithms: AlgorithmsOption = None,
    use_it: Annotated[
        bool, typer.Option("--use/--no-use", help="Have servers take it up, or only store it until `artifacts use`.")
    ] = True,
    json_target: JsonOption = None,
) -> None:
    """Publish the data set and what was trained on it, whole or not at all."""
    settings = settings_for(dataset)
    version = push_now(settings, place_for(settings), split_keys(algorithms, settings), use_it=use_it)
    if json_target:
        emit_json(_shown(version, version.id if use_it else None), json_target)


def push_now(settings: Settings, place: Place, keys: Sequence[str], *, use_it: bool = True) -> PublishedVersion:
    """Publish what is there of some algorithms, and say what it is."""
    from core.published.publish import publish
    from core.store.learning import learning_alone

    with learning_alone(settings.dataset_models_dir, _wait):
        version = publish(settings, place, keys)
    if use_it:
        place.use(version.id)
    told = "which servers take up now" if use_it else f"to be served after `cinematch artifacts use {version.id}`"
    what = f"{len(version.models)} models, {version.size / _MB:,.1f} MB"
    typer.echo(f"Published {version.id} of {version.dataset}: {what}, {told}.", err=True)
    if left := [key for key in keys if key not in version.models]:
        typer.echo(f"Without {', '.join(left)}, of which there is no model of these data.", err=True)
    return version


def show(dataset: DatasetOption = None, json_target: JsonOption = None) -> None:
    """List what is published, the newest first."""
    settings, place = _place(dataset)
    versions, current = place.versions(), place.current()
    if json_target:
        emit_json([_shown(version, current) for version in versions], json_target)
        return
    print_table(
        f"Published versions of {settings.dataset}",
        ["Version", "Served", "Data", "Models", "MB#", "By"],
        [
            [
                version.id,
                "yes" if version.id == current else "",
                version.fingerprint[:12],
                ", ".join(version.models),
                f"{version.size / _MB:,.1f}",
                version.made_by,
            ]
            for version in versions
        ],
    )


def use(version: Annotated[str, typer.Argument(help=_VERSION)], dataset: DatasetOption = None) -> None:
    """Have all servers take up a version, such as the one before: a way back."""
    _, place = _place(dataset)
    used = place.use(version)
    typer.echo(f"{used.id} is the version to serve; each server takes it up with its next look.", err=True)


def pull(
    version: Annotated[str | None, typer.Argument(help=f"{_VERSION} By default the one to serve.")] = None,
    dataset: DatasetOption = None,
) -> None:
    """Bring a version to this machine, compare all its files with their hashes, and have it served here."""
    from core.errors import ArtifactError
    from core.published.fetch import take
    from core.published.follow import wanted_version
    from core.published.local import LocalVersions
    from core.service.published import why_unusable

    settings, place = _place(dataset)
    wanted = version or wanted_version(settings, place)
    if wanted is None:
        raise ArtifactError(
            f"No version of {settings.dataset} is published at CINEMATCH_ARTIFACTS_URL. Publish one where models are "
            "trained: `cinematch artifacts push`."
        )
    fetched = take(place, LocalVersions(settings), wanted, partial(why_unusable, settings), settings.artifacts_keep)
    typer.echo(f"{wanted} is here{'' if fetched else ' already'}, and every file is what it was.", err=True)


def prune(
    keep: Annotated[int, typer.Option("--keep", help="How many of the newest to keep.", min=1)] = 5,
    dataset: DatasetOption = None,
) -> None:
    """Remove older published versions, and uploads that were given up; the one that is served stays."""
    _, place = _place(dataset)
    removed = place.prune(keep)
    typer.echo(f"Removed {', '.join(removed)}." if removed else "There is nothing to remove.", err=True)


def follow(beside: Annotated[int, typer.Option("--beside")] = 0, dataset: DatasetOption = None) -> None:
    """Look for what is published until the process that serves it ends."""
    from core.published.follow import Follow
    from core.published.local import LocalVersions
    from core.service.published import why_unusable
    from core.tasks import end_with_parent

    if beside:
        end_with_parent(beside)
        os.nice(_NICE)
    settings, place = _place(dataset)
    local = LocalVersions(settings)
    following = Follow(settings, place, local, partial(why_unusable, settings))
    for _ in range(_TRIES):
        # Whoever looks whether anybody follows holds the lock for a moment, too.
        with local.alone(wait=False, what="follow") as alone:
            while alone:
                following.look()
                time.sleep(settings.artifacts_poll_s)
        time.sleep(_BETWEEN_S)


def _place(dataset: str | None) -> tuple[Settings, Place]:
    settings = settings_for(dataset)
    return settings, place_for(settings)


def place_for(settings: Settings) -> Place:
    """Return where versions of the data set are published; ConfigurationError where that is not said."""
    from core.errors import ConfigurationError
    from core.published.place import open_place

    if settings.artifacts_url is None:
        raise ConfigurationError(
            "CINEMATCH_ARTIFACTS_URL is not set. Set it to where versions are published, such as "
            "file:///srv/cinematch or s3://bucket/cinematch."
        )
    return open_place(settings.artifacts_url.get_secret_value(), settings.dataset)


def _wait() -> None:
    typer.echo("Another process trains on this data set; it is published when that has ended.", err=True)


def _shown(version: PublishedVersion, current: str | None) -> dict[str, object]:
    return {
        "version": version.id,
        "served": version.id == current,
        "dataset": version.dataset,
        "fingerprint": version.fingerprint,
        "models": list(version.models),
        "made_at": version.made_at,
        "made_by": version.made_by,
        "bytes": version.size,
    }
