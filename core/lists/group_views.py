"""One list for two to five people, as plain values with raw ids."""

from collections.abc import Sequence

import numpy as np

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.lists.groups import GroupRecommendations
from core.views import GroupItem, GroupList, GroupViewer, Opinion

__all__ = ["group_list"]


def group_list(
    dataset: Dataset, profiles: Sequence[Profile], found: GroupRecommendations, took_ms: float
) -> GroupList:
    """Return what was found for a group with the data set's own ids.

    Parameters
    ----------
    profiles : sequence of Profile
        The members'.
    """
    movies = dataset.movies
    told = np.isfinite(found.predicted)
    stars = np.where(told, found.predicted, np.inf)
    least = np.where(told.any(axis=0), stars.argmin(axis=0), found.viewer_scores.argmin(axis=0))
    return GroupList(
        algorithm=found.algorithm,
        dataset=dataset.name,
        method=found.method,
        members=[
            GroupViewer(
                user_id=None if profile.user is None else int(dataset.user_ids[profile.user]),
                rating_count=len(profile),
                source_id=None if profile.user is None else _source_id(dataset, profile.user),
                mean_rating=float(profile.ratings.mean(dtype=np.float64)) if len(profile) else None,
            )
            for profile in profiles
        ],
        items=[
            GroupItem(
                rank=column + 1,
                movie_id=int(movies.ids[item]),
                title=movies.title(item),
                year=movies.year(item),
                genres=movies.genres(item),
                score=float(found.scores[column]),
                source_id=movies.source_id(item),
                members=[
                    Opinion(
                        predicted_rating=float(stars) if np.isfinite(stars) else None,
                        score=float(score),
                        least_pleased=row == int(least[column]),
                    )
                    for row, (stars, score) in enumerate(
                        zip(found.predicted[:, column], found.viewer_scores[:, column], strict=True)
                    )
                ],
            )
            for column, item in enumerate(found.items.tolist())
        ],
        took_ms=took_ms,
    )


def _source_id(dataset: Dataset, user: int) -> str | None:
    return None if dataset.user_source_ids is None else dataset.user_source_ids[user]
