"""What mean and biases leave over of a rating, as small integers: a byte for each rating."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["RESIDUAL_UNIT", "quantised"]

RESIDUAL_UNIT = np.float32(1 / 25)
"""Residuals are kept as whole multiples of this many stars, in one byte each."""


def quantised(residuals: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return residuals as int8 in units of `RESIDUAL_UNIT`; overwrites its argument."""
    residuals /= RESIDUAL_UNIT
    np.rint(residuals, out=residuals)
    return np.clip(residuals, -127, 127, out=residuals).astype(np.int8)
