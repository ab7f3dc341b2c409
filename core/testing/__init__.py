"""The contract suite for algorithms, which needs pytest: ``pip install cinematch[testing]``.

An algorithm of another package keeps the contract when this passes, once its entry point is installed::

    from core.testing import RecommenderContract
    from my_package.slope_one import SlopeOne


    class TestSlopeOne(RecommenderContract):
        algorithm = SlopeOne
"""

import pytest

pytest.register_assert_rewrite("core.testing.beside_lists", "core.testing.contract", "core.testing.comparing")

from core.testing.contract import RecommenderContract  # noqa: E402  (rewriting has to be asked for first)
from core.testing.toy import checkerboard, toy_dataset  # noqa: E402

__all__ = ["RecommenderContract", "checkerboard", "toy_dataset"]
