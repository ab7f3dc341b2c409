"""A client that openapi-python-client makes of the API's description does what one would write by hand."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from core.recommenders.registry import algorithm_keys

PACKAGE = "cinematch_client"


@pytest.fixture(scope="module")
def made(client: FlaskClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The generated package, importable."""
    place = tmp_path_factory.mktemp("generated")
    document = place / "openapi.json"
    document.write_text(json.dumps(client.get("/api/v1/openapi.json").json))
    # Formatting it would take longer than making it.
    chosen = ConfigFile(post_hooks=[])
    config = Config.from_sources(
        chosen, MetaType.NONE, document, "utf-8", overwrite=True, output_path=place / PACKAGE
    )
    complaints = generate(config=config)
    assert not complaints, "\n".join(f"{one.header}: {one.detail}" for one in complaints)
    sys.path.insert(0, str(place))
    yield place / PACKAGE
    sys.path.remove(str(place))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def api(made: Path, client: FlaskClient) -> Any:
    """A client that calls the application in this process."""
    del made
    transport = httpx.WSGITransport(app=client.application)
    return importlib.import_module(PACKAGE).Client(base_url="http://site", httpx_args={"transport": transport})


def operation(tag: str, name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.api.{tag}.{name}").sync


def model(name: str) -> Any:
    return getattr(importlib.import_module(f"{PACKAGE}.models"), name)


def test_what_is_read_has_a_type(api: Any) -> None:
    movie = operation("movies", "get_movie")("10", client=api)
    assert type(movie).__name__ == "MovieView"
    assert (movie.movie_id, movie.title) == (10, "Film 0, The (1950)")
    page = operation("movies", "get_movies")(client=api, q="film", limit=3)
    assert [type(item).__name__ for item in page.items] == ["MovieView"] * 3
    assert operation("data", "get_dataset")(client=api).name == "toy"
    missing = operation("movies", "get_movie")("11", client=api)
    assert (type(missing).__name__, missing.status) == ("Problem", 404)


def test_lists_of_every_algorithm_are_asked_for(api: Any) -> None:
    key = model("AlgorithmKey")
    assert {one.value for one in key} == set(algorithm_keys())
    rated = model("RatingBody")(movie_id=10, rating=4.5)
    for one in key:
        body = model("RecommendationBody")(ratings=[rated], algorithm=one, n=4)
        found = operation("recommendations", "post_recommendations")(client=api, body=body)
        assert len(found.items) == 4
        assert found.algorithm == one.value
    profiles = [model("ProfileBody")(user_id=1), model("ProfileBody")(ratings=[rated])]
    batch = operation("recommendations", "post_batch")(client=api, body=model("BatchBody")(profiles=profiles, n=2))
    assert [len(found.items) for found in batch.lists] == [2, 2]
    why = model("ExplanationBody")(movie_id=20, user_id=1)
    assert operation("recommendations", "post_explanations")(client=api, body=why).text
