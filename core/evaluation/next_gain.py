"""What a wish for what comes next gains: held-out films, ranked after those that were rated before them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.next_films import NextFilm, next_films
from core.data.splits import Split
from core.evaluation.significance import bootstrap_changes
from core.evaluation.statistic import UserStatistic
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n

__all__ = ["next_gain"]

_LENGTH = 10


def next_gain(
    model: Recommender, dataset: Dataset, split: Split, weights: Sequence[float], seed: int
) -> dict[str, Any] | None:
    """Return the NDCG@10 of the next film and what each weight of ``lately`` changes of it.

    Of each of up to a thousand people one held-out film is drawn; the list is made from what was rated before it. The
    model was fitted on what the same people rated later, too, which takes no part in the list.

    Returns
    -------
    dict or None
        ``ndcg``, ``people`` and ``weights``: for each weight ``change`` and its 95% interval over people, ``low`` and
        ``high``. None where no order is known, or the model has one order only.
    """
    asked = list(next_films(dataset, split, seed)) if model.loves else []
    if not asked:
        return None
    plain = UserStatistic.mean(_gains(model, asked))
    wished = [UserStatistic.mean(_gains(model.ordered(lately=weight), asked)) for weight in weights]
    intervals = bootstrap_changes(plain, wished, seed=seed)
    changes = {
        weight: {"change": round(one.value - plain.value, 6), "low": round(low, 6), "high": round(high, 6)}
        for weight, one, (low, high) in zip(weights, wished, intervals, strict=True)
    }
    return {"ndcg": round(plain.value, 6), "people": len(asked), "weights": changes}


def _gains(model: Recommender, asked: Sequence[NextFilm]) -> NDArray[np.float64]:
    """Return of each list the NDCG@10, whose only relevant film is the next one."""
    gains = np.zeros(len(asked))
    for row, one in enumerate(asked):
        scores = model.score(one.before)
        scores[one.known] = np.nan
        place = np.flatnonzero(top_n(scores, _LENGTH) == one.item)
        gains[row] = 1 / np.log2(place[0] + 2) if len(place) else 0
    return gains
