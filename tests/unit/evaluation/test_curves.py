"""Learning curves, and curves that are kept."""

from pathlib import Path

import pytest

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.evaluation.curves import checked_kind, measure_curve, stored_curve
from core.evaluation.learning import learning_curve
from core.progress import silent
from core.testing.toy import toy_dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


def test_more_people_are_learned_from_step_by_step_and_others_tested(data: Dataset) -> None:
    found = learning_curve(data, ["popularity"], (0.25, 1.0))
    fewer, more = found.curves["popularity"]
    assert 3 * fewer < more + 4
    for values in found.curves["popularity"].values():
        value = values["rated_ndcg@10"]
        assert value.low is not None
        assert value.low <= value.value
        assert values["rmse"].value > 0
    assert "seed 42" in found.how
    again = learning_curve(data, ["popularity"], (0.25, 1.0)).curves["popularity"]
    assert {size: values["rmse"] for size, values in again.items()} == {
        size: values["rmse"] for size, values in found.curves["popularity"].items()
    }


def test_a_curve_is_kept_and_others_are_added_to_it(data: Dataset, tmp_path: Path) -> None:
    assert stored_curve(data, tmp_path, "learning", "rmse") is None
    measure_curve(data, tmp_path, "learning", ["popularity"], silent)
    measure_curve(data, tmp_path, "learning", ["content"], silent)
    found = stored_curve(data, tmp_path, "learning", "rmse")
    assert found is not None
    assert set(found.lines) == {"popularity", "content"}
    sizes = [point.size for point in found.lines["content"]]
    assert sizes == sorted(sizes)
    nothing = stored_curve(data, tmp_path, "learning", "no such metric")
    assert nothing is not None
    assert nothing.lines == {}
    with pytest.raises(InvalidInputError, match="cold-start, coherent, learning"):
        checked_kind("bell")
