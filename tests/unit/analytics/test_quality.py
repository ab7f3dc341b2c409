"""Findings on data whose faults are known."""

import numpy as np
import pandas as pd
import pytest

from core.analytics.quality import data_quality
from core.data.dataset import Dataset
from core.data.frames import dataset_from_frames
from core.views import Finding


@pytest.fixture(scope="module")
def data() -> Dataset:
    rows = [(1, 10 * film, 3.0 + film % 2, 1000 + film) for film in range(1, 31)]  # thirty in half a minute
    rows += [(2, 10 * film, 4.0, 10_000_000 * film) for film in range(1, 7)]  # always the same
    rows += [(3, 10, 2.0, 5)]
    ratings = pd.DataFrame(rows, columns=["userId", "movieId", "rating", "timestamp"])
    titles = [f"Film {film} (1990)" for film in range(1, 31)] + ["Film 30 (1990)", "Untimely, The"]
    movies = pd.DataFrame(
        {
            "movieId": 10 * np.arange(1, 33),
            "title": titles,
            "genres": ["Drama"] * 31 + ["(no genres listed)"],
        }
    )
    return dataset_from_frames(ratings, movies, name="odd")


def test_each_fault_is_counted_with_its_share(data: Dataset) -> None:
    found: dict[str, Finding] = {finding.title: finding for finding in data_quality(data)}
    counts = {title: (finding.count, finding.among) for title, finding in found.items()}
    assert counts == {
        "Duplicate ratings": (0, 37),
        "Ratings without a time": (0, 37),
        "Ratings in bursts": (30, 37),
        "People with a single rating": (1, 3),
        "People who give one number of stars": (1, 3),
        "Films listed twice": (2, 32),
        "Films without a year": (1, 32),
        "Films without genres": (1, 32),
        "Films without a rating": (2, 32),
        "Films with a single rating": (24, 32),
    }
    assert found["Ratings in bursts"].examples == ["user 1"]
    assert found["People who give one number of stars"].examples == ["user 2"]
    assert found["Films without genres"].examples == ["The Untimely"]
    assert found["People with a single rating"].share == pytest.approx(1 / 3)
