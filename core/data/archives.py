"""Zip archives from outside: only the wanted files, checked before anything is written."""

import fnmatch
import io
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from core.errors import DataError
from core.progress import Progress, silent

__all__ = ["extract_zip", "read_zip"]

_BLOCK = 1 << 22
_MAX_BYTES = 8 << 30
_MAX_RATIO = 100
"""Rating tables shrink to about a quarter; a hundredth is a decompression bomb."""
_RATIO_FROM = 1 << 24


def extract_zip(
    path: Path, target: Path, patterns: Sequence[str], progress: Progress = silent, label: str = ""
) -> list[Path]:
    """Write the files of an archive whose names match a pattern to `target`, in the archive's folders.

    Parameters
    ----------
    path : Path
    target : Path
        An existing directory.
    patterns : sequence of str
        Shell patterns for file names without their folder.
    label : str
        How messages call the archive; by default its name.

    Returns
    -------
    list of Path

    Raises
    ------
    DataError
        When the archive is truncated, damaged or encrypted, when a path in it climbs out of the archive, when it is
        implausibly large, when it holds no wanted file or two of the same path, or when the disk is full.
    """
    name = label or path.name
    remedy = "Delete it and fetch it again."
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            for member in members:
                _check_path(member.filename, name)
            wanted = [member for member in members if _matches(member.filename, patterns)]
            if not wanted:
                raise DataError(f"{name} holds none of {', '.join(patterns)}. Choose an archive of rating data.")
            _check_twice(wanted, name)
            _check_size(wanted, target, name)
            return _write(archive, wanted, target, progress, name)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{name} is no complete zip archive ({error}). {remedy}") from error
    except RuntimeError as error:
        raise DataError(f"{name} cannot be unpacked ({error}). Unpack it yourself and import the folder.") from error


def read_zip(content: bytes, label: str, patterns: Sequence[str], most: int, most_files: int) -> dict[str, bytes]:
    """Return the files of an archive in memory whose names match a pattern, by their paths; nothing is written.

    Parameters
    ----------
    content : bytes
    label : str
        How messages call the archive.
    patterns : sequence of str
        Shell patterns for file names without their folder.
    most : int
        Bytes that all of them may have together.
    most_files : int
        How many there may be.

    Raises
    ------
    DataError
        As `extract_zip`, and for too many files or more than `most` bytes, whatever the archive says of their sizes.
    """
    found: dict[str, bytes] = {}
    left = most
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [one for one in archive.infolist() if not one.is_dir() and _matches(one.filename, patterns)]
            for member in wanted:
                _check_path(member.filename, label)
            if len(wanted) > most_files:
                raise DataError(
                    f"{label} holds {len(wanted):,} files, as no export of one person's films does. "
                    "Send the right ones one by one."
                )
            _check_twice(wanted, label)
            for member in wanted:
                with archive.open(member) as source:
                    found[member.filename] = source.read(left + 1)
                left -= len(found[member.filename])
                if left < 0:
                    raise DataError(
                        f"{label} would unpack to more than {most / 1e6:,.0f} MB, as no export of one person's films "
                        "does. Do not use this archive, or send its files one by one."
                    )
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{label} is no complete zip archive ({error}). Export it again.") from error
    except RuntimeError as error:
        raise DataError(f"{label} cannot be unpacked ({error}). Unpack it yourself and send its files.") from error
    return found


def _check_path(member: str, archive: str) -> None:
    parts = PurePosixPath(member.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or (parts.parts and ":" in parts.parts[0]):
        raise DataError(f"{archive} holds the path {member!r}, which leads out of it. Do not use this archive.")


def _matches(member: str, patterns: Sequence[str]) -> bool:
    parts = PurePosixPath(member.replace("\\", "/"))
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts.parts)
    return not hidden and any(fnmatch.fnmatchcase(parts.name, pattern) for pattern in patterns)


def _check_twice(wanted: Sequence[zipfile.ZipInfo], archive: str) -> None:
    # Paths that differ in case alone would be one file on some systems.
    seen: dict[str, str] = {}
    for member in wanted:
        former = seen.setdefault(member.filename.replace("\\", "/").casefold(), member.filename)
        if former is not member.filename:
            raise DataError(
                f"{archive} holds {former!r} and {member.filename!r}, which are one path. "
                "Unpack it yourself and import the folder with the right files."
            )


def _check_size(wanted: Sequence[zipfile.ZipInfo], target: Path, archive: str) -> None:
    total = sum(member.file_size for member in wanted)
    packed = sum(member.compress_size for member in wanted)
    if total > _MAX_BYTES or (total > _RATIO_FROM and total > _MAX_RATIO * max(packed, 1)):
        raise DataError(
            f"{archive} would unpack to {total / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB, as no rating data do. "
            "Do not use this archive."
        )
    free = shutil.disk_usage(target).free
    if total > free:
        raise DataError(
            f"{archive} needs {total / 1e6:,.0f} MB to unpack, {free / 1e6:,.0f} MB are free at {target}. "
            "Free space or set CINEMATCH_DATA_DIR to a larger disk."
        )


def _write(
    archive: zipfile.ZipFile, wanted: Sequence[zipfile.ZipInfo], target: Path, progress: Progress, name: str
) -> list[Path]:
    total = max(sum(member.file_size for member in wanted), 1)
    written, done = [], 0
    for member in wanted:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        folder = target.joinpath(*parts.parts[:-1])
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / parts.name
        with archive.open(member) as source, file.open("wb") as sink:
            while block := source.read(_BLOCK):
                sink.write(block)
                done += len(block)
                progress(min(done / total, 1.0), f"Unpacking {parts.name} of {name}")
        written.append(file)
    return written
