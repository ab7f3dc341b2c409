"""Online measures: the counts are right, and the intervals hold what they promise."""

import math

import numpy as np
import pytest

from core.profiles.database import Database
from core.profiles.listing import Outcome, add_list, note_outcomes
from core.profiles.measures import online_measures
from core.profiles.people import add_person
from core.profiles.rates import rate_gap, rate_of


def test_films_are_counted_once_by_algorithm_and_arm(database: Database) -> None:
    for kept, liked in ((2, 1), (0, 0)):
        person = add_person(database)
        name = add_list(database, person, "measured", "hybrid", range(10))
        outcomes = [Outcome(name, movie, "shown") for movie in range(8)]
        outcomes += [Outcome(name, movie, "kept") for movie in range(kept)]
        # Told without having been shown: it was.
        outcomes += [Outcome(name, 9, "rated", 8)] * liked + [Outcome(name, 3, "rated", 7)]
        with database.write() as connection:
            note_outcomes(connection, person, outcomes)
    other = add_list(database, person, "measured", "ease", [1], "B: ease")
    with database.write() as connection:
        note_outcomes(connection, person, [Outcome(other, 1, "opened")])
    add_list(database, person, "measured", "svd", [1])
    hybrid, ease = online_measures(database, "measured")
    assert (hybrid.algorithm, hybrid.variant, hybrid.people, hybrid.lists) == ("hybrid", "", 2, 2)
    assert (hybrid.kept.count, hybrid.kept.of, hybrid.liked.count, hybrid.rated) == (2, 17, 1, 3)
    assert (ease.algorithm, ease.variant, ease.opened, ease.kept.of) == ("ease", "B: ease", 1, 1)
    assert online_measures(database, "another") == []
    assert len(online_measures(database, "measured", days=1)) == 2


def test_wilsons_interval_of_independent_films() -> None:
    # Wilson's interval of 10 of 100: .0552 to .1744.
    rate = rate_of([1, 0, 0, 0, 0, 0, 0, 0, 0, 0] * 10, [1] * 100)
    assert rate.low == pytest.approx(0.0552, abs=1e-3)
    assert rate.high == pytest.approx(0.1744, abs=1e-3)


def test_films_of_one_person_hang_together() -> None:
    apart = rate_of([5] * 20, [10] * 20)
    together = rate_of([10, 0] * 10, [10] * 20)
    assert apart.value == together.value == 0.5
    assert together.high - together.low > 2.5 * (apart.high - apart.low)


def test_nothing_is_known_of_nothing_and_little_of_one_person() -> None:
    assert math.isnan(rate_of([], []).value)
    alone = rate_of([50], [100])
    assert (alone.low < 0.1, alone.high > 0.9) == (True, True)
    nobody_kept = rate_of([0] * 30, [10] * 30)
    assert nobody_kept.low == 0.0
    assert 0.05 < nobody_kept.high < 0.15


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    held = held_difference = 0
    runs = 400
    for _ in range(runs):
        rates = []
        for mean in (0.1, 0.15):
            taste = random.beta(2 * mean, 2 * (1 - mean), 60)
            sizes = random.integers(5, 40, 60)
            rates.append(rate_of(random.binomial(sizes, taste).tolist(), sizes.tolist()))
        held += rates[0].low <= 0.1 <= rates[0].high
        gap = rate_gap(rates[1], rates[0])
        held_difference += gap.low <= 0.05 <= gap.high
    assert 0.91 <= held / runs <= 0.99
    assert 0.91 <= held_difference / runs <= 0.99
