"""Jobs that any tab finds, in processes of this machine."""

from pathlib import Path

import pytest

from callbacks.jobs.asked import AskedJobs
from callbacks.jobs.forked import make_background_manager
from tests.jobs.asked_contract import AskedContract, MakeAsked, add_work

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


class TestForked(AskedContract):
    """Two slots, so that one job of a visitor runs at a time."""

    @pytest.fixture
    def make_asked(self, tmp_path: Path) -> MakeAsked:
        """Return the jobs as another worker of the same server sees them."""
        return lambda: add_work(AskedJobs(make_background_manager(tmp_path / "cache", fingerprint=lambda: "f")))
