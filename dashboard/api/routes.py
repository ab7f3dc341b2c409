"""The routes: check what came, ask the service, send what it says. No logic lives here."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from flask import Response, current_app, request
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel

from core.display.paths import without_directories
from core.errors import CineMatchError, ModelUnavailableError
from core.lists.requests import ProfileRequest
from dashboard.api import answers
from dashboard.api.group_requests import GroupBody
from dashboard.api.movie_requests import NextQuery, SimilarQuery, TagQuery
from dashboard.api.reading import read_address
from dashboard.api.requests import (
    BatchBody,
    ExplanationBody,
    ImportQuery,
    ListQuery,
    MoviePath,
    PageQuery,
    RecommendationBody,
    SearchQuery,
    UserPath,
    WeightsQuery,
)
from dashboard.api.shelf_requests import ShelvesBody
from dashboard.web.problems import problem, problem_responses

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["EXTENSION", "IMPORT_VIEW", "add_routes"]

EXTENSION = "cinematch"
"""Under this name the server's `extensions` hold the service."""


def _service() -> "CineMatch":
    return cast("CineMatch", current_app.extensions[EXTENSION])


def _page(answer: Response, query: PageQuery, total: int) -> Response:
    """Say where the pages before and behind are (RFC 8288), on condition that the data set is still this one.

    The order of a data set is fixed, so that its pages together are the whole, each item once.
    """
    identity = _service().identity()
    if query.dataset is not None and query.dataset != identity:
        return problem(409, "The data set has changed since the page before this one. Begin again with offset=0.")
    named = [(name, value) for name, value in request.args.items(multi=True) if name not in ("offset", "dataset")]
    links = []
    for relation, offset, exists in (
        ("next", query.offset + query.limit, query.offset + query.limit < total),
        ("prev", max(0, query.offset - query.limit), query.offset > 0),
    ):
        if exists:
            target = urlencode([*named, ("offset", offset), ("dataset", identity)])
            links.append(f'<{request.path}?{target}>; rel="{relation}"')
    if links:
        answer.headers["Link"] = ", ".join(links)
    return answer


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
    told = {
        status.key: replace(status, reason=status.reason and without_directories(status.reason))
        for status in service.models()
    }
    return answers.json_answer(answers.ModelsView(default, told))


def get_hybrid_weights(query: WeightsQuery) -> Response:
    """Tell how much the hybrid has learned to trust its members."""
    return answers.json_answer(_service().hybrid_weights(query.length))


def get_movies(query: SearchQuery) -> Response:
    """Search movies by title, genre and year."""
    found = _service().search(query.q, query.filters(), query.limit, query.offset)
    return _page(answers.json_answer(found), query, found.total)


def get_tags(query: TagQuery) -> Response:
    """List the tags that people gave, those of most movies first."""
    return answers.json_answer(answers.TagsView(_service().tags(query.q, query.limit)))


def get_movie(path: MoviePath) -> Response:
    """Describe a movie."""
    return answers.json_answer(_service().movie(path.movie_id))


def get_similar(path: MoviePath, query: SimilarQuery) -> Response:
    """List the movies most similar to one."""
    service = _service()
    found = service.similar(path.movie_id, query.algorithm, query.n)
    return answers.json_answer(answers.Neighbourhood(service.movie(path.movie_id).movie_id, query.algorithm, found))


def get_watched_next(path: MoviePath, query: NextQuery) -> Response:
    """List what people rated soon after a movie, with counts and what chance would give."""
    return answers.json_answer(_service().company.watched_next(path.movie_id, query.n))


def get_user(path: UserPath) -> Response:
    """Describe a user's taste."""
    return answers.json_answer(_service().taste(user_id=path.user_id))


def get_history(path: UserPath, query: PageQuery) -> Response:
    """List what a user rated, the best first."""
    service = _service()
    items = service.user_ratings(path.user_id, query.limit, query.offset)
    (user,) = service.users(keep=[path.user_id], limit=0)
    found = answers.History(user.user_id, user.rating_count, query.limit, query.offset, items)
    return _page(answers.json_answer(found), query, found.total)


def get_recommendations(path: UserPath, query: ListQuery) -> Response:
    """Recommend movies to a user."""
    found = _service().recommend(query.request(ProfileRequest(path.user_id, without=tuple(query.without))))
    return answers.json_answer(found)


