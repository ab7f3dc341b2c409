"""The hybrid: what several recommenders say, combined by weights learned on ratings they have not seen."""

from collections.abc import Mapping
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.splits import draw_users, holdout_per_user
from core.errors import InvalidInputError
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.hybrid.leaders import leaders
from core.recommenders.hybrid.liking import LIKING, LOW, Liking
from core.recommenders.hybrid.next_learning import learn_next
from core.recommenders.hybrid.opening import Opening, opening_list
from core.recommenders.hybrid.ranking_blend import RankingBlend
from core.recommenders.hybrid.rating_stack import RatingStack, StackedRating
from core.recommenders.parts.contributions import film_contributions
from core.recommenders.parts.new_films import NewFilms, new_films
from core.recommenders.parts.recency import steps_back
from core.recommenders.parts.top_n import top_n
from core.recommenders.registry import recommender_class
from core.recommenders.results import Contribution, Scoring
from core.recommenders.validation import candidate_mask
from core.views import MAX_FACTOR

__all__ = ["Hybrid", "HybridConfig"]

_HEAVY = frozenset({"als", "bayesian_mf"})
_EARLY = 100
"""Lists up to this length are looked for without the stars of all likely films."""
_TITLES = {LIKING: "How much it would please", LOW: "Fewer stars than usual"}


class HybridConfig(AlgorithmConfig):
    """Configuration of `Hybrid`."""

    rating_members: tuple[str, ...] = ("bayesian_mf", "item_knn", "svd")
    """Whose stars are stacked, the most accurate first."""
    ranking_members: tuple[str, ...] = ("ease", "svd", "item_knn", "als", "user_knn", "popularity", "bayesian_mf")
    """Whose scores order the list."""
    love: float = Field(default=0.75, ge=0, le=1)
    """The list's order: 0 is what one would come to watch, 1 what one would love. The default lists the most liked
    films of ml-100k among .5, .75 and 1, measured on splits of seeds 1 and 2, which the published tables do not use:
    NDCG@10 .416, .4163 and .415. The first of these lists more of all films, the last fewer disliked ones."""
    lately: float = Field(default=0.0, ge=0, le=1)
    """From the order of `love` (0) to that of the film that comes next after the last ones (1). The figures of random
    splits, where held-out films are not the last ones, are those of 0."""
    next_members: tuple[str, ...] = ("slist", "ease")
    """Whose scores order the films that come next; others were given no weight, or listed fewer of them."""
    heavy_limit: int = Field(default=2_000_000, ge=0)
    """Above this many ratings `als` and `bayesian_mf` are left out: they take minutes to fit there."""
    learning_limit: int = Field(default=1_000_000, ge=1)
    """The weights are learned on all ratings of so many randomly drawn users that they have at most about as many."""
    held_out: float = Field(default=0.2, gt=0, lt=1)
    """Share of each of these users' ratings on which the weights are learned."""
    seed: int = 0


