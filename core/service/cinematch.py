"""The one object that pages, the REST API and the command line all call."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import InvalidInputError
from core.lists.explanations import explanation_view
from core.lists.match import MatchMap, reliability_view
from core.lists.requests import MAX_LIST, GroupRequest, ListRequest, ProfileRequest, Stars, WhatIf, check_length
from core.lists.reranking import ordered
from core.lists.shaping_views import shaping_view
from core.lists.similar_views import similar_views
from core.lists.what_if import changed, weights_view
from core.lists.wish_costs import wish_view
from core.recommenders.registry import loadable_keys
from core.search import find_tags, read_sentence
from core.service.catalogue import (
    dataset_view,
    first_films,
    histogram,
    knows_movie,
    movie_view,
    year_span,
)
from core.service.company import Company
from core.service.kept_lists import key_of
from core.service.links import film_links, films_here
from core.service.lists import group_answer, list_items
from core.service.maps import FilmMaps
from core.service.measuring import Measurements
from core.service.personal import export_films, import_films
from core.service.profiles import knows_user, profile_of, user_named, users_view
from core.service.said import understood
from core.service.serving import Serving
from core.service.shelves import shelves_answer
from core.views import Filters, ListComparison, RecommendationList, SearchPage

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from core.data.profile import Profile
    from core.evaluation.runs import EvaluationRun
    from core.lists.requests import ShelvesRequest
    from core.recommenders.base import Recommender
    from core.views import (
        DatasetView,
        ExplanationView,
        ExportForm,
        FilmImport,
        Finding,
        GroupList,
        HybridWeights,
        KeptFilms,
        MovieView,
        RatedMovie,
        Reading,
        ReliabilityView,
        Reranking,
        Shaping,
        Shelves,
        SimilarMovie,
        TagView,
        TasteProfile,
        UserView,
        WishView,
    )

__all__ = ["CineMatch"]


class CineMatch(Serving):
    """Recommend, explain, compare and describe over one data set and its loaded models; made of what `Serving` is.

    Notes
    -----
    All ids in and out are the data set's own; answers are plain values of `core.views`, questions those of
    `core.lists.requests`. Everywhere a profile is given by exactly one of `user_id` (a stored user) and `ratings`
    (movie id to stars, of a visitor); an empty mapping is a visitor who has rated nothing. Where the source's ids are
    text, they may be given instead of the numbers, and answers tell both.
    Whatever stands above the library asks by the methods, and by those of `measurements`, `film_maps` and `company`.
    A server sets `on_ask`, which is told the key of every algorithm that is asked.
    """

    @property
    def measurements(self) -> Measurements:
        """What is measured of the data that are served, and what was stored."""
        return Measurements(self.dataset, self.settings, lambda: self._model("hybrid"))

    @property
    def film_maps(self) -> FilmMaps:
        """Maps of films by what models have learned."""
        return FilmMaps(self._model, self.settings)

    @property
    def company(self) -> Company:
        """How alike people are, and what they watched after a film."""
        return Company(self.dataset)

    # --- data set and movies ------------------------------------------------------------------------------

    def dataset_view(self) -> DatasetView:
        """Return the data set in numbers."""
        return dataset_view(self.dataset)

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return all ratings and all movies as DataFrames with MovieLens' columns; see `core.data.frames`."""
        from core.data.frames import movies_frame, ratings_frame

        return ratings_frame(self.dataset), movies_frame(self.dataset)

    def identity(self) -> str:
        """Return the short name of these very data, by which browsers tell whose films they keep."""
        return self.dataset.identity

    def film_links(self, films: Iterable[str]) -> dict[str, list[int]]:
        """Return IMDb and TMDb id of films; see `core.service.links`."""
        return film_links(self.dataset.movies, films)

    def films_here(self, links: Mapping[str, Any]) -> dict[str, str]:
        """Return the ids that films of another data set have here; see `core.service.links`."""
        return films_here(self.dataset.movies, links)

    def dataset_mb(self) -> float:
        """Return the size of the data set's arrays, mapped from disk, in MB."""
        return self.dataset.nbytes() / 1e6

    def genre_names(self) -> list[str]:
        """Return the genres of the data set, by which lists can be filtered."""
        return list(self.dataset.movies.genre_names)

    def year_span(self) -> tuple[int, int]:
        """Return the first and the last year of release."""
        return year_span(self.dataset)

    def overview(self) -> dict[str, Any]:
        """Return the aggregates behind the data set's charts."""
        from core.analytics.overview import overview

        return overview(self.dataset)

    def genre_pairs(self) -> dict[str, Any]:
        """Return how often genres stand together in one movie."""
        from core.analytics.similarity import genre_cooccurrence

        return genre_cooccurrence(self.dataset)

    def data_quality(self) -> Sequence[Finding]:
        """Return what is wrong with the data set, or odd, each with its share."""
        from core.analytics.quality import data_quality

        return data_quality(self.dataset)

    def movie(self, movie_id: int | str) -> MovieView:
        """Return a movie."""
        return movie_view(self.dataset, self.dataset.movie_index(movie_id))

    def knows_movie(self, movie_id: int | str) -> bool:
        """Return whether the data set holds a movie."""
        return knows_movie(self.dataset, movie_id)

    def movie_histogram(self, movie_id: int | str) -> NDArray[np.int64]:
        """Return how many people gave a movie 0.5, 1.0 ... 5.0 stars, int64 of shape (10,)."""
        return histogram(self.dataset, self.dataset.movie_index(movie_id))

    def first_films(self) -> tuple[int, ...]:
        """Return what to ask a newcomer, by movie id, the most telling first; chosen once per process."""
        return first_films(self.dataset)

    def search(self, query: str = "", filters: Filters | None = None, limit: int = 20, offset: int = 0) -> SearchPage:
        """Return movies whose titles match, typos tolerated; without a query the most rated ones."""
        if not 1 <= limit <= MAX_LIST or offset < 0:
            raise InvalidInputError(f"limit must be between 1 and {MAX_LIST} and offset at least 0.")
        total, found = self.titles.search(query, self._parts.mask(filters or Filters()), limit, offset)
        return SearchPage(total, int(limit), int(offset), [movie_view(self.dataset, int(item)) for item in found])

    def tags(self, text: str = "", limit: int = 20) -> list[TagView]:
        """Return the tags that hold a text, those of most films first."""
        check_length(limit)
        return find_tags(self.dataset.movies, text, limit)

    def read(self, sentence: str) -> Reading:
        """Return what a sentence about films asks for; see `core.search.reading`."""
        return read_sentence(self.dataset, self.titles, sentence)

    def similar(self, movie_id: int | str, algorithm: str | None = None, n: int = 10) -> list[SimilarMovie]:
        """Return the movies most similar to a movie, with how often the people who liked it liked them.

        Parameters
        ----------
        movie_id : int or str
        algorithm : str, optional
            Order by the measure of an algorithm, what its `similarity` names; by default by `core.lists.similar`.
        n : int, 1 to 500

        Raises
        ------
        InvalidInputError
            Also for an algorithm that knows no likeness of movies.
        UnknownIdError, ModelUnavailableError
        """
        check_length(n)
        item = self.dataset.movie_index(movie_id)
        found = (self._parts.similar if algorithm is None else self._model(algorithm)).similar(item, n)
        return similar_views(self._parts.similar, item, found)

    # --- models -------------------------------------------------------------------------------------------

    def hybrid_weights(self, length: int | None = None, what_if: WhatIf | None = None) -> HybridWeights:
        """Return how much the hybrid trusts its members for a profile of `length` ratings; by default a long one."""
        return weights_view(changed(self._model("hybrid"), what_if), length)

    # --- people -------------------------------------------------------------------------------------------

    def profile(self, user_id: int | str | None = None, ratings: Stars | None = None) -> Profile:
        """Return the profile of a stored user or of a visitor's ratings.

        Raises
        ------
        InvalidInputError
            When not exactly one of the two is given, or a rating is off the scale.
        UnknownIdError
            For a user or movie that the data set does not hold.
        """
        return profile_of(self.dataset, ProfileRequest(user_id, ratings))

    def taste(self, user_id: int | str | None = None, ratings: Stars | None = None) -> TasteProfile:
        """Return a profile in numbers: genres, decades, favourites."""
        from core.analytics.taste import taste

        return taste(self.dataset, self.profile(user_id, ratings))

    def user_ratings(self, user_id: int | str, limit: int | None = None, offset: int = 0) -> list[RatedMovie]:
        """Return what a user rated, the best first and among equals the most recent first."""
        from core.analytics.history import history

        return history(self.dataset, self.dataset.user_index(user_id), limit, offset)

    def users(self, text: str = "", keep: Sequence[int | str] = (), limit: int = 20) -> list[UserView]:
        """Return the users whose id begins with the first number in `text`, those of `keep` always among them."""
        return users_view(self.dataset, text, keep, limit)

    def user_named(self, text: str = "") -> int | None:
        """Return the user of a number or of the source's text, else the first; None in a data set without users."""
        return user_named(self.dataset, text)

    def knows_user(self, user_id: int | str) -> bool:
        """Return whether the data set holds a user."""
        return knows_user(self.dataset, user_id)

    def import_films(self, content: bytes, name: str = "upload") -> FilmImport:
        """Return what an export of another service holds, each film with how certain its match is; nothing is kept.

        Raises
        ------
        InvalidInputError
            For more than 10 MB, or where nothing in it is known; names the line where there is one.
        """
        return import_films(self.dataset, self.titles, content, name)

    def export_films(self, kept: KeptFilms, form: ExportForm) -> str:
        """Return a person's own films as CSV for Letterboxd's importer, or as JSON that `import_films` reads."""
        return export_films(self.dataset, kept, form)

    # --- lists --------------------------------------------------------------------------------------------

    def recommend(self, request: ListRequest | None = None, /, **asked: Any) -> RecommendationList:
        """Return the best movies for a profile.

        Parameters
        ----------
        request : ListRequest, optional
            Or else the keywords of `ListRequest.of`: `user_id` or `ratings`, and its fields.

        Raises
        ------
        InvalidInputError, UnknownIdError, ModelUnavailableError
        """
        if request is not None and asked:
            raise InvalidInputError(f"A request says everything: leave out {', '.join(asked)}, or the request.")
        started = time.perf_counter()
        wanted = request or ListRequest.of(**asked)
        state = self.model_cache.state
        model = self._model(wanted.algorithm)
        key = key_of(self.dataset, wanted, model.key)
        found = self.kept_lists.find(state, key)
        if found is None:
            found = self._made(model, wanted)
            self.kept_lists.keep(state, key, found)
        self._listed(model.key)
        return replace(found, took_ms=round((time.perf_counter() - started) * 1000, 3))

    def _made(self, asked: Recommender, request: ListRequest) -> RecommendationList:
        wanted, reading = self._understood(request)
        model = changed(asked, wanted.what_if)
        profile = profile_of(self.dataset, wanted.profile)
        # What was measured is the hybrid as it learned, not one whose weights were changed.
        measured = "" if wanted.what_if else model.key
        match = MatchMap.from_metrics(self._metrics(measured))
        items = list_items(model, profile, wanted, self._parts.mask(wanted.passing), match)
        wish = self.wish(measured, wanted.wish, wanted.n) if wanted.wish.active else None
        user = None if profile.user is None else int(self.dataset.user_ids[profile.user])
        return RecommendationList(model.key, self.dataset.name, user, items, 0.0, wish, reading)

    def shaping(self, request: ListRequest) -> Shaping:
        """Return which of a profile's ratings shape its list, each left out alone; those of `without` count here."""
        wanted, _ = self._understood(request)
        model = changed(self._model(wanted.algorithm), wanted.what_if)
        profile = profile_of(self.dataset, replace(wanted.profile, without=()))
        return shaping_view(model, profile, wanted, self._parts.mask(wanted.filters))

    def shelves(self, request: ShelvesRequest) -> Shelves:
        """Return the shelves of a visitor's first page, no movie on two of them; none for who has rated nothing."""
        model = self._model(request.algorithm)
        self._listed(model.key)
        match = MatchMap.from_metrics(self._metrics(model.key))
        return shelves_answer(model, request, self._parts.mask, match, self.read)

    def recommend_group(self, request: GroupRequest) -> GroupList:
        """Return movies for two to five people together, none of which any of them has rated.

        Raises
        ------
        InvalidInputError, UnknownIdError, ModelUnavailableError
        """
        model = ordered(self._model(request.algorithm), request.own)
        self._listed(model.key)
        return group_answer(self.dataset, model, request, self._parts.mask(request.passing))

    def compare(self, algorithms: Sequence[str] | None = None, **asked: Any) -> ListComparison:
        """Return the lists of several algorithms for one profile; by default of all that are loaded.

        The keywords are those of `ListRequest.of`.
        """
        keys = algorithms or [status.key for status in self.models() if status.state == "loaded"]
        return ListComparison((key, self.recommend(**asked, algorithm=key)) for key in keys)

    def explain(
        self,
        movie_id: int | str,
        user_id: int | str | None = None,
        ratings: Stars | None = None,
        algorithm: str | None = None,
        counterfactuals: bool = False,
        own: Mapping[str, float] | None = None,
        without: Sequence[int | str] = (),
    ) -> ExplanationView:
        """Return why a movie has its score for a profile; the contributions add up to the score.

        With `counterfactuals` the answer says, too, what rank the movie would have without each of the ratings that
        carry the most weight. `own` is `Reranking.own` of the list that is asked about, `without` its `without`.
        """
        model, item = ordered(self._model(algorithm), own or {}), self.dataset.movie_index(movie_id)
        profile = profile_of(self.dataset, ProfileRequest(user_id, ratings, without))
        return explanation_view(model, profile, item, counterfactual=counterfactuals)

    def wish(self, algorithm: str, wish: Reranking, n: int = 10) -> WishView:
        """Return a wish with what its weights were measured to cost with an algorithm."""
        return wish_view(wish, n, self._metrics(algorithm))

    def reliability(self, algorithm: str | None = None) -> ReliabilityView | None:
        """Return how often the match of an algorithm came true on held-out ratings; None where nobody measured it."""
        key = self._model(algorithm).key
        return reliability_view(key, self._metrics(key))

    def evaluate(self, algorithms: Sequence[str] | None = None, **asked: Any) -> EvaluationRun:
        """Measure algorithms on held-out data, or return the stored result of the same measurement.

        The keywords are those of `core.evaluation.benchmark.evaluate`: `protocol`, `folds`, `seed` and so on.
        """
        from core.evaluation.benchmark import evaluate

        keys = tuple(algorithms or loadable_keys())
        return evaluate(self.dataset, keys, **{"cache_dir": self.settings.cache_dir, **asked})

    def _understood(self, request: ListRequest) -> tuple[ListRequest, Reading | None]:
        """Return a request with what its sentence asks for, and how that was read; None where nothing was said."""
        if not request.say:
            return request, None
        reading = self.read(request.say)
        return understood(request, reading, self._parts.similar), reading
