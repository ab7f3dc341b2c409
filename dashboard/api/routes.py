"""The routes: check what came, ask the service, send what it says. No logic lives here."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from flask import Response, current_app, request
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel

from core.errors import ModelUnavailableError
from core.lists.requests import ProfileRequest
from dashboard.api import answers
from dashboard.api.group_requests import GroupBody
from dashboard.api.requests import (
    ExplanationBody,
    ImportQuery,
    ListQuery,
    MoviePath,
    PageQuery,
    RecommendationBody,
    SearchQuery,
    SimilarQuery,
    UserPath,
    WeightsQuery,
)
from dashboard.web.problems import problem, problem_responses

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["EXTENSION", "IMPORT_VIEW", "add_routes"]

EXTENSION = "cinematch"
"""Under this name the server's `extensions` hold the service."""


def _service() -> "CineMatch":
    return cast("CineMatch", current_app.extensions[EXTENSION])


def get_dataset() -> Response:
    """Describe the data set in numbers."""
    return answers.json_answer(_service().dataset_view())


def get_models() -> Response:
    """List all algorithms: whether they serve, how they were measured, what they weigh."""
    service = _service()
    try:
        default = service.default_algorithm()
    except ModelUnavailableError:
        default = None
    return answers.json_answer(answers.ModelsView(default, {status.key: status for status in service.models()}))


def get_hybrid_weights(query: WeightsQuery) -> Response:
    """Tell how much the hybrid has learned to trust its members."""
    return answers.json_answer(_service().hybrid_weights(query.length))


def get_movies(query: SearchQuery) -> Response:
    """Search movies by title, genre and year."""
    return answers.json_answer(_service().search(query.q, query.filters(), query.limit, query.offset))


def get_movie(path: MoviePath) -> Response:
    """Describe a movie."""
    return answers.json_answer(_service().movie(path.movie_id))


def get_similar(path: MoviePath, query: SimilarQuery) -> Response:
    """List the movies most similar to one."""
    service = _service()
    found = service.similar(path.movie_id, query.algorithm, query.n)
    return answers.json_answer(answers.Neighbourhood(service.movie(path.movie_id).movie_id, query.algorithm, found))


def get_user(path: UserPath) -> Response:
    """Describe a user's taste."""
    return answers.json_answer(_service().taste(user_id=path.user_id))


def get_history(path: UserPath, query: PageQuery) -> Response:
    """List what a user rated, the best first."""
    service = _service()
    items = service.user_ratings(path.user_id, query.limit, query.offset)
    (user,) = service.users(keep=[path.user_id], limit=0)
    return answers.json_answer(answers.History(user.user_id, user.rating_count, query.limit, query.offset, items))


def get_recommendations(path: UserPath, query: ListQuery) -> Response:
    """Recommend movies to a user."""
    found = _service().recommend(query.request(ProfileRequest(user_id=path.user_id)))
    return answers.json_answer(found)


def post_recommendations(body: RecommendationBody) -> Response:
    """Recommend movies to a visitor, from the ratings in the body; nothing of them is kept."""
    found = _service().recommend(body.asked())
    return answers.json_answer(found)


def post_group_recommendations(body: GroupBody) -> Response:
    """Recommend movies to two to five people together; nothing of visitors' ratings is kept."""
    found = _service().recommend_group(body.asked())
    return answers.json_answer(found)


def post_explanations(body: ExplanationBody) -> Response:
    """Explain a movie's score: contributions that add up to it, and a sentence."""
    profile = body.profile()
    found = _service().explain(
        body.movie_id, profile.user_id, profile.ratings, body.algorithm, body.counterfactuals, body.love
    )
    return answers.json_answer(found)


def post_imports(query: ImportQuery) -> Response:
    """Match an export of another service with the data set; nothing of it is kept or logged.

    The body is the file itself, or a form with one file.
    """
    files = [*request.files.values()] if request.mimetype == "multipart/form-data" else []
    if request.mimetype == "multipart/form-data" and len(files) != 1:
        return problem(422, f"Send one file; the form holds {len(files)}.")
    content = files[0].read() if files else request.get_data(cache=False)
    if not content:
        return problem(422, "The body is empty. Send the export's file as it is.")
    name = (files[0].filename or query.name)[:_LONGEST_NAME] if files else query.name
    return answers.json_answer(_service().import_films(content, name))


IMPORT_VIEW = post_imports.__name__
"""The route that takes files instead of JSON."""
_LONGEST_NAME = 200
_Route = tuple[str, Callable[..., Response], Tag, type[BaseModel], tuple[int, ...]]

_READ = (422, 429, 500)
_ONE = (404, 422, 429, 500)
_ASK = (404, 422, 429, 500, 503)
_POST = (400, 404, 413, 415, 422, 429, 500, 503)


def add_routes(blueprint: APIBlueprint) -> None:
    """Add all routes with their descriptions."""
    data, movies = Tag(name="data"), Tag(name="movies")
    users, asking = Tag(name="users"), Tag(name="recommendations")
    gets: tuple[_Route, ...] = (
        ("/dataset", get_dataset, data, answers.DatasetAnswer, (429, 500)),
        ("/models", get_models, data, answers.ModelsAnswer, (429, 500)),
        ("/models/hybrid/weights", get_hybrid_weights, data, answers.WeightsAnswer, (422, 429, 500, 503)),
        ("/movies", get_movies, movies, answers.SearchAnswer, _READ),
        ("/movies/<movie_id>", get_movie, movies, answers.MovieAnswer, _ONE),
        ("/movies/<movie_id>/similar", get_similar, movies, answers.NeighbourhoodAnswer, _ASK),
        ("/users/<user_id>", get_user, users, answers.TasteAnswer, _ONE),
        ("/users/<user_id>/ratings", get_history, users, answers.HistoryAnswer, _ONE),
        ("/users/<user_id>/recommendations", get_recommendations, asking, answers.RecommendationAnswer, _ASK),
    )
    posts: tuple[_Route, ...] = (
        ("/recommendations", post_recommendations, asking, answers.RecommendationAnswer, _POST),
        ("/groups/recommendations", post_group_recommendations, asking, answers.GroupAnswer, _POST),
        ("/explanations", post_explanations, asking, answers.ExplanationAnswer, _POST),
        ("/imports", post_imports, users, answers.ImportAnswer, (413, 422, 429, 500)),
    )
    for add, routes in ((blueprint.get, gets), (blueprint.post, posts)):
        for rule, view, tag, answer, errors in routes:
            responses = {200: answer, **problem_responses(*errors)}
            add(rule, tags=[tag], operation_id=view.__name__, responses=responses)(view)
