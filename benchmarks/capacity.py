"""What a number of people, films, ratings and requests needs: memory, processors, replicas, executors, and the bill.

    python -m benchmarks.capacity --users 200948 --movies 87585 --ratings 32000204 --requests-per-second 50
    python -m benchmarks.capacity --core-hour-price 0.02 --gb-hour-price 0.003 --trainings 4
    python -m benchmarks.capacity --check

The costs are those that docs/PERFORMANCE.md tells as measured at 1, 10 and 32 million ratings; between and beyond
these sizes work and memory follow a line (so much at least, so much for each rating), and models a power of the
number of movies. `--check` predicts each size from the others and prints how far that is from what was measured.
Beyond 32 million the figures are extrapolated, and called so.

The bill is what the machines of a month cost that the needs name, at a price for each hour of a processor and of a
GB of memory. Disks, traffic, databases, what spreads load and who looks after it all are not in it.
"""

import argparse
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import nnls

from benchmarks.scale import SIZES
from benchmarks.scale_curves import exponent
from core.commands.console import print_table

__all__ = ["Costs", "Demand", "Prices", "bill", "check", "needs", "read_costs"]

_DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "PERFORMANCE.md"
_RATINGS = {name: float(count) for name, count in SIZES.items()}
_LARGEST = max(_RATINGS.values())
_BUSY = 0.6
"""Share of a processor that requests may take: beyond it, waiting grows faster than what is asked."""
_REPLICA_CORES, _WORKERS = 2, 4
_EXECUTOR_MB, _EXECUTOR_CORES = 8192, 2
_USABLE = 0.6
"""Share of an executor's memory that data may take, by Spark's own default (`spark.memory.fraction`)."""
_SHUFFLED_BYTES = 48.0
"""Of each rating on Spark: ALS holds it twice, by user and by film, as 16 bytes, and once more while it is sorted."""
_FACTOR_BYTES = 64 * 4.0 * 2
"""Of each user and film on Spark: 64 factors, of this sweep and of the one before."""
_HOURS = 730.0
"""Of a month."""
_WORKER_MB = 80.0
_LIBRARIES_MB = 200.0
"""What docs/PERFORMANCE.md reserves for each worker and for the libraries."""
_HEADROOM = 1.25
_BY_RATINGS = "user_knn"
"""Whose model holds ratings; all others hold movies."""
_LEAST = 1e-3
_SHAPE_MOVIES, _SHAPE_POWER = 87_585, 0.6
"""Movies of the synthetic data: of all ratings at 32 million, and as this power of their number below."""
_LISTS = "a list of each but the hybrid, CPU ms"
_ENSEMBLE, _WHOLE_UP_TO = "hybrid", 2_000_000
"""Up to so many ratings it has another, dearer member, so that lists above say nothing of lists below."""


@dataclass(frozen=True)
class Cost:
    """A cost by the number of ratings, through what was measured.

    Attributes
    ----------
    points : tuple of (float, float)
        Ratings, and the cost.
    power : bool
        Whether it is a power of that number, and not a line.
    """

    points: tuple[tuple[float, float], ...]
    power: bool = False

    def at(self, ratings: float) -> float:
        """Return the cost at a number of ratings.

        A line is the one of least relative squares; a power goes through the nearest size that was measured, with the
        exponent of least squares of the logarithms.
        """
        if self.power:
            near, cost = min(self.points, key=lambda point: abs(math.log(point[0] / ratings)))
            return cost * (ratings / near) ** (exponent(self.points) or 0.0)
        sizes, costs = np.array(self.points).T
        weights = 1 / np.maximum(costs, _LEAST)
        (least, each), _ = nnls(np.column_stack([weights, sizes * weights]), costs * weights)
        return float(least + each * ratings)

    def without(self, ratings: float) -> "Cost":
        """Return what the other sizes tell."""
        return replace(self, points=tuple(point for point in self.points if point[0] != ratings))


