"""What the API answers: the service's own dataclasses, sent as they are and described from them."""

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request
from pydantic import RootModel

from core.views import (
    DatasetView,
    ExplanationView,
    FilmImport,
    GroupList,
    HybridWeights,
    ModelStatus,
    MovieView,
    RatedMovie,
    RecommendationList,
    SearchPage,
    Shelves,
    SimilarMovie,
    TagView,
    TasteProfile,
    WatchedNext,
)

__all__ = [
    "Batch",
    "BatchAnswer",
    "DatasetAnswer",
    "ExplanationAnswer",
    "GroupAnswer",
    "History",
    "HistoryAnswer",
    "ImportAnswer",
    "ModelsAnswer",
    "ModelsView",
    "MovieAnswer",
    "Neighbourhood",
    "NeighbourhoodAnswer",
    "RecommendationAnswer",
    "SearchAnswer",
    "ShelvesAnswer",
    "TagsAnswer",
    "TagsView",
    "TasteAnswer",
    "WatchedNextAnswer",
    "WeightsAnswer",
    "json_answer",
]


@dataclass(frozen=True, slots=True)
class ModelsView:
    """All algorithms, by key."""

    default: str | None
    """What is used when no algorithm is named; null while none is loaded."""
    models: dict[str, ModelStatus]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The movies most similar to one."""

    movie_id: int
    algorithm: str | None
    """Whose measure orders them; null for the one that needs no algorithm: liked by the same people, of a kind."""
    items: list[SimilarMovie]


@dataclass(frozen=True, slots=True)
class History:
    """A part of what a user rated."""

    user_id: int
    total: int
    limit: int
    offset: int
    items: list[RatedMovie]


@dataclass(frozen=True, slots=True)
class Batch:
    """A list for each profile, in their order."""

    lists: list[RecommendationList]


class BatchAnswer(RootModel[Batch]):
    """A list for each profile, in their order."""


@dataclass(frozen=True, slots=True)
class TagsView:
    """Tags, those of most movies first."""

    items: list[TagView]


class DatasetAnswer(RootModel[DatasetView]):
    """The data set in numbers."""


class ModelsAnswer(RootModel[ModelsView]):
    """All algorithms, by key."""


class MovieAnswer(RootModel[MovieView]):
    """A movie."""


class SearchAnswer(RootModel[SearchPage]):
    """A page of movies."""


class TagsAnswer(RootModel[TagsView]):
    """Tags."""


class NeighbourhoodAnswer(RootModel[Neighbourhood]):
    """The movies most similar to one."""


class WatchedNextAnswer(RootModel[WatchedNext]):
    """What people rated soon after a movie."""


class TasteAnswer(RootModel[TasteProfile]):
    """A user's taste."""


class HistoryAnswer(RootModel[History]):
    """A part of what a user rated."""


class RecommendationAnswer(RootModel[RecommendationList]):
    """A ranked list."""


class GroupAnswer(RootModel[GroupList]):
    """A ranked list for several people."""


class ShelvesAnswer(RootModel[Shelves]):
    """A visitor's shelves."""


class WeightsAnswer(RootModel[HybridWeights]):
    """How much the hybrid trusts its members."""


class ExplanationAnswer(RootModel[ExplanationView]):
    """Why a movie has its score."""


class ImportAnswer(RootModel[FilmImport]):
    """Every row of an export."""


def json_answer(value: Any) -> Response:
    """Return a dataclass or plain value as JSON: not a number becomes null, tuples lists.

    What says the same while data and models are the same has an ETag, and is not sent to who has it already.
    """
    answer = Response(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY), mimetype="application/json")
    # Models may be trained anew at any time, and a history is somebody's own.
    answer.headers["Cache-Control"] = "private, no-cache"
    if request.method in ("GET", "HEAD") and not hasattr(value, "took_ms"):
        answer.add_etag()
        known = request.if_none_match
        if known.star_tag or any(_is_same(answer.get_etag()[0], tag) for tag in known.as_set(include_weak=True)):
            answer.status_code = 304
            answer.set_data(b"")
    return answer


def _is_same(tag: str | None, known: str) -> bool:
    """Return whether a client's tag is this one, also where the answer was compressed on its way to it."""
    return known.removesuffix(":gzip").removesuffix(":br") == tag
