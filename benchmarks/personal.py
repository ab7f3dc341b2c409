"""How long an import of one person's films takes: `python -m benchmarks.personal`, on the data set of the settings.

Rows are the data set's own films under names that people write elsewhere: every fifth with a year
off by one, every tenth misspelt, every tenth of no film here. `--synthetic` takes 87,585 made-up titles instead.
"""

import argparse
import csv
import io
import random
import time

from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.data.personal import read_films
from core.display.titles import format_movie_title
from core.matching import match_films
from core.search import TitleIndex
from core.settings import load_settings

FILMS = 2_000
ML_32M = 87_585


def synthetic(count: int, rng: random.Random) -> Dataset:
    """Return a data set of made-up titles, a rating each."""
    syllables = [first + second for first in "bcdfgklmnprst" for second in "aeiou"]
    words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(9_000)]
    titles = [
        f"{' '.join(rng.choices(words, k=rng.randint(1, 5))).title()} ({2023 - int(abs(rng.gauss(0, 25)))})"
        for _ in range(count)
    ]
    ids = list(range(1, count + 1))
    movies = MovieTable.from_columns(ids, titles, [["Drama"]] * count)
    return Dataset.from_interactions([1] * count, ids, [4.0] * count, None, movies, name="synthetic")


def export(dataset: Dataset, films: int, rng: random.Random) -> bytes:
    """Return ratings of films as Letterboxd writes them."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(["Date", "Name", "Year", "Letterboxd URI", "Rating"])
    for row in range(films):
        item = rng.randrange(dataset.n_movies)
        name = format_movie_title(dataset.movies.title(item), include_year=False)
        year = dataset.movies.year(item) or 2000
        if row % 10 == 1:
            name = name[: len(name) // 2] + rng.choice("aeiou") + name[len(name) // 2 + 1 :]
        if row % 10 == 3:
            name = "".join(rng.choice("aeioubcdlmnrst ") for _ in range(14)).strip() or "x"
        writer.writerow(["2024-03-01", name, year + (row % 5 == 2), "https://boxd.it/x", rng.randint(1, 10) / 2])
    return target.getvalue().encode()


def main() -> None:
    """Print the CPU time that reading and matching took, and what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=FILMS)
    parser.add_argument("--synthetic", action="store_true", help=f"{ML_32M:,} made-up titles")
    parser.add_argument("--seed", type=int, default=42)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    dataset = synthetic(ML_32M, rng) if asked.synthetic else Dataset.open(load_settings().dataset_dir)
    titles = TitleIndex(dataset)
    content = export(dataset, asked.films, rng)
    times = []
    for _ in range(5):
        started = time.process_time()
        reading = read_films(content)
        read = time.process_time()
        matches = match_films(dataset, titles, reading.films)
        times.append((read - started, time.process_time() - read))
    kinds = [match.certainty for match in matches]
    best = min(times, key=sum)
    print(f"{dataset.name}: {dataset.n_movies:,} films, {len(reading.films):,} rows")
    print(
        f"reading {best[0]:.3f} s, matching {best[1]:.3f} s, together {sum(best):.3f} s of CPU (best of {len(times)})"
    )
    print(", ".join(f"{kind} {kinds.count(kind)}" for kind in ("id", "exact", "close", "doubtful", "none")))


if __name__ == "__main__":
    main()
