"""What became of lists, as figures for Prometheus: the same from whichever worker, since the database has them."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.errors import ProfilesUnavailableError
from core.views import OnlineView

__all__ = ["FeedbackFigures"]

_KEPT_S = 30.0
"""Counting reads all feedback: it is done no more often than this."""
_KINDS = ("shown", "opened", "kept", "dismissed", "rated", "liked")


class FeedbackFigures(Collector):
    """Films of lists by what became of them, and whether the database answers.

    Parameters
    ----------
    measures : callable or None
        Returns what became of lists; None where nothing is kept.
    """

    def __init__(self, measures: Callable[[], Sequence[OnlineView]] | None) -> None:
        self._measures = measures
        self._turn = threading.Lock()
        self._known: Sequence[OnlineView] = ()
        self._answers = False
        self._asked = -_KEPT_S

    def collect(self) -> Iterable[Metric]:
        """Yield the figures; those of films are the last ones known while the database does not answer."""
        films = GaugeMetricFamily(
            "cinematch_feedback_films",
            "Films of lists by what became of them, each once a list; all of them were shown.",
            labels=["algorithm", "variant", "kind"],
        )
        up = GaugeMetricFamily("cinematch_profiles_up", "1 when the database of profiles answers.", labels=["what"])
        if self._measures is not None:
            self._ask(self._measures)
            up.add_metric(["database"], float(self._answers))
        for one in self._known:
            counts = (one.kept.of, one.opened, one.kept.count, one.dismissed, one.rated, one.liked.count)
            for kind, count in zip(_KINDS, counts, strict=True):
                films.add_metric([one.algorithm, one.variant, kind], float(count))
        yield films
        yield up

    def _ask(self, measures: Callable[[], Sequence[OnlineView]]) -> None:
        with self._turn:
            if time.monotonic() - self._asked < _KEPT_S:
                return
            self._asked = time.monotonic()
            try:
                self._known, self._answers = measures(), True
            except ProfilesUnavailableError:
                self._answers = False
