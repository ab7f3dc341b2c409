"""The protocol of all algorithms: public methods validate once here, subclasses compute."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import ConfigurationError, InvalidInputError, NotFittedError
from core.progress import Progress, silent
from core.recommenders.parts.top_n import top_n
from core.recommenders.results import Contribution, Explanation, Neighbours, Recommendations, Scoring
from core.recommenders.validation import candidate_mask, checked_items

__all__ = ["AlgorithmConfig", "Recommender"]


class AlgorithmConfig(BaseModel):
    """Hyper-parameters of an algorithm; JSON round-trips, unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Recommender(ABC):
    """A movie recommender.

    A subclass sets `key`, `title`, `summary` and `config_class` and implements `_fit`, `_score`, `_predict` and
    `_explain`; `_similar` where it knows a likeness of movies. `_fit` returns named arrays, which are all that is
    ever stored; `_bind` may derive cheap views from them after both `fit` and `restored`. Nothing changes after
    that: worker processes share the arrays, which are read-only.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    config_class: ClassVar[type[AlgorithmConfig]] = AlgorithmConfig
    loves: ClassVar[bool] = False
    """Whether it has other orders: what one would love or watch, what comes next after the last films; see
    `ordered`."""
    member_keys: ClassVar[tuple[str, ...]] = ()
    may_be_nan: ClassVar[tuple[str, ...]] = ()
    """Fitted arrays in which NaN means that a value is not known; anywhere else it makes a failed model."""
    similarity: ClassVar[str | None] = None
    """What the number of `similar` is, in a few words; None where the algorithm knows no likeness of movies."""

    def __init__(self, config: AlgorithmConfig | Mapping[str, Any] | None = None) -> None:
        try:
            given = config.model_dump() if isinstance(config, AlgorithmConfig) else dict(config or {})
            self.config = self.config_class.model_validate(given)
        except ValidationError as error:
            raise ConfigurationError(f"The configuration of {self.key!r} is not valid: {error}") from error
        self._arrays: dict[str, NDArray[Any]] | None = None
        self._dataset: Dataset | None = None
        self.members: dict[str, Recommender] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.config!r}, fitted={self._arrays is not None})"

    def config_at(self, n_ratings: int) -> AlgorithmConfig:
        """Return the configuration with what depends on the amount of data settled as for so many ratings.

        So that a part of the data can tell how the same algorithm does on all of it.
        """
        return self.config

    def config_for_weights(self) -> AlgorithmConfig:
        """Return the configuration with which a member is fitted only to learn how far it is to be trusted.

        Such a model knows a part of the ratings and is forgotten afterwards: what makes it dearer but hardly better
        can be left out.
        """
        return self.config

    # --- fitting ------------------------------------------------------------------------------------------

    def fit(
        self,
        dataset: Dataset,
        progress: Progress | None = None,
        members: Mapping[str, "Recommender"] | None = None,
    ) -> Self:
        """Learn from a data set.

        Parameters
        ----------
        dataset : Dataset
        progress : callable, optional
            See `Progress`.
        members : mapping of key to Recommender, optional
            Recommenders already fitted on `dataset` that an ensemble may use instead of fitting its own.

        Raises
        ------
        InvalidInputError
            When the data set holds no ratings.
        """
        if dataset.n_ratings == 0:
            raise InvalidInputError(f"{dataset.name} holds no ratings, so there is nothing to learn from.")
        self.members = {key: member for key, member in (members or {}).items() if key in self.member_keys}
        arrays = self._fit(dataset, progress or silent)
        self._attach(dataset, arrays)
        return self

    def _attach(self, dataset: Dataset, arrays: dict[str, NDArray[Any]]) -> None:
        for array in arrays.values():
            array.setflags(write=False)
        self._arrays = arrays
        self._dataset = dataset
        self._bind()

    @classmethod
    def restored(
        cls,
        config: AlgorithmConfig | Mapping[str, Any] | None,
        dataset: Dataset,
        arrays: dict[str, NDArray[Any]],
        members: Mapping[str, "Recommender"] | None = None,
    ) -> Self:
        """Return the model that has these fitted arrays: what `fit` made, with the members that it made it with.

        Raises
        ------
        ConfigurationError
            When the configuration is not valid.
        """
        model = cls(config)
        model.members = dict(members or {})
        model._attach(dataset, arrays)
        return model

    @property
    def fitted(self) -> bool:
        """Whether the model can be asked."""
        return self._arrays is not None

    @property
    def dataset(self) -> Dataset:
        """The data set on which the model was fitted."""
        if self._dataset is None:
            raise NotFittedError(f"{self.key!r} has not been fitted. Call fit(dataset) first, or load a trained one.")
        return self._dataset

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The fitted arrays, read-only."""
        if self._arrays is None:
            raise NotFittedError(f"{self.key!r} has not been fitted. Call fit(dataset) first, or load a trained one.")
        return self._arrays

    # --- asking -------------------------------------------------------------------------------------------

    @property
    def list_recall(self) -> float | None:
        """Share of the best films that lists hold where not all are looked at; None where all are."""
        return None

    def score(self, profile: Profile, items: ArrayLike | None = None) -> NDArray[np.float32]:
        """Return ranking scores.

        Parameters
        ----------
        profile : Profile
        items : array_like of int, optional
            Dense movie indices; by default all movies.

        Returns
        -------
        ndarray of float32, shape (n_movies,) or (len(items),)
            NaN where the algorithm cannot say.

        Raises
        ------
        InvalidInputError
            For movie indices outside the data set.
        """
        self._check(profile)
        scores = self._score(profile)
        return scores if items is None else scores[self._checked(items)]

    def scoring(self, profile: Profile) -> Scoring:
        """Return the scores of all movies with what an explanation of them needs, so that it need not ask again."""
        self._check(profile)
        return self._scoring(profile)

    def predict(self, profile: Profile, items: ArrayLike) -> NDArray[np.float32]:
        """Return predicted ratings in stars, within the data set's scale; NaN where the algorithm cannot say.

        Parameters
        ----------
        profile : Profile
            Ratings of the movies asked for are left out of their own prediction only if the caller removes them.
        items : array_like of int
            Dense movie indices.
        """
        self._check(profile)
        low, high = self.dataset.rating_range
        predicted = self._predict(profile, self._checked(items))
        return np.clip(predicted, low, high).astype(np.float32, copy=False)

    def spread(self, profile: Profile, items: ArrayLike) -> NDArray[np.float32]:
        """Return the standard deviation of the person's own rating around the predicted one, in stars.

        Parameters
        ----------
        profile : Profile
        items : array_like of int
            Dense movie indices.

        Returns
        -------
        ndarray of float32, shape (len(items),)
            NaN where the algorithm does not know how sure it is.
        """
        self._check(profile)
        return self._spread(profile, self._checked(items))

    def recommend(
        self,
        profile: Profile,
        n: int = 10,
        exclude_rated: bool = True,
        candidates: NDArray[np.bool_] | ArrayLike | None = None,
    ) -> Recommendations:
        """Return the best movies for a profile.

        Parameters
        ----------
        profile : Profile
        n : int
            How many at most; fewer when fewer qualify.
        exclude_rated : bool
            Leave out the movies of the profile.
        candidates : ndarray of bool, shape (n_movies,), or array_like of int, optional
            The movies that may be listed, as a mask or as dense indices; by default all.

        Raises
        ------
        InvalidInputError
            When `n` is below 1 or `candidates` has the wrong shape.
        """
        items, scores = self.best(profile, n, exclude_rated, candidates)
        return Recommendations(self.key, items, scores, self.predict(profile, items))

    def best(
        self,
        profile: Profile,
        n: int,
        exclude_rated: bool = True,
        candidates: NDArray[np.bool_] | ArrayLike | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the movies of `recommend` and their scores, without predicting any stars."""
        if n < 1:
            raise InvalidInputError(f"n must be at least 1, not {n}.")
        scores = self.score(profile)
        # The scores are this call's own: no second array of the catalogue's length.
        if candidates is not None:
            np.copyto(scores, np.float32(np.nan), where=~candidate_mask(candidates, len(scores)))
        if exclude_rated:
            scores[profile.items] = np.nan
        items = top_n(scores, n)
        return items, scores[items].astype(np.float32, copy=False)

    def ordered(self, love: float | None = None, lately: float | None = None) -> "Recommender":
        """Return the model with another order of its own.

        Parameters
        ----------
        love : float, optional
            From what one would come to watch (0) to what one would love (1); by default as it is.
        lately : float, optional
            From the whole profile (0) to what comes next after its last films (1).

        Raises
        ------
        InvalidInputError
            For a number outside that range, and for every algorithm that has one order only.
        """
        asked = " and ".join(f"`{name}`" for name, value in (("love", love), ("lately", lately)) if value is not None)
        raise InvalidInputError(
            f"{self.title} has one order only, so that {asked} would change nothing there. Leave that out, or choose "
            "the algorithm `hybrid`."
        )

    def similar(self, item: int, n: int = 10) -> Neighbours:
        """Return the movies most similar to a movie, without the movie itself.

        Parameters
        ----------
        item : int
            Dense movie index.
        n : int

        Raises
        ------
        InvalidInputError
            When `n` is below 1 or the algorithm knows no likeness of movies, such as popularity.
        """
        if n < 1:
            raise InvalidInputError(f"n must be at least 1, not {n}.")
        wanted = int(self._checked([item])[0])
        similarities = self._similar(wanted).astype(np.float32, copy=True)
        similarities[wanted] = np.nan
        items = top_n(similarities, n)
        return Neighbours(items, similarities[items])

    def explain(self, profile: Profile | Scoring, item: int) -> Explanation:
        """Return why `item` has its score: contributions that add up to it.

        Parameters
        ----------
        profile : Profile or Scoring
            A scoring pass of this model over the profile is used again.
        item : int
            Dense movie index.

        Raises
        ------
        InvalidInputError
            When the algorithm has no score for the movie.
        """
        wanted = int(self._checked([item])[0])
        scoring = profile if isinstance(profile, Scoring) else self.scoring(profile)
        score = float(scoring.scores[wanted])
        if not np.isfinite(score):
            raise InvalidInputError(
                f"{self.title} has no score for {self.dataset.movies.title(wanted)}: nothing in the profile or the "
                "data says anything about it. Choose another algorithm."
            )
        contributions = sorted(self._explain(scoring, wanted), key=lambda part: -abs(part.value))
        films = sorted(self._explain_items(scoring, wanted), key=lambda part: -abs(part.value))
        predicted = float(self.predict(scoring.profile, [wanted])[0])
        return Explanation(
            algorithm=self.key,
            item=wanted,
            score=score,
            predicted_rating=predicted if np.isfinite(predicted) else None,
            contributions=contributions,
            films=films,
        )

    def _check(self, profile: Profile) -> None:
        n_movies = self.dataset.n_movies
        # Ascending, so that the ends tell.
        if len(profile) and not 0 <= profile.items[0] <= profile.items[-1] < n_movies:
            self._checked(profile.items)

    def _checked(self, items: ArrayLike) -> NDArray[np.int32]:
        return checked_items(items, self.dataset.n_movies)

    # --- what algorithms implement ------------------------------------------------------------------------

    @abstractmethod
    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        """Return the arrays that make up the model."""

    def _bind(self) -> None:  # noqa: B027  (optional hook)
        """Derive cheap views from `arrays` after `fit` and `restored`."""

    @abstractmethod
    def _score(self, profile: Profile) -> NDArray[np.float32]:
        """Return ranking scores of all movies, float32 of shape (n_movies,), not shared with the model."""

    def _scoring(self, profile: Profile) -> Scoring:
        """Return `_score` with what `_explain` can use of the same pass; ensembles keep what their members said."""
        return Scoring(profile, self._score(profile))

    @abstractmethod
    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return predicted stars, not clipped."""

    @abstractmethod
    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        """Return summands of the score that `item` has in a scoring pass."""

    def _similar(self, item: int) -> NDArray[np.float32]:
        """Return the similarity of every movie to `item`, NaN or -inf where there is none.

        An algorithm that overrides this says in `similarity` what the number is.
        """
        raise InvalidInputError(
            f"{self.title} knows no likeness of films. Ask another algorithm, or none: who likes both is counted "
            "without any."
        )

    def _spread(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the spread of `spread`, NaN where it is not known."""
        return np.full(len(items), np.nan, dtype=np.float32)

    def _explain_items(self, scoring: Scoring, item: int) -> list[Contribution]:
        """Return a second exact split of the score by the profile's films, where there is one."""
        return []
