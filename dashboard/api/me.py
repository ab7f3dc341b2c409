"""The routes of one's own profile, where a database is configured; no logic lives here."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Response
from flask_openapi import APIBlueprint, OpenAPI, Tag
from pydantic import BaseModel

from core.errors import ProfilesUnavailableError
from core.settings import Settings
from core.views import FilmChange, FilmKind
from dashboard.api import me_answers as answers
from dashboard.api.answers import json_answer
from dashboard.api.me_requests import (
    ChangesBody,
    CodeBody,
    FeedbackBody,
    KeyHeader,
    MarkBody,
    NameBody,
    Nothing,
    OwnListQuery,
    RatingBody,
    ShownBody,
)
from dashboard.api.me_tokens import PROFILE, Tokens, refuse_strangers
from dashboard.api.rate_limits import install_rate_limits
from dashboard.api.registering import register_beside
from dashboard.api.requests import MoviePath
from dashboard.web.problems import problem, problem_responses
from dashboard.web.secret import secret_key

if TYPE_CHECKING:
    from core.service.people import People
    from core.views import Person

__all__ = ["install_me"]

DOORS_LIMIT = "20 per minute; 200 per day"
"""What one client address may try of codes, names and new profiles."""
_ANY = (401, 403, 404, 422, 429, 500, 503)
_BODY = (400, 401, 403, 404, 413, 415, 422, 429, 500, 503)
_MARKS: tuple[FilmKind, ...] = ("watchlist", "hidden", "watched")
_View = Callable[..., Response]


class _Views:
    """The views, over the people and the tokens that they need."""

    def __init__(self, people: "People", tokens: Tokens) -> None:
        self._people, self._tokens = people, tokens

    def _person(self) -> "Person | None":
        found = self._tokens.read()
        return None if found is None else self._people.find(*found)

    def _with_person(self, answer: "Callable[[Person], Response]") -> Response:
        person = self._person()
        if person is None:
            return problem(401, "There is no profile with this token. Begin one with POST /api/v1/me.")
        return answer(person)

    def _welcome(self, person: "Person") -> Response:
        answer = json_answer(answers.StartView(self._tokens.sign(person), person.name))
        return self._tokens.remember(answer, person)

    # --- who ----------------------------------------------------------------------------------------------

    def post_me(self, body: Nothing) -> Response:
        """Begin an anonymous profile; whoever has one keeps it."""
        del body
        return self._welcome(self._person() or self._people.start())

    def post_me_code(self, body: Nothing) -> Response:
        """Make a code by which another device becomes this profile's, once and for ten minutes."""
        del body
        return self._with_person(lambda me: json_answer(answers.CodeView(*self._people.make_code(me))))

    def post_me_redeem(self, body: CodeBody) -> Response:
        """Take up the profile of a code; what this device kept anonymously is brought along."""
        found = self._people.redeem_code(body.code, self._person())
        if found is None:
            return problem(404, "This code is unknown, used or too old. Make a new one on the other device.")
        return self._welcome(found)

    def post_me_name(self, body: NameBody) -> Response:
        """Give the profile a name and a passphrase; other devices have to sign in with them."""
        return self._with_person(lambda me: self._welcome(self._people.claim_name(me, body.name, body.passphrase)))

    def post_me_sign_in(self, body: NameBody) -> Response:
        """Take up the profile of a name and its passphrase."""
        found = self._people.sign_in(body.name, body.passphrase)
        if found is None:
            return problem(401, "The name and the passphrase do not belong together. Try again.")
        return self._welcome(found)

    def post_me_sign_out(self, body: Nothing) -> Response:
        """Take the profile's token out of this browser; what is kept stays."""
        del body
        return self._tokens.forget(json_answer(answers.KeptCount(0)))

    # --- what is kept -------------------------------------------------------------------------------------

    def get_me(self) -> Response:
        """Tell what is kept of the data set that is served."""
        return self._with_person(lambda me: json_answer(self._people.profile(me)))

    def get_me_export(self) -> Response:
        """Tell everything that is kept, of every data set, lists and feedback among it, as a file."""

        def export(me: "Person") -> Response:
            answer = json_answer(self._people.export(me))
            answer.headers["Content-Disposition"] = 'attachment; filename="cinematch-profile.json"'
            return answer

        return self._with_person(export)

    def delete_me(self) -> Response:
        """Delete the profile with all that is kept, at once and for good."""
        return self._with_person(lambda me: self._tokens.forget(json_answer(self._people.delete(me))))

    def post_me_changes(self, body: ChangesBody, header: KeyHeader) -> Response:
        """Keep ratings and marks, or take them away: all of them or none."""
        return self._change(body.asked(), header.key)

    def put_me_rating(self, path: MoviePath, body: RatingBody) -> Response:
        """Rate a movie."""
        return self._change([FilmChange("rating", path.movie_id, body.rating, time=body.time)])

    def delete_me_rating(self, path: MoviePath) -> Response:
        """Take a rating back."""
        return self._change([FilmChange("rating", path.movie_id, kept=False)])

    def _change(self, changes: list[FilmChange], key: str | None = None) -> Response:
        return self._with_person(lambda me: json_answer(answers.KeptCount(self._people.change(me, changes, key))))

    def marks(self, kind: FilmKind) -> tuple[_View, _View]:
        """Return the views that put a film on the list of a kind and take it off."""

        def put(path: MoviePath, body: MarkBody) -> Response:
            return self._change([FilmChange(kind, path.movie_id, time=body.time)])

        def delete(path: MoviePath) -> Response:
            return self._change([FilmChange(kind, path.movie_id, kept=False)])

        put.__doc__, delete.__doc__ = f"Put a movie among those {_WORDS[kind]}.", f"Take it off those {_WORDS[kind]}."
        put.__name__, delete.__name__ = f"put_me_{kind}", f"delete_me_{kind}"
        return put, delete

    # --- lists --------------------------------------------------------------------------------------------

    def get_me_recommendations(self, query: OwnListQuery) -> Response:
        """Recommend movies from what is kept now; the list has an id by which to tell what became of it."""
        return self._with_person(lambda me: json_answer(self._people.recommend(me, query.asked())))

    def post_me_lists(self, body: ShownBody) -> Response:
        """Note a list that a page has shown, and all of its films as shown."""
        return self._with_person(
            lambda me: json_answer(
                answers.ShownView(self._people.note_list(me, body.algorithm, body.movie_ids, body.in_arm))
            )
        )

    def post_me_feedback(self, body: FeedbackBody, header: KeyHeader) -> Response:
        """Tell what became of films of one's own lists."""
        return self._with_person(
            lambda me: json_answer(answers.KeptCount(self._people.note_outcomes(me, body.asked(), header.key)))
        )


