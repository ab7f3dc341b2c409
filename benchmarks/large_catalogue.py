"""Lists of very large catalogues: how long all films take, how long candidates, and how many of the best these hold.

    python -m benchmarks.large_catalogue [--movies 100000,1000000,5000000]

Films are synthetic vectors of 64 factors and a popularity: a mixture of 2,000 kinds with a decaying spectrum, lengths
that grow with a heavy-tailed popularity. People stand near one kind. One thread; seed 0. `exact` is the product with
all films and the selection of ten, `search` what `core.recommenders.parts.candidates` does, its candidates scored.
"""

import argparse
import resource
import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.commands.console import print_table
from core.recommenders.parts.candidates import CandidateSearch
from core.recommenders.parts.top_n import top_n

_FACTORS, _KINDS, _PEOPLE, _LISTED, _CANDIDATES = 64, 2000, 200, 10, 200
_BLOCK = 250_000

Vectors = NDArray[np.float32]


class Measured(NamedTuple):
    """Of one catalogue: milliseconds of CPU, shares, seconds of CPU, MB."""

    movies: int
    exact_p50: float
    exact_p99: float
    search_p50: float
    search_p99: float
    recall: float
    built_s: float
    index_mb: float


def catalogue(movies: int, people: int, seed: int = 0) -> tuple[Vectors, Vectors]:
    """Return vectors of films and of people, float32 of shapes (movies, 65) and (people, 65)."""
    rng = np.random.default_rng(seed)
    spectrum = (np.arange(1, _FACTORS + 1) ** -0.5).astype(np.float32)
    kinds = rng.normal(size=(_KINDS, _FACTORS)).astype(np.float32) * spectrum
    popularity = (rng.pareto(1.1, movies) + 1).astype(np.float32)
    length = np.log1p(popularity)
    length /= length.max()
    films = np.empty((movies, _FACTORS + 1), dtype=np.float32)
    for begin in range(0, movies, _BLOCK):
        end = min(begin + _BLOCK, movies)
        around = rng.standard_normal((end - begin, _FACTORS), dtype=np.float32) * np.float32(0.7) * spectrum
        films[begin:end, :-1] = (kinds[rng.integers(0, _KINDS, end - begin)] + around) * length[
            begin:end, None
        ] ** 0.7
    films[:, -1] = np.log(popularity)
    films[:, -1] /= films[:, -1].max()
    near = kinds[rng.integers(0, _KINDS, people)]
    stands = 0.3 * (near + rng.standard_normal((people, _FACTORS), dtype=np.float32) * spectrum)
    fading = rng.uniform(0.02, 0.25, people).astype(np.float32)
    return films, np.column_stack([stands, fading]).astype(np.float32)


def measure(movies: int) -> Measured:
    """Return what lists of one catalogue take."""
    films, people = catalogue(movies, _PEOPLE)
    began = time.process_time()
    index = CandidateSearch.built(np.arange(movies, dtype=np.int32), films, seed=0)
    built = time.process_time() - began
    search = CandidateSearch(index)
    exact_ms, search_ms, hits = [], [], 0
    for person in people:
        began = time.process_time()
        best = top_n(films @ person, _LISTED)
        between = time.process_time()
        found = search.nearest(person, _CANDIDATES)
        found = found[np.argsort(-(films[found] @ person))[:_LISTED]]
        search_ms.append((time.process_time() - between) * 1000)
        exact_ms.append((between - began) * 1000)
        hits += len(np.intersect1d(best, found))
    middle, slow = ([float(np.percentile(one, share)) for one in (exact_ms, search_ms)] for share in (50, 99))
    return Measured(
        movies, middle[0], slow[0], middle[1], slow[1], hits / (_PEOPLE * _LISTED), built, len(index) / 2**20
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--movies", default="100000,1000000,5000000")
    rows = [measure(int(count)) for count in parser.parse_args().movies.split(",")]
    head = [
        "Movies#",
        "Exact p50, ms#",
        "p99#",
        "Search p50, ms#",
        "p99#",
        "Recall@10#",
        "Built, CPU s#",
        "Index, MB#",
    ]
    cells = [
        [
            f"{one.movies:,}",
            *(f"{value:.2f}" for value in one[1:5]),
            f"{one.recall:.3f}",
            f"{one.built_s:.0f}",
            f"{one.index_mb:,.0f}",
        ]
        for one in rows
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print_table("Lists of ten, CPU milliseconds", head, cells, caption=f"peak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()
