"""Films are added by API keys of the scope for it alone."""

from pathlib import Path

from core.api_keys import READING, KeyStore
from core.profiles.database import Database
from core.profiles.new_films import new_films
from tests.conftest import Installation
from tests.unit.dashboard.api.me.conftest import close, make_app

FILM = {"title": "Another One (2024)", "genres": ["Drama"], "tags": ["slow"]}


def test_a_key_of_the_scope_adds_films(toy_installation: Installation, tmp_path: Path) -> None:
    keys = KeyStore(toy_installation.with_cache(tmp_path).settings.api_keys_file)
    (_, adding), (_, reading) = keys.add("catalogue", ["films"]), keys.add("reader", READING)
    server = make_app(toy_installation, tmp_path)
    client = server.test_client()

    def post(key: str | None, **changed: object) -> int:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return client.post("/api/v1/movies", json={**FILM, **changed}, headers=headers).status_code

    assert [post(None), post(reading), post("cm_wrong")] == [401, 403, 401]
    assert [post(adding), post(adding), post(adding, title="\x07"), post(adding, year=2024)] == [200, 200, 422, 422]
    database = Database(f"sqlite:///{tmp_path / 'profiles.db'}")
    (film,) = new_films(database, "toy")
    assert (film.title, film.genres, film.tags) == (FILM["title"], ("Drama",), ("slow",))
    assert (film.movie_id or 0) > int(toy_installation.dataset.movies.ids[-1])
    database.close()
    document = client.get("/api/v1/openapi.json").json
    described = {path: set(methods) for path, methods in document["paths"].items()}
    assert described["/api/v1/movies"] == {"get", "post"}
    assert described["/api/v1/me"] == {"get", "post", "delete"}
    close(server)
