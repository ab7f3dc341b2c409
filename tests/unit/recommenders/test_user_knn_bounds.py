"""Bounds on the work of the neighbourhood of people."""

import numpy as np

from core.recommenders.user_knn import UserKNN
from core.testing.toy import toy_dataset


def test_no_more_ratings_of_neighbours_are_read_than_allowed():
    dataset = toy_dataset()
    model = UserKNN({"rating_entries": 90}).fit(dataset)
    everyone = UserKNN().fit(dataset)
    profile = dataset.profile(2)
    people = model._rated_alike(profile)
    assert 1 <= len(people) < len(everyone._rated_alike(profile))
    assert model._lengths(people).sum() <= 90
    np.testing.assert_array_equal(people, everyone._rated_alike(profile)[: len(people)])
    assert len(UserKNN({"rating_entries": 1}).fit(dataset)._rated_alike(profile)) == 1
    items = np.arange(10, dtype=np.int32)
    assert np.isfinite(model.predict(profile, items)).all()
