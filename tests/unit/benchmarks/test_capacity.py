"""What a size needs follows from what was measured, and is not told where that is missing."""

from pathlib import Path

import pytest

from benchmarks.capacity import Demand, Prices, bill, check, main, needs, read_costs

_NO_LINES = ("reading CSV files, peak MB", "a list of each but the hybrid, CPU ms")
SIZES = ((1e6, 10_948), (1e7, 43_585), (32e6, 87_585), (1e9, 1e6))
ML_32M = Demand(200_948, 87_585, 32_000_204, 20)


def needed(demand: Demand) -> dict[str, float]:
    return {what: float(much.replace(",", "")) for what, much, _why in needs(read_costs(), demand)}


def test_each_measured_size_follows_from_the_others() -> None:
    off = {(what, size): predicted / measured - 1 for what, size, predicted, measured in check(read_costs())}
    assert len(off) == 21
    # Seconds of starting, a peak that is no line, algorithms whose work is bounded by rule: see docs/SCALING.md.
    told = {("reading CSV files, CPU s", "1m"), ("training all, CPU s", "1m")}
    told |= {(what, size) for what in _NO_LINES for size in ("1m", "10m", "32m")}
    assert {name for name, error in off.items() if abs(error) > 0.2} <= told


def test_what_was_measured_is_told_again() -> None:
    found = needed(ML_32M)
    costs = read_costs()
    assert found["models on disk, MB"] == pytest.approx(
        sum(part.points[-1][1] for part in costs.model_mb.values()), 0.02
    )
    assert found["data set on disk, MB"] == pytest.approx(costs.data_mb.points[-1][1], 0.02)


def test_more_of_anything_needs_more_and_a_replica_is_spare() -> None:
    small = needed(ML_32M)
    large = needed(Demand(1e8, 1e6, 1e9, 5000))
    grown = set(small)
    assert {name for name in grown if large[name] > small[name]} == grown
    assert small["replicas"] == 2
    assert large["replicas"] * 2 > large["processors to serve"] + 2


def test_people_need_executors_as_ratings_do() -> None:
    few, many = (needed(Demand(users, 1e6, 1e9, 5000))["Spark executors"] for users in (1e6, 1e8))
    assert many > 1.5 * few


def billed(demand: Demand, prices: Prices) -> dict[str, float]:
    return {what: float(much.replace(",", "")) for what, much, _why in bill(read_costs(), demand, prices)}


def test_the_bill_is_that_of_the_machines_that_are_needed() -> None:
    found = needed(ML_32M)
    prices = Prices(core_hour=1.0, gb_hour=0.0, trainings=10)
    assert billed(ML_32M, prices)["serving, a month"] == pytest.approx(found["replicas"] * 2 * 730)
    hours = found["training on one machine, CPU s"] / 3600
    assert billed(ML_32M, prices)["training, a month"] == pytest.approx(10 * hours, rel=0.01)
    memory = Prices(core_hour=0.0, gb_hour=1.0, trainings=10)
    held = found["replicas"] * found["memory of a replica, MB"] / 1024 * 730
    assert billed(ML_32M, memory)["serving, a month"] == pytest.approx(held, rel=0.01)
    usual = billed(ML_32M, Prices())
    assert usual["both, a month"] == pytest.approx(usual["serving, a month"] + usual["training, a month"], abs=0.02)
    assert billed(Demand(1e8, 1e6, 1e9, 5000), Prices())["both, a month"] > 20 * usual["both, a month"]


def test_lists_of_another_ensemble_say_nothing_of_larger_data() -> None:
    lists = [needed(Demand(1e5, movies, ratings, 5))["CPU of a list, ms"] for ratings, movies in SIZES]
    assert lists[0] > lists[1] < lists[2] < lists[3]
    assert lists[3] > 3 * lists[2]


def test_an_algorithm_without_figures_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no request of 'mystery'; it has als"):
        needs(read_costs(), Demand(1, 1, 1e6, 1, "mystery"))


def test_a_document_without_its_tables_is_refused(tmp_path: Path) -> None:
    document = tmp_path / "PERFORMANCE.md"
    document.write_text("# Performance\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no table below '### Training'"):
        read_costs(document)


def test_the_command_prints_both_tables(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--ratings", "1e9", "--movies", "1e6", "--core-hour-price", "0.5", "--requests-per-second", "0"])
    printed = capsys.readouterr().out
    assert "extrapolated" in printed
    assert "0.5 for a core" in printed
    main(["--check"])
    assert "Predicted" in capsys.readouterr().out
