"""`cinematch retrain`, `feedback`, `backup`, `restore` and `data add-film`: what visitors keep."""

from __future__ import annotations

import fcntl
import logging
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import (
    AlgorithmsOption,
    DatasetOption,
    JsonOption,
    emit_json,
    open_dataset,
    print_table,
    progress,
    settings_for,
)
from core.errors import ConfigurationError, InvalidInputError

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.profiles.database import Database
    from core.settings import Settings
    from core.views import RateView

__all__ = ["register", "take_feedback"]

_LOG = logging.getLogger("cinematch.train")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_FileArgument = Annotated[Path, typer.Argument(help="The backup's file, such as profiles.gz.", metavar="FILE")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(retrain)
    app.command("feedback")(feedback_command)
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)


def open_database(settings: Settings) -> Database:
    """Open the configured database.

    Raises
    ------
    ConfigurationError
        When none is configured.
    """
    from core.profiles.database import Database

    if settings.database_url is None:
        raise ConfigurationError(
            "No database is configured, so nothing is kept of visitors. Set CINEMATCH_DATABASE_URL, such as "
            "sqlite:////var/lib/cinematch/profiles/profiles.db."
        )
    return Database(settings.database_url.get_secret_value())


def take_feedback(settings: Settings) -> Dataset:
    """Make the next data set of the last one and what visitors keep, put it in its place and return it.

    Where nothing was changed since the last time, the data set that is there stays and is returned.
    """
    from core.data.install import keep
    from core.profiles.next_dataset import next_dataset
    from core.profiles.people import sweep

    data, database = open_dataset(settings), open_database(settings)
    sweep(database)
    found = next_dataset(database, data)
    database.close()
    if found.fingerprint == data.fingerprint:
        return data
    told = found.details["feedback"]
    _LOG.info("%s: %d ratings of %d visitors, %d added films", found.name, *(told[name] for name in _TOLD))
    return keep(found, settings)


_TOLD = ("ratings", "people", "films")


def retrain(
    every: Annotated[
        str | None,
        typer.Option("--every", help="Go on, and do it again after 30m, 24h or 7d; by default once.", metavar="TIME"),
    ] = None,
    algorithms: AlgorithmsOption = None,
    dataset: DatasetOption = None,
) -> None:
    """Learn from what visitors keep: `cinematch train --with-feedback`, one process at a time."""
    wait = None if every is None else _seconds(every)
    settings = settings_for(dataset)
    open_database(settings).close()
    command = [sys.executable, "-m", "core.cli", "train", "--with-feedback", "--dataset", settings.dataset]
    if algorithms:
        command += ["--algorithms", algorithms]
    while True:
        started = time.monotonic()
        with _alone(settings) as first:
            if first:
                # In a process of its own: what it took of memory is given back, and a failure ends no schedule.
                done = subprocess.run(command, check=False).returncode  # noqa: S603
            else:
                done = 0
                typer.echo("Another process is retraining; this turn is left to it.", err=True)
        if wait is None:
            raise typer.Exit(done)
        if done:
            typer.echo(f"Retraining failed with exit code {done}; it is tried again in {every}.", err=True)
        time.sleep(max(1.0, wait - (time.monotonic() - started)))


