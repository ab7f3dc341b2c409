"""Explanations with raw ids, as the service answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.views import ContributionView, ExplanationView

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.data.profile import Profile
    from core.recommenders.base import Recommender
    from core.recommenders.results import Contribution

__all__ = ["explanation_view"]


def explanation_view(model: Recommender, profile: Profile, item: int) -> ExplanationView:
    """Return why a movie has its score for a profile; `item` is a dense index."""
    dataset = model.dataset
    explanation = model.explain(profile, item)
    return ExplanationView(
        algorithm=model.key,
        movie_id=int(dataset.movies.ids[item]),
        score=explanation.score,
        predicted_rating=explanation.predicted_rating,
        contributions=[_contribution(dataset, part) for part in explanation.contributions],
        text=explanation.text,
        films=[_contribution(dataset, part) for part in explanation.films],
    )


def _contribution(dataset: Dataset, part: Contribution) -> ContributionView:
    raw = part.id
    if part.id >= 0 and part.kind in ("movie", "bias"):
        raw = int(dataset.movies.ids[part.id])
    elif part.id >= 0 and part.kind == "neighbour":
        raw = int(dataset.user_ids[part.id])
    return ContributionView(part.kind, raw, part.label, part.value)