class Hybrid(Recommender):
    """Stars from a `RatingStack`, the list's order from a `RankingBlend`, both over the same members.

    A second blend, of `next_members`, orders by what comes next after the last films; `lately` lies between the two.

    Who has rated nothing gets the `opening` list: films of different kinds that many people liked.
    For the weights every member is fitted a second time without a fifth of each user's ratings (of a sample of the
    users where there are many), as `config_for_weights` says; they are learned on that fifth and then used with the
    members that know all ratings.
    """

    key = "hybrid"
    title = "Hybrid"
    summary = "All the others together, each trusted as far as it proved right on ratings it had not seen."
    similarity = "sum over its members of one divided by 60 plus the film's rank in their order"
    config_class = HybridConfig
    loves = True
    config: HybridConfig
    member_keys = ("bayesian_mf", "item_knn", "svd", "ease", "als", "user_knn", "popularity", "slist")
    may_be_nan = ("opening_liked",)

    def config_at(self, n_ratings: int) -> HybridConfig:
        """Return the configuration that has the members of a data set of so many ratings."""
        heavy = n_ratings > self.config.heavy_limit
        return self.config.model_copy(update={"heavy_limit": 0}) if heavy else self.config

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        config = self.config
        heavy = _HEAVY if dataset.n_ratings > config.heavy_limit else frozenset()
        rating_keys = [key for key in config.rating_members if key not in heavy]
        ranking_keys = [key for key in config.ranking_members if key not in heavy]
        next_keys = [key for key in config.next_members if key not in heavy]
        wanted = list(dict.fromkeys([*rating_keys, *ranking_keys, *next_keys]))
        models = {key: self.members.get(key) or recommender_class(key)() for key in wanted}
        part = self._learning_part(dataset)
        split = holdout_per_user(part, config.held_out, config.seed)
        missing = [key for key in wanted if key not in self.members]
        steps = len(wanted) + len(missing)

        def fitted(key: str, config: AlgorithmConfig, on: Dataset, step: int) -> Recommender:
            return recommender_class(key)(config).fit(
                on,
                lambda done, text: progress(0.95 * (step + done) / steps, f"{recommender_class(key).title}: {text}"),
            )

        inner = {
            key: fitted(key, model.config_for_weights(), split.train, step)
            for step, (key, model) in enumerate(models.items())
        }
        stack = RatingStack.fit({key: inner[key] for key in rating_keys}, split)
        liking = Liking(stack, inner, split.train)
        blend = RankingBlend.fit({key: inner[key] for key in ranking_keys}, split, config.seed, liking)
        following = learn_next({key: inner[key] for key in next_keys}, part, split, config.seed)
        inner.clear()
        for number, key in enumerate(missing):
            self.members[key] = fitted(key, models[key].config, dataset, len(wanted) + number)
        self.members = {key: self.members[key] for key in wanted}
        progress(1.0, "learned the weights")
        return {
            "rating_keys": np.array([config.rating_members.index(key) for key in rating_keys], dtype=np.int32),
            "ranking_keys": np.array([config.ranking_members.index(key) for key in ranking_keys], dtype=np.int32),
            **stack.on(dataset).arrays(),
            **blend.arrays(),
            "next_keys": np.array([config.next_members.index(key) for key in next_keys], dtype=np.int32),
            "next_weights": following.weights,
            **opening_list(dataset).arrays(),
            **new_films(dataset).arrays(),
        }

    def _learning_part(self, dataset: Dataset) -> Dataset:
        """Return the ratings of so many random users that they have at most about `learning_limit`."""
        if dataset.n_ratings <= self.config.learning_limit:
            return dataset
        drawn = draw_users(dataset, self.config.learning_limit, self.config.seed)
        return dataset.with_ratings(np.repeat(drawn, np.diff(dataset.user_indptr)))

    def _bind(self) -> None:
        config, arrays = self.config, self.arrays
        rating_keys = [config.rating_members[position] for position in arrays["rating_keys"].tolist()]
        ranking_keys = [config.ranking_members[position] for position in arrays["ranking_keys"].tolist()]
        self._stack = RatingStack.from_arrays(rating_keys, arrays, self.dataset)
        self._learned = RankingBlend.from_arrays([*ranking_keys, LIKING, LOW], arrays)
        self._blend = self._learned.at(config.love)
        next_keys = [config.next_members[position] for position in arrays["next_keys"].tolist()]
        self._next = RankingBlend(next_keys, arrays["next_weights"])
        self._opening = Opening.from_arrays(arrays)
        self._new = NewFilms.from_arrays(arrays)

    @property
    def titles(self) -> dict[str, str]:
        """What to call each summand of the list's order: the members and the two parts of `Liking`."""
        return {**{key: member.title for key, member in self.members.items()}, **_TITLES}

    def influence(self, length: int | None = None) -> dict[str, dict[str, float]]:
        """Return the learned weights of the members, for the ``rating`` and for the ``ranking``.

        Parameters
        ----------
        length : int, optional
            Number of ratings of the profile, on which the weights of the ranking depend; by default a long one.
        """
        return {"rating": self._stack.influence(), "ranking": self._blend.influence(length)}

    def ordered(self, love: float | None = None, lately: float | None = None) -> "Hybrid":
        love = self.config.love if love is None else love
        lately = self.config.lately if lately is None else lately
        if not 0 <= love <= 1:
            raise InvalidInputError(f"The order must lie between 0 (watch) and 1 (love), not {love}.")
        if not 0 <= lately <= 1:
            raise InvalidInputError(f"Closeness to the last films lies between 0 and 1, not at {lately}.")
        changed = copy(self)
        changed.config = self.config.model_copy(update={"love": love, "lately": lately})
        changed._blend = self._learned.at(love)
        return changed

    def what_if(
        self, ranking: Mapping[str, float] | None = None, rating: Mapping[str, float] | None = None
    ) -> "Hybrid":
        """Return a hybrid over the same members that trusts some of them more or less than was learned.

        Parameters
        ----------
        ranking, rating : mapping of key to float, optional
            By what to multiply a member's weight in the list's order, and what a member adds to the stars: 0 to 10;
            1 is as learned, and so is a member that is not named.

        Raises
        ------
        InvalidInputError
            For a name that is no member of that part, a factor outside the range, or an order that nobody is left
            to decide.
        """
        changed = copy(self)
        factors = _factors("ranking", self._blend.keys, ranking)
        changed._learned, changed._blend = self._learned.reweighted(factors), self._blend.reweighted(factors)
        known = {key: factor for key, factor in (ranking or {}).items() if key in self._next.keys}
        changed._next = self._next.reweighted(_factors("ranking", self._next.keys, known))
        changed._stack = self._stack.reweighted(_factors("rating", self._stack.keys, rating))
        if not any(value for key, value in changed.influence()["ranking"].items() if key not in _TITLES):
            raise InvalidInputError("Nobody is left to order the list: leave one member of weight above 0.")
        # What is stored is what answers: a changed hybrid that is saved comes back changed.
        changed._arrays = {
            **self.arrays,
            **changed._stack.arrays(),
            **changed._learned.arrays(),
            "next_weights": changed._next.weights,
        }
        for array in changed._arrays.values():
            array.setflags(write=False)
        return changed

    @property
    def _liking(self) -> Liking:
        return Liking(self._stack, self.members, self.dataset)

    def rating_parts(self, profile: Profile, items: NDArray[np.int32]) -> StackedRating:
        """Return predicted stars split by member; they add up to the prediction before it is clipped."""
        return self._stack.predict(self.members, profile, items)

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        if not len(profile):
            return self._new.filled(self._opening.scores())
        return self._new.filled(self._total(profile))

    def _scoring(self, profile: Profile) -> Scoring:
        if not len(profile):
            return Scoring(profile, self._new.filled(self._opening.scores()))
        members: dict[str, NDArray[np.float32]] = {}
        return Scoring(profile, self._new.filled(self._total(profile, members)), members)

    def best(
        self,
        profile: Profile,
        n: int,
        exclude_rated: bool = True,
        candidates: NDArray[np.bool_] | ArrayLike | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        self._check(profile)
        weights = self._blend.pleasing(len(profile))
        usual = len(profile) and not self.config.lately and not len(self._new.items)
        if not (usual and weights and 0 < n <= _EARLY):
            return super().best(profile, n, exclude_rated, candidates)
        free = np.ones(self.dataset.n_movies, dtype=bool)
        if candidates is not None:
            free &= candidate_mask(candidates, len(free))
        if exclude_rated:
            free[profile.items] = False
        found = leaders(profile.once(self, Hybrid._watched), self._liking, weights, profile, n, free)
        if found is None:
            return super().best(profile, n, exclude_rated, candidates)
        profile.once(self, Hybrid._foretold).update(zip(found.items.tolist(), found.stars.tolist(), strict=True))
        return found.items, found.scores

    def _watched(self, profile: Profile) -> NDArray[np.float32]:
        """Return the order by what one would come to watch alone."""
        return self._blend.watched(self.members, profile)

    def _foretold(self, _profile: Profile) -> dict[int, float]:
        """Return the stars that making a list has told already: an empty mapping to begin with."""
        return {}

    def _total(self, profile: Profile, kept: dict[str, NDArray[np.float32]] | None = None) -> NDArray[np.float32]:
        """Return the order between the two blends; NaN for what one of them knows nothing of."""
        lately = np.float32(self.config.lately)
        if not lately:
            if kept is None:
                watched = profile.once(self, Hybrid._watched)
                return self._blend.pleased(watched.copy(), profile, self._liking)
            return self._blend.total(self.members, profile, self._liking, kept)
        kept = {} if kept is None else kept
        following = self._next.total(self.members, profile, kept=kept)
        if lately == 1:
            return following
        usual = self._blend.total(self.members, profile, self._liking, kept)
        usual *= 1 - lately
        usual += lately * following
        return usual

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        told = profile.once(self, Hybrid._foretold)
        if told and len(items) <= len(told):
            stars = [told.get(item) for item in items.tolist()]
            if None not in stars:
                return np.array(stars, dtype=np.float32)
        return self._stack.stars(self.members, profile, items)

    def _spread(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the spread that the most accurate member knows of: stacking moves the stars little."""
        keys = (key for key in self._stack.keys if type(self.members[key])._spread is not Recommender._spread)
        first = next(keys, None)
        return super()._spread(profile, items) if first is None else self.members[first]._spread(profile, items)

    def _similar(self, item: int) -> NDArray[np.float32]:
        members = (self.members[key] for key in self._blend.keys if key in self.members)
        found = [member._similar(item) for member in members if member.similarity]
        ranks = np.zeros(self.dataset.n_movies, dtype=np.float32)
        for similarity in found:
            # Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): the measures are not comparable.
            order = top_n(similarity.astype(np.float32), 200)
            ranks[order] += 1.0 / (60.0 + np.arange(len(order), dtype=np.float32))
        ranks[ranks == 0] = np.nan
        return ranks

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        placed = self._new.explain(scoring.scores, item, self.dataset)
        if placed is not None:
            return placed
        if not len(scoring.profile):
            return self._opening.explain(item)
        titles, values = self.titles, dict[str, float]()
        for blend, share in self._blends():
            for key, part in blend.parts(scoring.members, scoring.profile).items():
                values[key] = values.get(key, 0.0) + share * float(part[item])
        return [
            Contribution("model", number, titles[key], value, pleasing=key in _TITLES)
            for number, (key, value) in enumerate(values.items())
        ]

    def _blends(self) -> list[tuple[RankingBlend, float]]:
        """Return the blends that have a say, each with its share."""
        lately = self.config.lately
        return [(blend, share) for blend, share in ((self._blend, 1 - lately), (self._next, lately)) if share]

    def _explain_items(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        if not len(profile) or item in self._new.items:
            return []
        values = np.zeros(len(profile))
        for key, scores in scoring.members.items():
            if key in self.members and np.isfinite(scores[item]):
                own = _item_values(self.members[key], Scoring(profile, scores), item)
                for blend, share in self._blends():
                    if key in blend.keys:
                        values += share * blend.slope(key, scores, profile) * own
        rest = float(scoring.scores[item]) - float(values.sum())
        everybody = Contribution("bias", -1, "What holds for everyone", rest, popularity=True)
        back = steps_back(profile) if self.config.lately else None
        return film_contributions(self.dataset, profile, values, everybody, back)


def _item_values(member: Recommender, scoring: Scoring, item: int) -> NDArray[np.float64]:
    """Return what each film of the profile adds to a member's score, as far as it says so."""
    parts = member._explain_items(scoring, item) or member._explain(scoring, item)
    values = np.zeros(len(scoring.profile))
    for part in parts:
        if part.kind == "movie":
            values[int(np.searchsorted(scoring.profile.items, part.id))] += part.value
    return values


def _factors(part: str, keys: tuple[str, ...], given: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Return the factor of every member, 1 for those that are not named."""
    for key, factor in (given or {}).items():
        if key not in keys:
            raise InvalidInputError(f"{key!r} has no part in the hybrid's {part}. Choose from: {', '.join(keys)}.")
        if not 0 <= factor <= MAX_FACTOR:
            raise InvalidInputError(f"The factor of {key!r} must be between 0 and {MAX_FACTOR:g}, not {factor}.")
    return np.array([(given or {}).get(key, 1.0) for key in keys], dtype=np.float64)
