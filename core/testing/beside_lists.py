"""The part of the contract about what is told beside a list: how sure the stars are, the match, films like a film."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.errors import InvalidInputError
from core.lists.counterfactuals import rank_of
from core.lists.match import MatchMap, list_matches
from core.recommenders.base import Recommender
from core.testing.profiles import PROFILES

__all__ = ["BesideLists"]

each_profile = pytest.mark.parametrize("kind", PROFILES)


class BesideLists:
    """To be inherited through `core.testing.contract.RecommenderContract`, whose fixture `model` it asks for."""

    @each_profile
    def test_it_knows_how_sure_its_stars_are_or_says_that_it_does_not(self, model: Recommender, kind: str) -> None:
        profile, items = PROFILES[kind](model.dataset), np.arange(model.dataset.n_movies)
        spread = model.spread(profile, items)
        assert (spread.shape, spread.dtype.name) == (items.shape, "float32")
        assert np.isnan(spread).all() or (spread > 0).all()
        np.testing.assert_array_equal(model.spread(profile, items), spread)

    @each_profile
    def test_a_match_is_a_probability_that_grows_with_the_stars(self, model: Recommender, kind: str) -> None:
        profile = PROFILES[kind](model.dataset)
        items = model.best(profile, 5)[0]
        stars, spread = np.sort(model.predict(profile, items)), np.full(len(items), np.float32(0.8))
        match = MatchMap(np.array([2.0, 0.1, 0.0, 0.1, 0.2, -0.1, 0.1]), -7.0, 0.5, 3.5)
        found = list_matches(match, model, profile, items, stars, spread, items)
        assert ((found >= 0) & (found <= 1)).all()
        assert (np.diff(found) >= 0).all()

    def test_similar_films_are_others_the_closest_first(self, model: Recommender) -> None:
        if model.similarity is None:
            with pytest.raises(InvalidInputError, match="knows no likeness of films"):
                model.similar(0)
            return
        for item in (0, 5, model.dataset.n_movies - 1):
            found = model.similar(item, 8)
            assert item not in found.items
            assert len(set(found.items.tolist())) == len(found) <= 8
            assert np.isfinite(found.similarities).all()
            assert (np.diff(found.similarities) <= 0).all()
            assert (found.items.dtype.name, found.similarities.dtype.name) == ("int32", "float32")

    def test_taste_has_a_sign(self, model: Recommender) -> None:
        """What is like two films falls or stays on average when these are hated, and rises when they are loved."""
        loved, films, like = np.array([0, 2]), np.array([1, 3]), np.arange(5, model.dataset.n_movies - 2, 2)

        def place(stars: float | None) -> float:
            added = films[:0] if stars is None else films
            ratings = np.concatenate([np.full(len(loved), 5.0), np.full(len(added), stars or 0.0)])
            scores = model.score(Profile.of(np.concatenate([loved, added]), ratings))
            ranks = [rank_of(scores, int(item), np.concatenate([loved, films]).astype(np.int32)) for item in like]
            return float(np.mean([rank for rank in ranks if rank is not None]))

        unrated = place(None)
        assert place(0.5) >= unrated
        assert place(5.0) < unrated
