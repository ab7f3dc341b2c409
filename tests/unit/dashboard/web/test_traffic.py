"""The last hour from counters that only grow."""

from pathlib import Path

import pytest

from core.views import DiskUse, JobView, ModelStatus
from dashboard.pages.system.attention import needs
from dashboard.pages.system.traffic_panel import traffic_panel
from dashboard.web.traffic import Standing, Traffic, percentile, summed_up
from tests.unit.dashboard.markup import text_of


def _standing(at: float, answers: float, failed: float = 0.0, memory: float = 100.0) -> Standing:
    return Standing(
        at,
        {"/a": answers, "/b": 1.0},
        {"/a": answers / 10},
        {"/a|ease": failed, "/a|": 0.0},
        {"ease": answers},
        {"/a": {"0.01": answers / 2, "0.1": answers, "+Inf": answers}, "/b": {"0.01": 1, "0.1": 1, "+Inf": 1}},
        memory,
    )


def test_the_last_hour_is_what_was_counted_since() -> None:
    notes = [_standing(0, 100), _standing(4000, 200, 1), _standing(4060, 320, 3), _standing(7500, 400, 3, 200.0)]
    hour = summed_up(notes)
    # What stood 3,500 and more seconds ago is no part of it; the note before stands for the hour's beginning.
    assert (hour.total.answers, hour.total.refused, hour.total.failed) == (300, 30, 3)
    assert [row.name for row in hour.routes] == ["/a"]
    assert hour.algorithms == {"ease": (300, 3)}
    assert hour.minutes[0] == (4060, 2.0, 100.0)
    assert hour.minutes[-1][2] == 200.0
    assert hour.per_second == pytest.approx(80 / 3440)
    alone = summed_up([_standing(10, 5)])
    assert (alone.total.answers, alone.minutes, alone.per_second) == (6, [], 0.0)


def test_percentiles_are_linear_inside_a_bucket() -> None:
    buckets = {"0.01": 50.0, "0.1": 100.0, "+Inf": 100.0}
    assert percentile(buckets, 0.25) == pytest.approx(5)
    assert percentile(buckets, 0.5) == pytest.approx(10)
    assert percentile(buckets, 0.75) == pytest.approx(55)
    assert percentile({"0.1": 1.0, "+Inf": 10.0}, 0.99) == pytest.approx(100)
    assert percentile({"0.1": 0.0, "+Inf": 0.0}, 0.5) is None
    assert percentile({}, 0.5) is None


def test_workers_share_what_was_noted(tmp_path: Path) -> None:
    import time

    now = time.time()
    first = Traffic(lambda: _standing(now, 10), tmp_path)
    second = Traffic(lambda: _standing(now + 30, 70), tmp_path)
    first.note()
    second.note()  # the other worker did so a moment ago
    hour = second.last_hour()
    assert hour.total.answers == 71  # the server began with nothing
    assert hour.minutes == [(now + 30, 2.0, 100.0)]


def test_what_needs_a_person_is_said_with_what_to_do() -> None:
    loaded = ModelStatus("ease", "EASE", "", "loaded")
    broken = ModelStatus("svd", "SVD", "", "failed", "its arrays are damaged")
    disk = DiskUse({}, 500.0, 1000.0, None)
    quiet = summed_up([_standing(0, 1), _standing(60, 2)])
    assert needs([loaded], quiet, 0.5, disk, []) == []
    failed = JobView("1", "compare", "Ranking films", "", "failed", 0.0, 1.0)
    loud = summed_up([_standing(0, 1), _standing(60, 2, 4)])
    told = needs([loaded, broken], loud, 0.95, DiskUse({}, 10.0, 1000.0, None), [failed])
    assert told[0] == "SVD is not served: its arrays are damaged."
    assert "4 answers failed in the last hour, most of them of /a" in told[1]
    assert "95% of the memory" in told[2]
    assert "10 MB are free" in told[3]
    assert "Ranking films" in told[4]
    assert "cinematch train" in needs([broken], quiet, 0.5, disk, [])[0]


def test_algorithms_bear_the_names_that_people_know() -> None:
    text = text_of(traffic_panel(summed_up([_standing(0, 1), _standing(60, 2)]), {"ease": "EASE"}))
    assert "EASE" in text
    assert "95 of 100 stay below" in text
