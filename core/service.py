"""The one object that pages, the REST API and the command line all call."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import InvalidInputError, ModelUnavailableError, UnknownIdError
from core.limits import model_budget_mb
from core.lists.explanations import explanation_view
from core.lists.filters import FilterMasks
from core.lists.movie_views import movie_view
from core.lists.reranking import Reranking, recommend_wished
from core.lists.what_if import HybridWeights, WhatIf, changed, weights_view
from core.lists.wish_costs import wish_view
from core.recommenders.registry import algorithm_keys
from core.views import (
    DatasetView,
    ExplanationView,
    Filters,
    ListItem,
    ModelStatus,
    MovieView,
    RatedMovie,
    RecommendationList,
    SearchPage,
    SimilarMovie,
    Stars,
    TasteProfile,
    WishView,
)

if TYPE_CHECKING:
    from core.evaluation.runs import EvaluationRun
    from core.lists.group_views import GroupList, Member
    from core.lists.groups import GroupMethod
    from core.progress import Progress
    from core.recommenders.base import Recommender
    from core.search import TitleIndex
    from core.settings import Settings
    from core.store.cache import ModelCache

__all__ = ["MAX_LIST", "CineMatch", "open_service"]

MAX_LIST = 500
"""Longest list that is served."""
_PREFERENCE = ("hybrid", "ease", "user_knn", "item_knn", "svd", "surprise_svd", "content", "popularity")


class CineMatch:
    """Recommend, explain, compare and describe over one data set and its loaded models.

    Parameters
    ----------
    dataset : Dataset
    models : ModelCache
    search : TitleIndex
    settings : Settings

    Notes
    -----
    All ids in and out are the data set's own; answers are plain values of `core.views`. Where the source's ids are
    text, they may be given instead of the numbers, and answers tell both.
    Everywhere a profile is given by exactly one of `user_id` (a stored user) and `ratings`
    (movie id to stars, of a visitor); an empty mapping is a visitor who has rated nothing.
    """

    def __init__(self, dataset: Dataset, models: ModelCache, search: TitleIndex, settings: Settings) -> None:
        self.dataset = dataset
        self.model_cache = models
        self.titles = search
        self.settings = settings
        self._mask = FilterMasks(dataset)

    # --- data set and models ------------------------------------------------------------------------------

    def dataset_view(self) -> DatasetView:
        """Return the data set in numbers."""
        data = self.dataset
        low, high = data.rating_range
        return DatasetView(
            name=data.name,
            source=data.source,
            fingerprint=data.fingerprint,
            users=data.n_users,
            movies=data.n_movies,
            ratings=data.n_ratings,
            density=data.density,
            mean_rating=data.global_mean,
            rating_min=low,
            rating_max=high,
        )

    def overview(self) -> dict[str, Any]:
        """Return the aggregates behind the data set's charts."""
        from core.analytics.overview import overview

        return overview(self.dataset)

    def models(self) -> list[ModelStatus]:
        """Return the state of every algorithm."""
        return self.model_cache.statuses()

    def default_algorithm(self) -> str:
        """Return the key of the algorithm to use when none is named: the best that is loaded.

        Raises
        ------
        ModelUnavailableError
            When no model is loaded.
        """
        loaded = {status.key for status in self.models() if status.state == "loaded"}
        for key in (*_PREFERENCE, *sorted(loaded)):
            if key in loaded:
                return key
        raise ModelUnavailableError("No model is loaded. Train one with `cinematch train` and start again.")

    # --- profiles -----------------------------------------------------------------------------------------

    def profile(self, user_id: int | str | None = None, ratings: Stars | None = None) -> Profile:
        """Return the profile of a stored user or of a visitor's ratings.

        Raises
        ------
        InvalidInputError
            When not exactly one of the two is given, or a rating is off the scale.
        UnknownIdError
            For a user or movie that the data set does not hold.
        """
        if (user_id is None) == (ratings is None):
            raise InvalidInputError("Give either user_id or ratings, not both and not neither.")
        if user_id is not None:
            return self.dataset.profile(self.dataset.user_index(user_id))
        stars = {self.dataset.movie_index(movie_id): given for movie_id, given in (ratings or {}).items()}
        return Profile.of(list(stars), list(stars.values()))

    def taste(self, user_id: int | str | None = None, ratings: Stars | None = None) -> TasteProfile:
        """Return a profile in numbers: genres, decades, favourites."""
        from core.analytics.taste import taste

        return taste(self.dataset, self.profile(user_id, ratings))

    def user_ratings(self, user_id: int | str, limit: int | None = None, offset: int = 0) -> list[RatedMovie]:
        """Return what a user rated, the best first and among equals the most recent first."""
        from core.analytics.history import history

        return history(self.dataset, self.dataset.user_index(user_id), limit, offset)

    # --- recommending -------------------------------------------------------------------------------------

    def recommend(
        self,
        user_id: int | str | None = None,
        ratings: Stars | None = None,
        algorithm: str | None = None,
        n: int = 10,
        exclude_rated: bool = True,
        filters: Filters | None = None,
        wish: Reranking | None = None,
        what_if: WhatIf | None = None,
    ) -> RecommendationList:
        """Return the best movies for a profile.

        Parameters
        ----------
        user_id, ratings
            The profile; see the class.
        algorithm : str, optional
            A key; by default `default_algorithm`.
        n : int
            1 to 500; fewer rows when fewer movies qualify.
        exclude_rated : bool
            Leave out what the profile holds.
        filters : Filters, optional
        wish : Reranking, optional
            How far the list may move away from the algorithm's own order.
        what_if : WhatIf, optional
            How much the hybrid is to trust its members; refused for other algorithms.

        Raises
        ------
        InvalidInputError, UnknownIdError, ModelUnavailableError
        """
        started = time.perf_counter()
        if not 1 <= n <= MAX_LIST:
            raise InvalidInputError(f"n must be between 1 and {MAX_LIST}, not {n}.")
        model = changed(self._model(algorithm), what_if)
        profile = self.profile(user_id, ratings)
        mask = self._mask(filters or Filters())
        found = recommend_wished(model, profile, n, wish or Reranking(), exclude_rated, mask)
        movies = self.dataset.movies
        items = [
            ListItem(
                rank=rank,
                movie_id=int(movies.ids[item]),
                title=movies.title(item),
                year=movies.year(item),
                genres=movies.genres(item),
                score=score,
                predicted_rating=_number(predicted),
                source_id=movies.source_id(item),
            )
            for rank, (item, score, predicted) in enumerate(
                zip(found.items.tolist(), found.scores.tolist(), found.predicted.tolist(), strict=True), start=1
            )
        ]
        took = (time.perf_counter() - started) * 1000
        # What was measured is the hybrid as it learned, not one whose weights were changed.
        applied = self.wish("" if what_if else model.key, wish, n) if wish and wish.active else None
        user = None if profile.user is None else int(self.dataset.user_ids[profile.user])
        return RecommendationList(model.key, self.dataset.name, user, items, round(took, 3), applied)

    def hybrid_weights(self, length: int | None = None, what_if: WhatIf | None = None) -> HybridWeights:
        """Return how much the hybrid trusts its members for a profile of `length` ratings; by default a long one."""
        return weights_view(changed(self._model("hybrid"), what_if), length)

    def wish(self, algorithm: str, wish: Reranking, n: int = 10) -> WishView:
        """Return a wish with what its weights were measured to cost with an algorithm."""
        metrics = next((status.metrics for status in self.models() if status.key == algorithm), {})
        return wish_view(wish, n, metrics)

    def recommend_group(
        self,
        members: Sequence[Member],
        algorithm: str | None = None,
        n: int = 10,
        method: GroupMethod = "average",
        filters: Filters | None = None,
    ) -> GroupList:
        """Return movies for two to five people together, none of which any of them has rated.

        Parameters
        ----------
        members : sequence of Member
            Stored users and visitors.
        algorithm, n, filters
            As of `recommend`.
        method : {"average", "least-misery"}
            By the mean of the members' scores, or the best of these by the lowest predicted rating.

        Raises
        ------
        InvalidInputError, UnknownIdError, ModelUnavailableError
        """
        from core.lists.group_views import check_members, group_list
        from core.lists.groups import recommend_group

        started = time.perf_counter()
        if not 1 <= n <= MAX_LIST:
            raise InvalidInputError(f"n must be between 1 and {MAX_LIST}, not {n}.")
        check_members(members)
        model = self._model(algorithm)
        profiles = [self.profile(member.user_id, member.ratings) for member in members]
        found = recommend_group(model, profiles, n, method, self._mask(filters or Filters()))
        took = (time.perf_counter() - started) * 1000
        return group_list(self.dataset, profiles, found, round(took, 3))

    def compare(
        self,
        user_id: int | str | None = None,
        ratings: Stars | None = None,
        algorithms: Sequence[str] | None = None,
        n: int = 10,
        filters: Filters | None = None,
    ) -> dict[str, RecommendationList]:
        """Return the lists of several algorithms for one profile; by default of all that are loaded."""
        keys = algorithms or [status.key for status in self.models() if status.state == "loaded"]
        return {key: self.recommend(user_id, ratings, key, n, filters=filters) for key in keys}

    def explain(
        self,
        movie_id: int | str,
        user_id: int | str | None = None,
        ratings: Stars | None = None,
        algorithm: str | None = None,
        counterfactuals: bool = False,
    ) -> ExplanationView:
        """Return why a movie has its score for a profile; the contributions add up to the score.

        With `counterfactuals` the answer says, too, what rank the movie would have without each of the ratings that
        carry the most weight.
        """
        model, item = self._model(algorithm), self.dataset.movie_index(movie_id)
        return explanation_view(model, self.profile(user_id, ratings), item, counterfactual=counterfactuals)

    def similar(self, movie_id: int | str, algorithm: str | None = None, n: int = 10) -> list[SimilarMovie]:
        """Return the movies most similar to a movie, in the algorithm's own measure."""
        if not 1 <= n <= MAX_LIST:
            raise InvalidInputError(f"n must be between 1 and {MAX_LIST}, not {n}.")
        found = self._model(algorithm).similar(self.dataset.movie_index(movie_id), n)
        movies = self.dataset.movies
        return [
            SimilarMovie(
                int(movies.ids[item]),
                movies.title(item),
                movies.year(item),
                movies.genres(item),
                similarity,
                movies.source_id(item),
            )
            for item, similarity in zip(found.items.tolist(), found.similarities.tolist(), strict=True)
        ]

    # --- movies -------------------------------------------------------------------------------------------

    def movie(self, movie_id: int | str) -> MovieView:
        """Return a movie."""
        return movie_view(self.dataset, self.dataset.movie_index(movie_id))

    def movie_histogram(self, movie_id: int | str) -> NDArray[np.int64]:
        """Return how many people gave a movie 0.5, 1.0 ... 5.0 stars, int64 of shape (10,)."""
        movie = self.dataset.movie_index(movie_id)
        span = slice(int(self.dataset.movie_indptr[movie]), int(self.dataset.movie_indptr[movie + 1]))
        return np.bincount(self.dataset.movie_ratings[span], minlength=11)[1:].astype(np.int64)

    def search(self, query: str = "", filters: Filters | None = None, limit: int = 20, offset: int = 0) -> SearchPage:
        """Return movies whose titles match, typos tolerated; without a query the most rated ones."""
        if not 1 <= limit <= MAX_LIST or offset < 0:
            raise InvalidInputError(f"limit must be between 1 and {MAX_LIST} and offset at least 0.")
        total, found = self.titles.search(query, self._mask(filters or Filters()), limit, offset)
        return SearchPage(total, limit, offset, [movie_view(self.dataset, int(item)) for item in found])

    # --- measuring ----------------------------------------------------------------------------------------

    def evaluate(
        self,
        algorithms: Sequence[str] | None = None,
        protocol: str = "ranking",
        folds: int = 5,
        seed: int = 42,
        progress: Progress | None = None,
        recompute: bool = False,
    ) -> EvaluationRun:
        """Measure algorithms on held-out data, or return the stored result of the same measurement."""
        from core.evaluation.benchmark import evaluate

        return evaluate(
            self.dataset,
            tuple(algorithms or algorithm_keys()),
            protocol=protocol,
            folds=folds,
            seed=seed,
            progress=progress,
            cache_dir=self.settings.cache_dir,
            recompute=recompute,
        )

    # --- inside -------------------------------------------------------------------------------------------

    def _model(self, algorithm: str | None) -> Recommender:
        key = algorithm or self.default_algorithm()
        if key not in algorithm_keys():
            raise UnknownIdError(f"There is no algorithm {key!r}. Choose one of: {', '.join(algorithm_keys())}.")
        return self.model_cache.get(key)


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def open_service(settings: Settings | None = None, load: bool = True) -> CineMatch:
    """Open the configured data set and its models.

    Parameters
    ----------
    settings : Settings, optional
        By default read from the environment.
    load : bool
        Load the models now; otherwise each is loaded when it is first asked for.

    Raises
    ------
    DataError
        When the data set is not installed.
    """
    from core.search import TitleIndex
    from core.settings import load_settings
    from core.store.cache import ModelCache

    chosen = settings or load_settings()
    dataset = Dataset.open(chosen.dataset_dir)
    keys = chosen.algorithms or algorithm_keys()
    budget = model_budget_mb(chosen.memory_budget_mb, chosen.workers)
    models = ModelCache(dataset, chosen.dataset_models_dir, keys, budget)
    if load:
        models.load_all()
    return CineMatch(dataset, models, TitleIndex(dataset), chosen)