@dataclass(frozen=True)
class Costs:
    """What docs/PERFORMANCE.md tells, each by the number of ratings.

    Attributes
    ----------
    ingest_cpu, ingest_mb, data_mb : Cost
        CPU seconds and peak memory of reading CSV files, and the data set's size on disk.
    training_cpu, training_mb, model_mb : mapping of key to Cost
        Of each algorithm: CPU seconds, peak memory, size on disk.
    request_ms : mapping of key to Cost
        CPU milliseconds of a list inside the process, by the number of movies.
    http_ms : float
        CPU milliseconds that gunicorn and Flask add.
    """

    ingest_cpu: Cost
    ingest_mb: Cost
    data_mb: Cost
    training_cpu: Mapping[str, Cost]
    training_mb: Mapping[str, Cost]
    model_mb: Mapping[str, Cost]
    request_ms: Mapping[str, Cost]
    http_ms: float


@dataclass(frozen=True)
class Demand:
    """What is asked for."""

    users: float
    movies: float
    ratings: float
    per_second: float
    algorithm: str = "hybrid"


@dataclass(frozen=True)
class Prices:
    """What machines cost, in whatever currency.

    Attributes
    ----------
    core_hour, gb_hour : float
        Of a processor and of a GB of memory, for an hour. By default about what services that run containers take, in
        dollars; machines of one's own cost a fraction.
    trainings : float
        In a month.
    """

    core_hour: float = 0.04
    gb_hour: float = 0.0045
    trainings: float = 30

    def hour(self, cores: float, mb: float) -> float:
        """Return the price of an hour of a machine."""
        return cores * self.core_hour + mb / 1024 * self.gb_hour


def read_costs(document: Path = _DOCUMENT) -> Costs:
    """Return the costs that a document tells.

    Raises
    ------
    ValueError
        When a table is missing or reads otherwise than `benchmarks.scale` writes it.
    """
    text = document.read_text(encoding="utf-8")
    training = _rows(text, "### Training")
    requests = _rows(text, "### One request:")
    ingest = [row for row in _rows(text, "### Ingest") if "data set" in row[1]]
    sizes = [float(row[0].replace(",", "")) for row in ingest]
    names = [row[0].strip("`") for row in training]
    keys = [name for name in names if re.fullmatch(r"[a-z_]+", name)]
    cells = {key: [_numbers(cell) for cell in row[1:4]] for key, row in zip(names, training, strict=True)}
    asked = {row[0].strip("`"): [_numbers(cell) for cell in row[1:4]] for row in requests if row[0].startswith("`")}

    def cost(key: str, place: int, power: bool = False) -> Cost:
        found = zip(_RATINGS.values(), cells[key], strict=True)
        return Cost(tuple((ratings, numbers[place]) for ratings, numbers in found), power)

    overhead = _rows(text, "### Over HTTP")
    listed = {row[0].replace("`", ""): float(row[4]) for row in overhead}
    in_process = asked["svd"][0][0]
    return Costs(
        *(
            Cost(tuple((size, float(row[place].replace(",", ""))) for size, row in zip(sizes, ingest, strict=True)))
            for place in (2, 4, 5)
        ),
        {key: cost(key, 0) for key in keys},
        {key: cost(key, 1) for key in keys},
        {key: cost(key, 2, power=key != _BY_RATINGS) for key in keys},
        {
            key: Cost(tuple(zip(map(_movies_of, _RATINGS.values()), (one[0] for one in found), strict=True)))
            for key, found in asked.items()
        },
        listed["API, svd"] - in_process,
    )


def _movies_of(ratings: float) -> float:
    """Return how many movies data of the measured shape have."""
    return float(_SHAPE_MOVIES * (ratings / _LARGEST) ** _SHAPE_POWER)