_WORDS = {"watchlist": "to be watched", "hidden": "left out of lists", "watched": "watched without stars"}
_FOR_ANYBODY = ("post_me", "post_me_redeem", "post_me_sign_in", "post_me_sign_out")
"""What is answered without a profile, too."""
_Route = tuple[str, str, _View, type[BaseModel], tuple[int, ...]]


def install_me(
    server: OpenAPI, settings: Settings, people: "People", base: str, check_body: Callable[[], Response | None]
) -> None:
    """Serve profiles below `base`.

    Parameters
    ----------
    server : OpenAPI
    settings : Settings
    people : People
    base : str
        Such as ``/api/v1``.
    check_body : callable
        Refuses what is no JSON.
    """
    views = _Views(people, Tokens(secret_key(settings), settings.url_prefix))
    doors: list[_Route] = [
        ("post", "", views.post_me, answers.StartAnswer, _BODY),
        ("post", "/redeem", views.post_me_redeem, answers.StartAnswer, _BODY),
    ]
    if people.names_allowed:
        doors += [
            ("post", "/name", views.post_me_name, answers.StartAnswer, _BODY),
            ("post", "/sign-in", views.post_me_sign_in, answers.StartAnswer, _BODY),
        ]
    rooms: list[_Route] = [
        ("get", "", views.get_me, answers.ProfileAnswer, _ANY),
        ("delete", "", views.delete_me, answers.DeletedAnswer, _ANY),
        ("get", "/export", views.get_me_export, answers.ExportAnswer, _ANY),
        ("post", "/code", views.post_me_code, answers.CodeAnswer, _BODY),
        ("post", "/sign-out", views.post_me_sign_out, answers.CountAnswer, _BODY),
        ("post", "/changes", views.post_me_changes, answers.CountAnswer, _BODY),
        ("put", "/ratings/<movie_id>", views.put_me_rating, answers.CountAnswer, _BODY),
        ("delete", "/ratings/<movie_id>", views.delete_me_rating, answers.CountAnswer, _ANY),
        ("get", "/recommendations", views.get_me_recommendations, answers.GivenAnswer, _ANY),
        ("post", "/lists", views.post_me_lists, answers.ShownAnswer, _BODY),
        ("post", "/feedback", views.post_me_feedback, answers.CountAnswer, _BODY),
    ]
    for kind in _MARKS:
        put, delete = views.marks(kind)
        rooms += [
            ("put", f"/{kind}/<movie_id>", put, answers.CountAnswer, _BODY),
            ("delete", f"/{kind}/<movie_id>", delete, answers.CountAnswer, _ANY),
        ]
    # Also where the operator sets no limit: here secrets could be guessed.
    few = settings.model_copy(update={"rate_limit": DOORS_LIMIT})
    for name, routes, limits in (("me_doors", doors, few), ("me", rooms, settings)):
        blueprint = APIBlueprint(name, __name__, url_prefix=f"{base}/me")
        install_rate_limits(blueprint, limits)
        blueprint.before_request(refuse_strangers)
        blueprint.before_request(check_body)
        blueprint.register_error_handler(ProfilesUnavailableError, _unavailable)
        _add(blueprint, routes)
        register_beside(server, blueprint)


def _add(blueprint: APIBlueprint, routes: list[_Route]) -> None:
    tag = Tag(name="me", description="One's own profile, known by a cookie or a bearer token.")
    for method, rule, view, answer, errors in routes:
        responses: dict[Any, Any] = {200: answer, **problem_responses(*errors)}
        add = getattr(blueprint, method)
        name = view.__name__
        security: list[dict[str, list[str]]] = [{}, *PROFILE] if name in _FOR_ANYBODY else PROFILE
        add(rule, tags=[tag], operation_id=name, responses=responses, security=security)(_function(view))


def _function(view: _View) -> _View:
    """Return a function that does what a bound method does, which takes no marks of the framework's."""

    @functools.wraps(view)
    def asked(**given: Any) -> Response:
        return view(**given)

    return asked


def _unavailable(error: ProfilesUnavailableError) -> Response:
    answer = problem(503, str(error))
    answer.headers["Retry-After"] = "5"
    return answer
