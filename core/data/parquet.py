"""A data set as Parquet, for engines that read it from many machines, and for anybody's notebook."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

import numpy as np

from core.data.dataset import Dataset
from core.data.user_rows import spans_of_users, user_rows
from core.errors import CineMatchError, ConfigurationError, InvalidInputError, StoreUnavailableError
from core.files import replace_dir
from core.progress import Progress, silent

__all__ = ["KIND", "MANIFEST", "RATINGS", "asked", "export_parquet", "filesystem", "local_path"]

MANIFEST, RATINGS, MOVIES, USERS = "manifest.json", "ratings", "movies.parquet", "users.parquet"
KIND = "parquet"
"""What the manifest of an export says of itself: data sets and models have one of that name, too."""
_OF_AN_EXPORT = re.compile(rf"{MANIFEST}|{MOVIES}|{USERS}|{RATINGS}|{RATINGS}/part-\d+\.parquet")
_WITHOUT_DIRECTORIES = frozenset({"abfs", "abfss", "az", "gcs", "gs", "oss", "s3", "s3a"})
"""Schemes where making one would make a bucket of a name that was misspelt."""
_RATINGS_PER_FILE = 4_000_000

Opened = Callable[[str], AbstractContextManager[IO[bytes]]]


def local_path(place: str) -> Path | None:
    """Return the path of a place on this machine, plain or as ``file:///``; None for a URL of another scheme.

    Raises
    ------
    InvalidInputError
        For a ``file:`` URL that does not begin at the root, such as ``file://exports``, which names a machine.
    """
    if not place.startswith("file:"):
        return None if "://" in place else Path(place)
    found = re.fullmatch(r"file:(?://(?:localhost)?)?(/(?:[^/].*)?)", place)
    if found is None:
        raise InvalidInputError(
            f"{place} names no directory of this machine. Write the path alone, or all of it behind file://, as in "
            "file:///srv/exports."
        )
    return Path(unquote(found[1]))


def export_parquet(
    dataset: Dataset, place: str, progress: Progress = silent, ratings_per_file: int = _RATINGS_PER_FILE
) -> dict[str, Any]:
    """Write a data set as Parquet.

    Parameters
    ----------
    place : str
        A directory or a URL that fsspec knows. What an earlier export left there is replaced.
    ratings_per_file : int
        Memory grows with it: about 60 bytes each.

    Returns
    -------
    dict
        What ``manifest.json`` says: ``name``, ``fingerprint``, ``counts`` and the number of ``files``.

    Raises
    ------
    InvalidInputError
        When something else lies there.
    ConfigurationError
        For a URL, where fsspec or what it needs for that scheme is not installed.
    StoreUnavailableError
        Where a URL cannot be written to. What is there then is not complete, and the next export replaces it.

    Notes
    -----
    ``ratings/part-*.parquet`` has the columns ``user_index``, ``movie_index`` (int32, dense), ``user_id``,
    ``movie_id``, ``timestamp`` (int64) and ``rating`` (float32, stars), by user and movie; ``movies.parquet`` has
    ``movie_index``, ``movie_id``, ``title``, ``year`` and ``genres``. Where the source's ids are text, which those
    numbers stand for, it has them as ``source_id``, and ``users.parquet`` those of ``user_id``. The manifest is
    written last: an export without one is not complete.
    """
    here = local_path(place)
    if here is not None:
        # Where a link leads: that directory is replaced and the link stays.
        here = here.resolve()
        _check_free(place, _below(here), here.joinpath(MANIFEST).read_bytes)
        with replace_dir(here) as staging:
            (staging / RATINGS).mkdir()
            return _write(dataset, lambda name: (staging / name).open("wb"), progress, ratings_per_file)
    files, root = filesystem(place)
    manifest = f"{root}/{MANIFEST}"
    with asked(place):
        walked = (f"{path}/{name}"[len(root) :].strip("/") for path, _, names in files.walk(root) for name in names)
        there = _check_free(place, walked, lambda: files.cat_file(manifest))
        # First what says that it is complete, and never more than these files: a root may be a whole bucket.
        if MANIFEST in there:
            files.rm_file(manifest)
        for name in there - {MANIFEST}:
            files.rm_file(f"{root}/{name}")
        if place.partition("://")[0] not in _WITHOUT_DIRECTORIES:
            files.makedirs(f"{root}/{RATINGS}", exist_ok=True)

    @contextmanager
    def opened(name: str) -> Iterator[IO[bytes]]:
        with asked(place), files.open(f"{root}/{name}", "wb") as file:
            yield file

    return _write(dataset, opened, progress, ratings_per_file)


def filesystem(place: str) -> tuple[Any, str]:
    """Return fsspec's file system of a URL and the path in it.

    Raises
    ------
    ConfigurationError
        Where fsspec or what it needs for that scheme is not installed.
    InvalidInputError
        For a scheme that it does not know.
    """
    try:
        system, root = import_module("fsspec.core").url_to_fs(place, use_listings_cache=False)
    except ImportError as error:
        raise ConfigurationError(
            f"{place} needs a package that is not installed ({error}). Install `fsspec` with what it needs for that "
            "scheme, such as `s3fs` for s3:// (both are in cinematch[cluster]), or name a directory."
        ) from error
    except ValueError as error:
        raise InvalidInputError(f"{place} cannot be opened: {error}. Name a directory or another URL.") from error
    return system, root.rstrip("/")


@contextmanager
def asked(place: str) -> Iterator[None]:
    """Say in a sentence what went wrong at a place."""
    try:
        yield
    except CineMatchError:
        raise
    except Exception as error:
        # Each system has errors of its own, which are no OSError and known to its package alone.
        raise StoreUnavailableError(
            f"{place} does not answer as it should ({type(error).__name__}: {error}). Look at the address, the "
            "network and the credentials, and do it again."
        ) from error


def _below(directory: Path) -> Iterator[str]:
    """Yield what lies in a directory, by paths relative to it; nothing where there is none."""
    if directory.exists() and not directory.is_dir():
        yield ""
    yield from (path.relative_to(directory).as_posix() for path in directory.rglob("*"))


def _check_free(place: str, found: Iterable[str], manifest: Callable[[], bytes]) -> set[str]:
    """Return what lies at a place, and refuse one that holds anything but an export, whole or interrupted.

    Parameters
    ----------
    found : iterable of str
        Paths below the place.
    manifest : callable
        Returns what ``manifest.json`` holds, and is called where there is one.
    """
    names = set()
    for name in found:
        if not _OF_AN_EXPORT.fullmatch(name):
            raise _lost(place, name or "it is a file")
        names.add(name)
    if MANIFEST in names and not _is_of_an_export(manifest()):
        raise _lost(place, MANIFEST)
    return names


def _lost(place: str, what: str) -> InvalidInputError:
    return InvalidInputError(
        f"{place} holds something else than exported ratings ({what}), which would be lost: name another or an empty "
        "directory."
    )


def _is_of_an_export(content: bytes) -> bool:
    try:
        return bool(json.loads(content)["kind"] == KIND)
    except (ValueError, KeyError, TypeError):
        return False


def _write(dataset: Dataset, opened: Opened, progress: Progress, ratings_per_file: int) -> dict[str, Any]:
    import polars as pl

    def table(name: str, columns: dict[str, Any]) -> None:
        with opened(name) as file:
            pl.DataFrame(columns).write_parquet(file)

    movies = dataset.movies
    table(
        MOVIES,
        {
            "movie_index": np.arange(len(movies), dtype=np.int32),
            "movie_id": np.asarray(movies.ids),
            "title": movies.titles.to_list(),
            "year": [movies.year(index) for index in range(len(movies))],
            "genres": [list(movies.genres(index)) for index in range(len(movies))],
            **({} if movies.source_ids is None else {"source_id": movies.source_ids.to_list()}),
        },
    )
    if dataset.user_source_ids is not None:
        ids = dataset.user_source_ids.to_list()
        table(USERS, {"user_id": np.asarray(dataset.user_ids), "source_id": ids})
    files = 0
    for first, last in spans_of_users(dataset.user_indptr, ratings_per_file):
        rows = user_rows(dataset, first, last)
        users = np.repeat(np.arange(first, last, dtype=np.int32), np.diff(rows.user_indptr))
        table(
            f"{RATINGS}/part-{files:05}.parquet",
            {
                "user_index": users,
                "movie_index": rows.user_items,
                "user_id": np.asarray(dataset.user_ids)[users],
                "movie_id": np.asarray(movies.ids)[rows.user_items],
                "rating": rows.user_ratings * np.float32(0.5),
                "timestamp": rows.user_times.astype(np.int64),
            },
        )
        files += 1
        progress(last / dataset.n_users, "writing ratings")
    manifest = {
        "kind": KIND,
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "counts": {"users": dataset.n_users, "movies": dataset.n_movies, "ratings": dataset.n_ratings},
        "files": files,
    }
    with opened(MANIFEST) as file:
        file.write((json.dumps(manifest, indent=1) + "\n").encode())
    return manifest
