"""A data set as Parquet, for engines that read it from many machines, and for anybody's notebook."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

import numpy as np

from core.data.dataset import Dataset
from core.data.user_rows import spans_of_users, user_rows
from core.errors import ConfigurationError, InvalidInputError
from core.files import replace_dir
from core.progress import Progress, silent

__all__ = ["MANIFEST", "RATINGS", "export_parquet", "local_path"]

MANIFEST, RATINGS, MOVIES = "manifest.json", "ratings", "movies.parquet"
_RATINGS_PER_FILE = 4_000_000

Opened = Callable[[str], AbstractContextManager[IO[bytes]]]


def local_path(place: str) -> Path | None:
    """Return the path of a place on this machine, plain or as ``file://``; None for a URL of another scheme."""
    parts = urlsplit(place)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in place else Path(place)


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

    Notes
    -----
    ``ratings/part-*.parquet`` has the columns ``user_index``, ``movie_index`` (int32, dense), ``user_id``,
    ``movie_id``, ``timestamp`` (int64) and ``rating`` (float32, stars), by user and movie; ``movies.parquet`` has
    ``movie_index``, ``movie_id``, ``title``, ``year`` and ``genres``. The manifest is written last: an export
    without one is not complete.
    """
    here = local_path(place)
    if here is not None:
        if here.exists() and not (here / MANIFEST).is_file() and any(here.iterdir() if here.is_dir() else [here]):
            raise InvalidInputError(
                f"{here} holds something else than exported ratings: name another or an empty directory."
            )
        with replace_dir(here) as staging:
            (staging / RATINGS).mkdir()
            return _write(dataset, lambda name: (staging / name).open("wb"), progress, ratings_per_file)
    files, root = _filesystem(place)
    if files.exists(root):
        if not files.exists(f"{root}/{MANIFEST}") and files.ls(root):
            raise InvalidInputError(f"{place} holds something else than exported ratings: name another place.")
        files.rm(root, recursive=True)
    files.makedirs(f"{root}/{RATINGS}", exist_ok=True)
    return _write(dataset, lambda name: files.open(f"{root}/{name}", "wb"), progress, ratings_per_file)


def _filesystem(place: str) -> tuple[Any, str]:
    try:
        found: tuple[Any, str] = import_module("fsspec.core").url_to_fs(place)
    except ImportError as error:
        raise ConfigurationError(
            f"Writing to {place} needs a package that is not installed ({error}). Install `fsspec` with what it "
            "needs for that scheme, such as `s3fs` for s3://, or name a directory."
        ) from error
    except ValueError as error:
        raise InvalidInputError(f"{place} cannot be written to: {error}. Name a directory or another URL.") from error
    return found


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
        },
    )
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
        "kind": "parquet",
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "counts": {"users": dataset.n_users, "movies": dataset.n_movies, "ratings": dataset.n_ratings},
        "files": files,
    }
    with opened(MANIFEST) as file:
        file.write((json.dumps(manifest, indent=1) + "\n").encode())
    return manifest