def _rows(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its head."""
    start = text.find(heading)
    table = re.search(r"(?:^\|.*\n)+", text[start:], re.MULTILINE) if start >= 0 else None
    if table is None:
        raise ValueError(f"docs/PERFORMANCE.md has no table below {heading!r}; benchmarks.scale writes it.")
    lines = table.group().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _numbers(cell: str) -> list[float]:
    found = [float(number.replace(",", "")) for number in re.findall(r"[\d,]*\.?\d+", cell)]
    if not found:
        raise ValueError(f"docs/PERFORMANCE.md: {cell!r} has no figures.")
    return found


def check(costs: Costs) -> list[tuple[str, str, float, float]]:
    """Return what is predicted for each size from the other two, and what was measured there.

    Returns
    -------
    list of (what, size, predicted, measured)
    """
    told: list[tuple[str, Mapping[str, Cost] | Cost]] = [
        ("data set on disk, MB", costs.data_mb),
        ("reading CSV files, CPU s", costs.ingest_cpu),
        ("reading CSV files, peak MB", costs.ingest_mb),
        ("training all, CPU s", costs.training_cpu),
        ("training, largest peak MB", costs.training_mb),
        ("models on disk, MB", costs.model_mb),
        (_LISTS, {key: cost for key, cost in costs.request_ms.items() if key != _ENSEMBLE}),
    ]
    rows = []
    for what, cost in told:
        parts = [cost] if isinstance(cost, Cost) else list(cost.values())
        total = max if "peak" in what else sum
        for name, ratings in _RATINGS.items():
            size = _movies_of(ratings) if what == _LISTS else ratings
            predicted = total([part.without(size).at(size) for part in parts if any(c for _, c in part.points)])
            measured = total([dict(part.points)[size] for part in parts])
            rows.append((what, name, predicted, measured))
    return rows


def needs(costs: Costs, demand: Demand) -> list[tuple[str, str, str]]:
    """Return what a demand needs.

    Returns
    -------
    list of (what, how much, why)
    """
    ratings = demand.ratings
    cpu, training_mb = _training(costs, ratings)
    models, replica_mb = _models_mb(costs, demand), _replica_mb(costs, demand)
    data = costs.data_mb.at(ratings)
    request = _request_ms(costs, demand)
    cores, replicas = _served_by(costs, demand)
    size = f"of {_EXECUTOR_MB / 1024:g} GB and {_EXECUTOR_CORES} cores for MLlib's ALS"
    beyond = " (extrapolated)" if ratings > _LARGEST else ""
    return [
        ("data set on disk, MB", f"{data:,.0f}", "arrays by user and by movie" + beyond),
        ("reading it, CPU s", f"{costs.ingest_cpu.at(ratings):,.0f}", f"peak {costs.ingest_mb.at(ratings):,.0f} MB"),
        ("training on one machine, CPU s", f"{cpu:,.0f}", "all algorithms, one after another"),
        ("memory to train, MB", f"{training_mb:,.0f}", "the largest algorithm and a quarter more"),
        ("models on disk, MB", f"{models:,.0f}", "movies only; user_knn has two bytes a rating"),
        ("CPU of a list, ms", f"{request:.2f}", f"{demand.algorithm}, {costs.http_ms:.1f} of it HTTP"),
        ("processors to serve", f"{cores:.1f}", f"{demand.per_second:g} lists a second at {_BUSY:.0%} busy"),
        ("replicas", f"{replicas}", f"of {_REPLICA_CORES} cores and {_WORKERS} workers, one more than needed"),
        ("memory of a replica, MB", f"{replica_mb:,.0f}", "libraries, workers, models, data set, a quarter more"),
        ("Spark executors", f"{_executors(demand)}", size),
        ("scores of a request, MB", f"{demand.movies * 4 / 2**20:.1f}", "one number for each movie"),
    ]


def bill(costs: Costs, demand: Demand, prices: Prices) -> list[tuple[str, str, str]]:
    """Return what the machines of a month cost.

    Returns
    -------
    list of (what, how much, why)
    """
    cpu, training_mb = _training(costs, demand.ratings)
    _, replicas = _served_by(costs, demand)
    serving = replicas * prices.hour(_REPLICA_CORES, _replica_mb(costs, demand)) * _HOURS
    hours = cpu / 3600
    training = prices.trainings * hours * prices.hour(1, training_mb)
    # The same work, if all executors are busy: what they take to start and to send to each other comes on top.
    executors = _executors(demand)
    together = executors * prices.hour(_EXECUTOR_CORES, _EXECUTOR_MB)
    spark = prices.trainings * hours / (executors * _EXECUTOR_CORES) * together
    lists = demand.per_second * 3600 * _HOURS / 1e6
    at = f"at {prices.core_hour:g} for a core and {prices.gb_hour:g} for a GB, each hour"
    return [
        ("serving, a month", f"{serving:,.2f}", f"{replicas} replicas {at}"),
        ("training, a month", f"{training:,.2f}", f"{prices.trainings:g} times all algorithms, one core"),
        ("or on Spark, at least", f"{spark:,.2f}", f"the same CPU seconds on {executors} executors"),
        ("both, a month", f"{serving + training:,.2f}", "served, and trained on one machine"),
        ("a million lists", f"{serving / lists:,.2f}" if lists else "-", "of what serving costs"),
    ]


def _training(costs: Costs, ratings: float) -> tuple[float, float]:
    """Return CPU seconds of all algorithms one after another, and the memory that the largest needs, in MB."""
    cpu = sum(part.at(ratings) for part in costs.training_cpu.values() if part.points[0][1])
    return cpu, max(part.at(ratings) for part in costs.training_mb.values()) * _HEADROOM


def _models_mb(costs: Costs, demand: Demand) -> float:
    # As many ratings as data of the measured shape with so many movies have.
    shaped = _LARGEST * (demand.movies / _SHAPE_MOVIES) ** (1 / _SHAPE_POWER)
    return sum(part.at(demand.ratings if key == _BY_RATINGS else shaped) for key, part in costs.model_mb.items())


def _replica_mb(costs: Costs, demand: Demand) -> float:
    held = _models_mb(costs, demand) + costs.data_mb.at(demand.ratings)
    return (_LIBRARIES_MB + _WORKER_MB * _WORKERS + held) * _HEADROOM


def _request_ms(costs: Costs, demand: Demand) -> float:
    if demand.algorithm not in costs.request_ms:
        known = ", ".join(sorted(costs.request_ms))
        raise ValueError(f"docs/PERFORMANCE.md has no request of {demand.algorithm!r}; it has {known}.")
    cost = costs.request_ms[demand.algorithm]
    if demand.algorithm == _ENSEMBLE:
        smallest = _movies_of(_RATINGS["1m"])
        if demand.ratings <= _WHOLE_UP_TO:
            return dict(cost.points)[smallest] + costs.http_ms
        cost = cost.without(smallest)
    return cost.at(demand.movies) + costs.http_ms


def _served_by(costs: Costs, demand: Demand) -> tuple[float, int]:
    """Return how many processors lists keep as busy as they may be, and how many replicas have these."""
    cores = demand.per_second * _request_ms(costs, demand) / 1000 / _BUSY
    return cores, max(2, math.ceil(cores / _REPLICA_CORES) + 1)


def _executors(demand: Demand) -> int:
    held = demand.ratings * _SHUFFLED_BYTES + (demand.users + demand.movies) * _FACTOR_BYTES
    return max(2, math.ceil(held / 2**20 / (_EXECUTOR_MB * _USABLE)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the needs and the bill, or how well sizes are predicted from each other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=float, default=200_948)
    parser.add_argument("--movies", type=float, default=87_585)
    parser.add_argument("--ratings", type=float, default=_LARGEST)
    parser.add_argument("--requests-per-second", type=float, default=20)
    parser.add_argument("--algorithm", default="hybrid")
    parser.add_argument("--core-hour-price", type=float, default=Prices.core_hour, help="of a processor")
    parser.add_argument("--gb-hour-price", type=float, default=Prices.gb_hour, help="of a GB of memory")
    parser.add_argument("--trainings", type=float, default=Prices.trainings, help="in a month")
    parser.add_argument("--check", action="store_true", help="predict each measured size from the others")
    given = parser.parse_args(arguments)
    costs = read_costs()
    if given.check:
        rows = [
            (what, size, f"{predicted:,.0f}", f"{measured:,.0f}", f"{predicted / measured - 1:+.0%}")
            for what, size, predicted, measured in check(costs)
        ]
        _print(
            "Each size, predicted from the other two", ["What", "Ratings", "Predicted#", "Measured#", "Off#"], rows
        )
        return
    demand = Demand(given.users, given.movies, given.ratings, given.requests_per_second, given.algorithm)
    head = ["What", "How much#", "Why"]
    _print("What it needs", head, needs(costs, demand))
    prices = Prices(given.core_hour_price, given.gb_hour_price, given.trainings)
    _print("What machines cost", head, bill(costs, demand, prices))


def _print(title: str, head: list[str], rows: Iterable[Sequence[str]]) -> None:
    print_table(title, head, [list(row) for row in rows])


if __name__ == "__main__":
    main()
