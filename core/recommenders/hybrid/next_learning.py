"""The blend for the next film, and what its weights are learned from.

A held-out film is the next one after the films that were rated before it, so the members are asked about what they
know of somebody from before; what was rated later takes no part, since they were fitted on it.
"""

from collections.abc import Mapping

import numpy as np

from core.data.dataset import Dataset
from core.data.next_films import NextFilm, next_films
from core.data.splits import Split
from core.recommenders.base import Recommender
from core.recommenders.hybrid.blend_learning import UNKNOWN, JudgedList, learn_weights
from core.recommenders.hybrid.ranking_blend import KNOTS, RankingBlend, knot_shares, scaled
from core.recommenders.parts.top_n import top_n

__all__ = ["learn_next"]

_LISTED = 40
_EACH = 2


def learn_next(members: Mapping[str, Recommender], dataset: Dataset, split: Split, seed: int) -> RankingBlend:
    """Return the blend that lists highest what people rated next; members count alike where no order is known.

    Parameters
    ----------
    members : mapping of key to Recommender
        Fitted on ``split.train``.
    dataset : Dataset
        What was split.
    """
    lists = [_judged(members, one) for one in next_films(dataset, split, seed, _EACH)]
    useful = [one for one in lists if one.relevant.any() and not one.relevant.all()]
    if not useful:
        return RankingBlend(tuple(members), np.full((len(members), len(KNOTS)), 1.0 / len(members)))
    shares = np.stack([knot_shares(one.length) for one in useful])
    fixed = np.zeros((len(members), len(KNOTS)), dtype=bool)
    return RankingBlend(tuple(members), learn_weights(useful, shares, fixed))


def _judged(members: Mapping[str, Recommender], one: NextFilm) -> JudgedList:
    """Return the films that compete to be the next one."""
    columns, listed = [], []
    for member in members.values():
        scores = member.score(one.before)
        columns.append(scaled(scores, one.known))
        scores[one.known] = np.nan
        listed.append(top_n(scores, _LISTED))
    items = np.unique(np.concatenate(listed))
    rows = np.column_stack([column[items] for column in columns]).astype(np.float64)
    return JudgedList(len(one.before), np.nan_to_num(rows, nan=UNKNOWN), items == one.item)
