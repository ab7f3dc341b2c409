"""The map of films of a small model."""

from pathlib import Path

import numpy as np
import pytest

from core.analytics.film_map import draw_film_map, has_factors, stored_film_map
from core.errors import InvalidInputError
from core.progress import silent
from core.recommenders.als import ALS
from core.recommenders.popularity import Popularity
from core.testing.toy import checkerboard


def test_films_of_one_kind_stand_together_and_the_map_is_the_models_own(tmp_path: Path) -> None:
    data = checkerboard()
    model = ALS().fit(data)
    assert stored_film_map(model, tmp_path) is None
    draw_film_map(model, tmp_path, silent)
    found = stored_film_map(model, tmp_path)
    assert found is not None
    assert len(found.titles) == len(found.x) == len(found.years) == len(found.genres) > 10
    places = np.stack([found.x, found.y], axis=1)
    assert places.min() == 0
    assert places.max() == 10_000
    kinds = np.array([data.movie_index(movie) % 2 for movie in found.movie_ids])
    centres = np.stack([places[kinds == kind].mean(axis=0) for kind in (0, 1)])
    inside = np.mean([np.linalg.norm(places[kinds == kind] - centres[kind], axis=1).mean() for kind in (0, 1)])
    assert np.linalg.norm(centres[0] - centres[1]) > inside
    other = ALS({"factors": 4}).fit(data)
    assert stored_film_map(other, tmp_path) is None


def test_without_vectors_there_is_no_map(tmp_path: Path) -> None:
    model = Popularity().fit(checkerboard())
    assert not has_factors(model)
    with pytest.raises(InvalidInputError, match="no vectors of films"):
        draw_film_map(model, tmp_path, silent)
