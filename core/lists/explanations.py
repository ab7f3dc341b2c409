"""Explanations with raw ids, as the service answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.lists.counterfactuals import counterfactuals, weightiest_films
from core.lists.sentences import Person, describe, without_rating
from core.views import ContributionView, CounterfactualView, ExplanationView

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.data.profile import Profile
    from core.recommenders.base import Recommender
    from core.recommenders.results import Contribution, Explanation, Scoring

__all__ = ["explanation_view"]


def explanation_view(
    model: Recommender, profile: Profile, item: int, *, counterfactual: bool = False
) -> ExplanationView:
    """Return why a movie has its score for a profile.

    Parameters
    ----------
    item : int
        Dense movie index.
    counterfactual : bool
        Say, too, where the movie would stand without each of the heaviest ratings: up to three more scorings.
    """
    dataset = model.dataset
    scoring = model.scoring(profile)
    explanation = model.explain(scoring, item)
    return ExplanationView(
        algorithm=model.key,
        movie_id=int(dataset.movies.ids[item]),
        score=explanation.score,
        predicted_rating=explanation.predicted_rating,
        contributions=[_contribution(dataset, part) for part in explanation.contributions],
        text=describe(dataset, profile, explanation),
        films=[_contribution(dataset, part) for part in explanation.films],
        user_id=None if profile.user is None else int(dataset.user_ids[profile.user]),
        counterfactuals=_without(model, scoring, explanation) if counterfactual else None,
    )


def _without(model: Recommender, scoring: Scoring, explanation: Explanation) -> list[CounterfactualView]:
    dataset = model.dataset
    person = Person.of(dataset, scoring.profile)
    found = counterfactuals(model, scoring, explanation.item, weightiest_films(explanation))
    return [
        CounterfactualView(
            movie_id=int(dataset.movies.ids[one.film]),
            title=dataset.movies.title(one.film),
            rating=one.rating,
            rank=one.rank,
            rank_without=one.rank_without,
            text=without_rating(person, dataset.movies.title(one.film), one.rating, one.rank, one.rank_without),
        )
        for one in found
    ]


def _contribution(dataset: Dataset, part: Contribution) -> ContributionView:
    raw = part.id
    if part.id >= 0 and part.kind in ("movie", "bias"):
        raw = int(dataset.movies.ids[part.id])
    elif part.id >= 0 and part.kind == "neighbour":
        raw = int(dataset.user_ids[part.id])
    return ContributionView(part.kind, raw, part.label, part.value)