@contextmanager
def _alone(settings: Settings) -> Iterator[bool]:
    """Yield whether this is the only process that retrains these models, and keep others from it meanwhile."""
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    with (settings.models_dir / f".{settings.dataset}.retrain.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _seconds(text: str) -> int:
    found = re.fullmatch(r"(\d{1,5})([smhd])", text.strip())
    if found is None or int(found[1]) == 0:
        raise InvalidInputError(f"{text!r} is no time. Write it like 30m, 24h or 7d.")
    return int(found[1]) * _UNITS[found[2]]


def feedback_command(
    days: Annotated[int | None, typer.Option("--days", help="Of so many last days; by default all.", min=1)] = None,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """Show what became of lists: how many of the films shown were kept and liked, by algorithm and arm."""
    from core.profiles.measures import online_measures
    from core.profiles.rates import rate_gap
    from core.service.experiment import compared, parse_arms

    settings = settings_for(dataset)
    database = open_database(settings)
    found = online_measures(database, settings.dataset, days)
    database.close()
    arms = compared(parse_arms(settings.ab_split), found)
    gaps = {}
    if arms is not None:
        gaps = {name: rate_gap(getattr(arms[1], name), getattr(arms[0], name)) for name in ("kept", "liked")}
    if json_target:
        emit_json({"dataset": settings.dataset, "days": days, "measures": found, "difference": gaps}, json_target)
        return
    print_table(
        f"What became of lists of {settings.dataset}",
        ["Algorithm", "Arm", "People#", "Lists#", "Films#", "Kept#", "95%", "Liked#", "95%", "Rated#"],
        [
            [
                *(one.algorithm, one.variant, one.people, one.lists, one.kept.of),
                *(*_shown(one.kept), *_shown(one.liked), one.rated),
            ]
            for one in found
        ],
        caption="Kept: put aside to be watched; liked: rated 4 stars or more; both of the films shown.",
    )
    for name, gap in gaps.items():
        typer.echo(f"{name}: B less A {gap.value:+.1%}, 95% interval {gap.low:+.1%} to {gap.high:+.1%}")


def _shown(rate: RateView) -> tuple[str, str]:
    if not rate.of:
        return "-", "-"
    return f"{rate.value:.1%}", f"{rate.low:.1%} to {rate.high:.1%}"


def backup_command(file: _FileArgument, json_target: JsonOption = None) -> None:
    """Write all that visitors keep to one file, while they go on; either kind of database can be filled from it."""
    from core.profiles.backup import backup

    database = open_database(settings_for())
    with progress("backup") as report:
        counts = backup(database, file)
        report(1.0, "written")
    database.close()
    if json_target:
        emit_json({"file": file, "rows": counts}, json_target)
        return
    typer.echo(f"{file}: {', '.join(f'{count:,} {name}' for name, count in counts.items())}.")
    typer.echo("Keep the key that signs tokens elsewhere: without it nobody anonymous is known again.", err=True)


def restore_command(
    file: _FileArgument,
    replace: Annotated[bool, typer.Option("--replace", help="Delete what the database holds.")] = False,
    json_target: JsonOption = None,
) -> None:
    """Fill a database from a backup, all of it or nothing."""
    from core.profiles.backup import restore

    database = open_database(settings_for())
    try:
        counts = restore(database, file, replace=replace)
    finally:
        database.close()
    if json_target:
        emit_json({"file": file, "rows": counts}, json_target)
    else:
        typer.echo(f"Restored {', '.join(f'{count:,} {name}' for name, count in counts.items())} from {file}.")


def add_film(
    title: Annotated[str, typer.Option("--title", help='With the year: "Dune: Part Two (2024)".')],
    genres: Annotated[str, typer.Option("--genres", help="Separated by commas.", metavar="A,B")] = "",
    tags: Annotated[str, typer.Option("--tags", help="Separated by commas.", metavar="A,B")] = "",
    imdb: Annotated[int, typer.Option("--imdb", help="Number at IMDb, without the tt.", min=0)] = 0,
    tmdb: Annotated[int, typer.Option("--tmdb", help="Number at TMDb.", min=0)] = 0,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """Add a film: the next `cinematch retrain` lists it before anybody rated it."""
    from core.profiles.new_films import NewFilm
    from core.profiles.new_films import add_film as add

    settings = settings_for(dataset)
    data, database = open_dataset(settings), open_database(settings)
    film = NewFilm(title, _names(genres), _names(tags), imdb, tmdb)
    found = add(database, data.name, film, int(data.movies.ids[-1]) if data.n_movies else 0)
    database.close()
    if json_target:
        emit_json(found, json_target)
    else:
        typer.echo(f"{found.title} is movie {found.movie_id} of the next {data.name}: run `cinematch retrain`.")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
