import numpy as np
import pytest

from core.recommenders.parts import linear_rows
from core.recommenders.parts.linear_rows import starts_among


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_starts_of_kept_entries_equal_a_sum_over_all(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(linear_rows, "_ROWS", rows)
    rng = np.random.default_rng(rows)
    indptr = np.concatenate([[0], np.cumsum(rng.integers(0, 5, 20))])
    kept = rng.random(indptr[-1]) < 0.5
    found = starts_among(kept, indptr)
    assert found.tolist() == np.concatenate([[0], np.cumsum(kept)])[indptr].tolist()
    assert found.dtype == np.int32
