"""The protocol of all algorithms: public methods validate once here, subclasses compute."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from core.data.arraydir import open_arrays, read_manifest, write_array_dir
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import ArtifactError, ConfigurationError, InvalidInputError, NotFittedError
from core.progress import Progress, silent
from core.recommenders.parts.top_n import top_n
from core.recommenders.results import Contribution, Explanation, Neighbours, Recommendations

__all__ = ["AlgorithmConfig", "Recommender"]

ARTIFACT_VERSION = 1
_RETRAIN = "Train it again with `cinematch train`."


class AlgorithmConfig(BaseModel):
    """Hyper-parameters of an algorithm; JSON round-trips, unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Recommender(ABC):
    """A movie recommender.

    A subclass sets `key`, `title`, `summary` and `config_class` and implements `_fit`, `_score`, `_predict`,
    `_explain` and `_similar`. `_fit` returns named arrays, which are all that is ever stored; `_bind` may derive
    cheap views from them after both `fit` and `load`. Nothing changes after that: worker processes share the
    arrays, which are read-only.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    config_class: ClassVar[type[AlgorithmConfig]] = AlgorithmConfig
    member_keys: ClassVar[tuple[str, ...]] = ()

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

    # --- fitting and storing ------------------------------------------------------------------------------

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

    def artifact(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Return what is to be stored: the arrays and the manifest's algorithm part."""
        manifest = {
            "kind": "model",
            "format_version": ARTIFACT_VERSION,
            "algorithm": self.key,
            "config": self.config.model_dump(mode="json"),
            "members": sorted(self.members),
            "dataset": {"name": self.dataset.name, "fingerprint": self.dataset.fingerprint},
        }
        return self.arrays, manifest

    def save(self, path: Path | str) -> Path:
        """Write the model to a directory atomically; members go to sibling directories of their own keys."""
        directory = Path(path)
        for key, member in self.members.items():
            sibling = directory.parent / key
            if not sibling.exists():
                member.save(sibling)
        arrays, manifest = self.artifact()
        return write_array_dir(directory, arrays, manifest)

    @classmethod
    def load(cls, path: Path | str, dataset: Dataset, members: Mapping[str, "Recommender"] | None = None) -> Self:
        """Open a stored model by memory map.

        Parameters
        ----------
        path : path
            The directory that `save` wrote.
        dataset : Dataset
            The data set on which the model was fitted.
        members : mapping of key to Recommender, optional
            Loaded members of an ensemble, which are then shared; the others are loaded from sibling directories.

        Raises
        ------
        ArtifactError
            When the directory is missing, damaged, of another algorithm or fitted on other data.
        """
        directory = Path(path)
        manifest = read_manifest(directory, what="model", remedy=_RETRAIN)
        if manifest.get("algorithm") != cls.key or manifest.get("format_version") != ARTIFACT_VERSION:
            raise ArtifactError(
                f"{directory} holds {manifest.get('algorithm')!r} in format {manifest.get('format_version')!r}, "
                f"not {cls.key!r} in format {ARTIFACT_VERSION}. {_RETRAIN}"
            )
        trained_on = manifest.get("dataset", {})
        if trained_on.get("fingerprint") != dataset.fingerprint:
            raise ArtifactError(
                f"{directory} was trained on other data ({trained_on.get('name')}, fingerprint "
                f"{str(trained_on.get('fingerprint'))[:12]}; serving {dataset.name}, {dataset.fingerprint[:12]}). "
                f"{_RETRAIN}"
            )
        try:
            model = cls(manifest.get("config"))
        except ConfigurationError as error:
            raise ArtifactError(f"{directory}: {error} {_RETRAIN}") from error
        model.members = cls._load_members(directory, manifest, dataset, members or {})
        model._attach(dataset, open_arrays(directory, manifest, remedy=_RETRAIN))
        return model

    @classmethod
    def _load_members(
        cls, directory: Path, manifest: dict[str, Any], dataset: Dataset, given: Mapping[str, "Recommender"]
    ) -> dict[str, "Recommender"]:
        from core.recommenders.registry import recommender_class

        members: dict[str, Recommender] = {}
        for key in manifest.get("members", []):
            members[key] = given.get(key) or recommender_class(key).load(directory.parent / key, dataset, members)
        return members

    @property
    def fitted(self) -> bool:
        """Whether the model can be asked."""
        return self._arrays is not None

    @property
    def dataset(self) -> Dataset:
        """The data set on which the model was fitted."""
        if self._dataset is None:
            raise NotFittedError(f"{self.key!r} has not been fitted. Call fit(dataset) or load(path, dataset) first.")
        return self._dataset

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The fitted arrays, read-only."""
        if self._arrays is None:
            raise NotFittedError(f"{self.key!r} has not been fitted. Call fit(dataset) or load(path, dataset) first.")
        return self._arrays

    # --- asking -------------------------------------------------------------------------------------------

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
        self._check_items(profile.items)
        scores = self._score(profile)
        return scores if items is None else scores[self._check_items(items)]

    def predict(self, profile: Profile, items: ArrayLike) -> NDArray[np.float32]:
        """Return predicted ratings in stars, within the data set's scale; NaN where the algorithm cannot say.

        Parameters
        ----------
        profile : Profile
            Ratings of the movies asked for are left out of their own prediction only if the caller removes them.
        items : array_like of int
            Dense movie indices.
        """
        self._check_items(profile.items)
        low, high = self.dataset.rating_range
        predicted = self._predict(profile, self._check_items(items))
        return np.clip(predicted, low, high).astype(np.float32, copy=False)

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
        allowed = self._candidate_mask(candidates)
        # The scores are this call's own: no second array of the catalogue's length.
        if allowed is not None:
            np.copyto(scores, np.float32(np.nan), where=~allowed)
        if exclude_rated:
            scores[profile.items] = np.nan
        items = top_n(scores, n)
        return items, scores[items].astype(np.float32, copy=False)

    def similar(self, item: int, n: int = 10) -> Neighbours:
        """Return the movies most similar to a movie, without the movie itself.

        Parameters
        ----------
        item : int
            Dense movie index.
        n : int
        """
        if n < 1:
            raise InvalidInputError(f"n must be at least 1, not {n}.")
        wanted = int(self._check_items([item])[0])
        similarities = self._similar(wanted).astype(np.float32, copy=True)
        similarities[wanted] = np.nan
        items = top_n(similarities, n)
        return Neighbours(items, similarities[items])

    def explain(self, profile: Profile, item: int) -> Explanation:
        """Return why `item` has its score: contributions that add up to it.

        Raises
        ------
        InvalidInputError
            When the algorithm has no score for the movie.
        """
        wanted = int(self._check_items([item])[0])
        score = float(self.score(profile, [wanted])[0])
        if not np.isfinite(score):
            raise InvalidInputError(
                f"{self.title} has no score for {self.dataset.movies.title(wanted)}: nothing in the profile or the "
                "data says anything about it. Choose another algorithm."
            )
        contributions = sorted(self._explain(profile, wanted), key=lambda part: -abs(part.value))
        films = sorted(self._explain_films(profile, wanted), key=lambda part: -abs(part.value))
        predicted = float(self.predict(profile, [wanted])[0])
        return Explanation(
            algorithm=self.key,
            item=wanted,
            score=score,
            predicted_rating=predicted if np.isfinite(predicted) else None,
            contributions=contributions,
            films=films,
        )

    # --- what algorithms implement ------------------------------------------------------------------------

    @abstractmethod
    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        """Return the arrays that make up the model."""

    def _bind(self) -> None:  # noqa: B027  (optional hook)
        """Derive cheap views from `arrays` after `fit` and `load`."""

    @abstractmethod
    def _score(self, profile: Profile) -> NDArray[np.float32]:
        """Return ranking scores of all movies, float32 of shape (n_movies,), not shared with the model."""

    @abstractmethod
    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return predicted stars, not clipped."""

    @abstractmethod
    def _similar(self, item: int) -> NDArray[np.float32]:
        """Return the similarity of every movie to `item`, NaN or -inf where there is none."""

    @abstractmethod
    def _explain(self, profile: Profile, item: int) -> list[Contribution]:
        """Return summands of the score of `item`."""

    def _explain_films(self, profile: Profile, item: int) -> list[Contribution]:
        """Return a second exact split of the score by the profile's films, where there is one."""
        return []

    def _movie_contributions(
        self, profile: Profile, values: NDArray[Any], rest: float = 0.0, rest_label: str = "The film itself"
    ) -> list[Contribution]:
        """Return one contribution per film of the profile and, where it is not zero, one of kind ``bias``."""
        title = self.dataset.movies.title
        parts = [
            Contribution("movie", int(item), title(int(item)), float(value))
            for item, value in zip(profile.items, values, strict=True)
            if value != 0
        ]
        return [*parts, Contribution("bias", -1, rest_label, rest)] if rest != 0 or not parts else parts

    # --- validation ---------------------------------------------------------------------------------------

    def _check_items(self, items: ArrayLike) -> NDArray[np.int32]:
        n_movies = self.dataset.n_movies
        array = np.asarray(items)
        if array.dtype.kind not in "iu" and array.size:
            raise InvalidInputError(f"Movie indices must be integers, not {array.dtype}.")
        if array.size and (int(array.min()) < 0 or int(array.max()) >= n_movies):
            raise InvalidInputError(f"Movie indices must be between 0 and {n_movies - 1}.")
        return array.astype(np.int32, copy=False).ravel()

    def _candidate_mask(self, candidates: NDArray[np.bool_] | ArrayLike | None) -> NDArray[np.bool_] | None:
        if candidates is None:
            return None
        array = np.asarray(candidates)
        if array.dtype == np.bool_:
            if array.shape != (self.dataset.n_movies,):
                raise InvalidInputError(
                    f"A mask of candidates needs {self.dataset.n_movies} values, not {array.shape}."
                )
            return array
        mask = np.zeros(self.dataset.n_movies, dtype=bool)
        mask[self._check_items(array)] = True
        return mask
