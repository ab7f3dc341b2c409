"""Adding films to the next data set, for API keys that an operator made for it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from flask import Response
from flask_openapi import APIBlueprint, OpenAPI, Tag
from pydantic import Field

from core.errors import ProfilesUnavailableError
from core.service import MAX_ID
from core.settings import Settings
from dashboard.api.access import KEYS, install_access, install_identity, sent_key
from dashboard.api.answers import MovieAnswer, json_answer
from dashboard.api.rate_limits import install_rate_limits
from dashboard.api.registering import register_beside
from dashboard.api.requests import Body
from dashboard.web.problems import problem, problem_responses

if TYPE_CHECKING:
    from core.service.people import People

__all__ = ["install_new_films"]

_SCOPE = "films"
_Name = Annotated[str, Field(min_length=1, max_length=60)]


class NewFilmBody(Body):
    """A film that the data set does not hold."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    """With the year of release in parentheses."""
    genres: Annotated[list[_Name], Field(max_length=30, default_factory=list)]
    tags: Annotated[list[_Name], Field(max_length=100, default_factory=list)]
    imdb_id: Annotated[int, Field(ge=0, le=MAX_ID)] = 0
    """The number at IMDb, without the `tt`; 0 where unknown."""
    tmdb_id: Annotated[int, Field(ge=0, le=MAX_ID)] = 0


def install_new_films(
    server: OpenAPI, settings: Settings, people: "People", base: str, check_body: Callable[[], Response | None]
) -> None:
    """Serve ``POST /movies`` below `base`; arguments as of `dashboard.api.me.install_me`."""
    blueprint = APIBlueprint("api_films", __name__, url_prefix=base)

    def post_movie(body: NewFilmBody) -> Response:
        """Add a film: it is in the next data set, and listed before anybody rated it."""
        return json_answer(
            people.add_film(body.title, tuple(body.genres), tuple(body.tags), body.imdb_id, body.tmdb_id)
        )

    def need_key() -> Response | None:
        # Also where reading needs none: this changes what everybody sees.
        if sent_key() is not None:
            return None
        return problem(401, f"Films are added with an API key of the scope {_SCOPE!r}; ask the operator for one.")

    install_identity(blueprint, settings)
    install_rate_limits(blueprint, settings)
    install_access(blueprint, settings, {f"{blueprint.name}.{post_movie.__name__}": _SCOPE})
    blueprint.before_request(need_key)
    blueprint.before_request(check_body)
    blueprint.register_error_handler(ProfilesUnavailableError, lambda error: problem(503, str(error)))
    responses: dict[Any, Any] = {
        200: MovieAnswer,
        **problem_responses(400, 401, 403, 413, 415, 422, 429, 500, 503),
    }
    name = post_movie.__name__
    tags = [Tag(name="movies")]
    blueprint.post("/movies", tags=tags, operation_id=name, responses=responses, security=KEYS)(post_movie)
    register_beside(server, blueprint)