def post_recommendations(body: RecommendationBody) -> Response:
    """Recommend movies to a visitor, from the ratings in the body; nothing of them is kept."""
    found = _service().recommend(body.asked())
    return answers.json_answer(found)


def post_batch(body: BatchBody) -> Response:
    """Recommend movies to up to a hundred people at once; nothing of visitors' ratings is kept."""
    lists = []
    for position, request_of_one in enumerate(body.asked()):
        try:
            lists.append(_service().recommend(request_of_one))
        except CineMatchError as error:
            error.add_note(f"profiles.{position}")
            raise
    return answers.json_answer(answers.Batch(lists))


def post_group_recommendations(body: GroupBody) -> Response:
    """Recommend movies to two to five people together; nothing of visitors' ratings is kept."""
    found = _service().recommend_group(body.asked())
    return answers.json_answer(found)


def post_shelves(body: ShelvesBody) -> Response:
    """Fill a visitor's shelves: movies by what there is to say for them, no movie on two; nothing of it is kept."""
    return answers.json_answer(_service().shelves(body.asked()))


def post_explanations(body: ExplanationBody) -> Response:
    """Explain a movie's score: contributions that add up to it, and a sentence."""
    profile = body.profile()
    found = _service().explain(
        body.movie_id,
        profile.user_id,
        profile.ratings,
        body.algorithm,
        body.counterfactuals,
        body.own(),
        profile.without,
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
_Route = tuple[str, Callable[..., Response], Tag, str, type[BaseModel], tuple[int, ...]]

_ANY = (401, 403, 422, 429, 500)
_ONE = (404, *_ANY)
_ASK = (404, *_ANY, 503)
_POST = (400, 404, *_ANY, 413, 415, 503)


def add_routes(blueprint: APIBlueprint) -> dict[str, str]:
    """Add all routes with their descriptions, and return the scope that each endpoint takes of an API key."""
    data, movies = Tag(name="data"), Tag(name="movies")
    users, asking = Tag(name="users"), Tag(name="recommendations")
    gets: tuple[_Route, ...] = (
        ("/dataset", get_dataset, data, "catalogue", answers.DatasetAnswer, _ANY),
        ("/models", get_models, data, "catalogue", answers.ModelsAnswer, _ANY),
        ("/models/hybrid/weights", get_hybrid_weights, data, "catalogue", answers.WeightsAnswer, (*_ANY, 503)),
        ("/movies", get_movies, movies, "catalogue", answers.SearchAnswer, (409, *_ANY)),
        ("/tags", get_tags, movies, "catalogue", answers.TagsAnswer, _ANY),
        ("/movies/<movie_id>", get_movie, movies, "catalogue", answers.MovieAnswer, _ONE),
        ("/movies/<movie_id>/similar", get_similar, movies, "catalogue", answers.NeighbourhoodAnswer, _ASK),
        ("/movies/<movie_id>/next", get_watched_next, movies, "catalogue", answers.WatchedNextAnswer, _ONE),
        ("/users/<user_id>", get_user, users, "users", answers.TasteAnswer, _ONE),
        ("/users/<user_id>/ratings", get_history, users, "users", answers.HistoryAnswer, (409, *_ONE)),
        (
            "/users/<user_id>/recommendations",
            get_recommendations,
            asking,
            "users",
            answers.RecommendationAnswer,
            _ASK,
        ),
    )
    posts: tuple[_Route, ...] = (
        ("/recommendations", post_recommendations, asking, "lists", answers.RecommendationAnswer, _POST),
        ("/recommendations/batch", post_batch, asking, "lists", answers.BatchAnswer, _POST),
        ("/groups/recommendations", post_group_recommendations, asking, "lists", answers.GroupAnswer, _POST),
        ("/shelves", post_shelves, asking, "lists", answers.ShelvesAnswer, _POST),
        ("/explanations", post_explanations, asking, "lists", answers.ExplanationAnswer, _POST),
        ("/imports", post_imports, users, "imports", answers.ImportAnswer, (*_ANY, 413)),
    )
    scopes = {}
    for add, routes in ((blueprint.get, gets), (blueprint.post, posts)):
        for rule, view, tag, scope, answer, errors in routes:
            responses = {200: answer, **problem_responses(*errors)}
            read = read_address(view) if add == blueprint.get else view
            add(rule, tags=[tag], operation_id=view.__name__, responses=responses)(read)
            scopes[f"{blueprint.name}.{view.__name__}"] = scope
    return scopes
