"""What tests of the contract compare models and explanations by."""

import hashlib

import numpy as np

from core.recommenders.base import Recommender

__all__ = ["assert_sums_to", "digest"]


def digest(model: Recommender) -> str:
    """Return a hash over all of a model's arrays."""
    found = hashlib.sha256()
    for name, array in sorted(model.arrays.items()):
        found.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def assert_sums_to(values: list[float], score: float) -> None:
    """Compare a sum with a score, relative to the largest number involved."""
    largest = max(1e-6, abs(score), *(abs(value) for value in values))
    assert abs(sum(values) - score) <= 1e-3 * largest
