"""Directions of what was watched, of all movies and of the most rated alone."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.recommenders.parts import spectral_directions as spectral_module
from core.recommenders.parts.spectral_directions import Scaling, WatchedDirections
from core.recommenders.svd import SVD
from core.testing.toy import toy_dataset

_KEPT = 40


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


def _directions(dataset: Dataset) -> WatchedDirections:
    arrays = WatchedDirections.fit(dataset, 12, Scaling(), 0, lambda _: None)
    return WatchedDirections(arrays, dataset.movie_counts, Scaling(), dataset.global_mean)


def test_the_most_rated_movies_alone_give_the_same_scores_for_profiles_of_such_movies(dataset, monkeypatch):
    whole = _directions(dataset)
    monkeypatch.setattr(spectral_module, "_MOVIES", _KEPT)
    part = _directions(dataset)
    assert len(part.items) == _KEPT
    assert dataset.movie_counts[part.items].min() >= np.sort(dataset.movie_counts)[-_KEPT]
    profile = dataset.profile(3)
    known = type(profile)(
        profile.items[np.isin(profile.items, part.items)], profile.ratings[np.isin(profile.items, part.items)]
    )
    ours, theirs = part.scores(part.position(known)), whole.scores(whole.position(known))
    np.testing.assert_allclose(ours[part.items], theirs[part.items], rtol=1e-4, atol=1e-6)
    others = np.setdiff1d(np.arange(dataset.n_movies), part.items)
    assert (ours[others] == 0).all()
    assert (part.direction(int(others[0])) == 0).all()


def test_splits_add_up_with_movies_that_have_no_direction(dataset, monkeypatch):
    monkeypatch.setattr(spectral_module, "_MOVIES", _KEPT)
    part = _directions(dataset)
    profile = dataset.profile(0)
    assert not np.isin(profile.items, part.items).all()
    position = part.position(profile)
    scores = part.scores(position)
    for item in (int(part.items[0]), int(part.items[-1]), int(np.setdiff1d(np.arange(60), part.items)[0])):
        assert part.by_factor(position, item).sum() == pytest.approx(scores[item], rel=1e-3, abs=1e-6)
        assert part.by_item(profile, item).sum() == pytest.approx(scores[item], rel=1e-3, abs=1e-6)


def test_a_model_of_few_directions_explains_and_compares_every_movie(dataset, monkeypatch):
    monkeypatch.setattr(spectral_module, "_MOVIES", _KEPT)
    model = SVD({"factors": 8}).fit(dataset)
    rare = int(np.argsort(dataset.movie_counts + 1000 * (dataset.movie_counts == 0))[0])
    explanation = model.explain(dataset.profile(1), rare)
    assert sum(part.value for part in explanation.contributions) == pytest.approx(explanation.score, abs=1e-6)
    assert len(model.similar(rare, 5)) == 0
    assert len(model.similar(int(np.argmax(dataset.movie_counts)), 5)) == 5
