"""The next data set is taken up with its models, all at once and not before they are all there."""

from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.extending import AddedFilm, VisitorRatings, extended
from core.data.install import keep
from core.service import CineMatch, open_service
from core.settings import Settings, load_settings
from core.store.training import train
from core.testing.toy import toy_dataset

KEYS = ("popularity", "content")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own with two quick algorithms."""
    places = {f"{name}_dir": tmp_path / name for name in ("data", "models", "cache")}
    found = load_settings(dataset="toy", algorithms=KEYS, **places)
    train(keep(toy_dataset(), found), KEYS, found.dataset_models_dir)
    return found


def grown(dataset: Dataset) -> Dataset:
    """Return the next data set: a visitor more, and a film that nobody rated."""
    movie = dataset.movies.ids[:1]
    one = VisitorRatings(
        np.ones(1, dtype=np.int64), movie, np.array([9], dtype=np.uint8), np.ones(1, dtype=np.uint32)
    )
    return extended(dataset, one, [AddedFilm(10_000, "Another One (1975)", ("Comedy",), (), 0, 0)])


def step(service: CineMatch) -> bool:
    """Do what a server does now and then; return whether the next data set was taken up."""
    service.refresh()
    successor = service.successor()
    if successor is not None:
        service.succeed(successor)
    return successor is not None


def test_it_waits_for_all_models_and_then_serves_everything_new(settings: Settings) -> None:
    service = open_service(settings)
    before = service.dataset_view()
    assert not step(service)
    following = keep(grown(service.dataset), settings)
    identity = service.identity()
    for keys in ((), KEYS[:1]):
        if keys:
            train(following, keys, settings.dataset_models_dir)
        assert not step(service)
        assert service.dataset_view() == before
        assert len(service.recommend(ratings={10: 5}, algorithm="popularity").items) == 10
    train(following, KEYS[1:], settings.dataset_models_dir)
    assert step(service)
    assert service.dataset_view().users == before.users + 1
    assert service.movie(10_000).rating_count == 0
    assert service.search("another one").items[0].movie_id == 10_000
    found = service.recommend(ratings={10: 5, 30: 5}, algorithm="content", n=60)
    assert 10_000 in [item.movie_id for item in found.items]
    assert service.identity() == identity
    assert not step(service)


def test_the_former_one_comes_back_the_same_way(settings: Settings) -> None:
    service = open_service(settings)
    before = service.dataset
    train(keep(grown(before), settings), KEYS, settings.dataset_models_dir)
    assert step(service)
    train(keep(toy_dataset(), settings), KEYS, settings.dataset_models_dir)
    assert step(service)
    assert service.dataset.fingerprint == before.fingerprint
