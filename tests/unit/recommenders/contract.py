"""What every algorithm must keep: one suite, inherited once, run over the whole registry."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from core.data import arraydir
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import ArtifactError, ConfigurationError, InvalidInputError, JobCancelledError, NotFittedError
from core.lists.counterfactuals import counterfactuals, weightiest_films
from core.lists.sentences import describe
from core.recommenders.base import Recommender
from core.recommenders.registry import algorithm_keys, recommender_class
from core.store.artifact import save_model
from core.store.loader import load_model
from tests.toy import toy_dataset

IMPERSONAL = frozenset({"popularity"})
"""Algorithms whose list is the same for everyone."""
WITHOUT_COLLABORATION = frozenset({"popularity", "content", "bayesian_mf"})
"""Algorithms that cannot know what like-minded people chose: they see no people, or only the stars they gave."""

PROFILES: dict[str, Callable[[Dataset], Profile]] = {
    "stored": lambda dataset: dataset.profile(0),
    "another stored": lambda dataset: dataset.profile(dataset.n_users - 1),
    "visitor": lambda dataset: Profile.of([0, 2, 4, 7], [5.0, 4.5, 4.0, 1.0]),
    "one rating": lambda dataset: Profile.of([3], [4.5]),
    "one bad rating": lambda dataset: Profile.of([3], [0.5]),
    "all the same": lambda dataset: Profile.of([1, 3, 5], [3.0, 3.0, 3.0]),
    "an unrated film": lambda dataset: Profile.of([dataset.n_movies - 1], [4.0]),
    "nearly everything": lambda dataset: Profile.of(
        np.arange(dataset.n_movies - 5), np.tile([2.0, 4.5], dataset.n_movies)[: dataset.n_movies - 5]
    ),
    "empty": lambda dataset: Profile.empty(),
}
"""The kinds of profile that every algorithm must serve."""

each_profile = pytest.mark.parametrize("kind", PROFILES)


@dataclass(frozen=True)
class Fitted:
    """A model with the data set on which it was fitted."""

    key: str
    dataset: Dataset
    model: Recommender


def digest(model: Recommender) -> str:
    """Return a hash over all of a model's arrays."""
    found = hashlib.sha256()
    for name, array in sorted(model.arrays.items()):
        found.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def assert_sums_to(values: list[float], score: float) -> None:
    """Compare a sum with a score, relative to the largest number involved."""
    largest = max(1e-6, abs(score), *(abs(value) for value in values))
    assert abs(sum(values) - score) <= 1e-3 * largest


class RecommenderContract:
    """A subclass brings the fixtures `fitted` (on the toy data set) and `checkered` (on the checkerboard)."""

    # --- what it is ---------------------------------------------------------------------------------------

    def test_it_says_what_it_is(self, fitted: Fitted):
        found = recommender_class(fitted.key)
        assert found.key == fitted.key
        assert found.title
        assert found.summary.endswith(".")
        assert set(found.member_keys) <= set(algorithm_keys())
        assert isinstance(fitted.model, found)
        assert fitted.model.fitted

    def test_its_configuration_round_trips_through_json(self, fitted: Fitted):
        config = fitted.model.config
        again = type(config).model_validate_json(config.model_dump_json())
        assert again == config
        assert recommender_class(fitted.key)(config.model_dump(mode="json")).config == config

    def test_its_configuration_refuses_unknown_names(self, fitted: Fitted):
        with pytest.raises(ConfigurationError, match="no_such_option"):
            recommender_class(fitted.key)({"no_such_option": 1})

    def test_it_says_so_when_asked_before_fitting(self, fitted: Fitted):
        with pytest.raises(NotFittedError):
            recommender_class(fitted.key)().score(Profile.empty())

    # --- fitting ------------------------------------------------------------------------------------------

    def test_fitting_twice_gives_the_same_model(self, fitted: Fitted):
        again = recommender_class(fitted.key)(fitted.model.config)
        again.fit(fitted.dataset, members=fitted.model.members)
        assert digest(again) == digest(fitted.model)

    def test_fitting_reports_and_can_be_stopped(self, fitted: Fitted):
        reported: list[float] = []

        def stop(done: float, text: str) -> None:
            assert 0 <= done <= 1
            assert text
            reported.append(done)
            raise JobCancelledError("stopped")

        with pytest.raises(JobCancelledError):
            recommender_class(fitted.key)(fitted.model.config).fit(
                fitted.dataset, progress=stop, members=fitted.model.members
            )
        assert len(reported) == 1

    def test_data_without_ratings_are_refused(self, fitted: Fitted):
        nothing = fitted.dataset.with_ratings(np.zeros(fitted.dataset.n_ratings, dtype=bool))
        with pytest.raises(InvalidInputError, match="no ratings"):
            recommender_class(fitted.key)().fit(nothing)

    # --- scoring ------------------------------------------------------------------------------------------

    @each_profile
    def test_scores_are_one_float_per_film(self, fitted: Fitted, kind: str):
        scores = fitted.model.score(PROFILES[kind](fitted.dataset))
        assert scores.shape == (fitted.dataset.n_movies,)
        assert scores.dtype == np.float32
        assert not np.isinf(scores).any()
        assert np.isfinite(scores).any()

    @each_profile
    def test_scores_of_some_films_are_those_of_all(self, fitted: Fitted, kind: str):
        profile = PROFILES[kind](fitted.dataset)
        chosen = [5, 0, fitted.dataset.n_movies - 1]
        np.testing.assert_array_equal(
            fitted.model.score(profile, chosen), fitted.model.score(profile)[chosen], strict=True
        )

    def test_scores_belong_to_the_caller(self, fitted: Fitted):
        profile = PROFILES["visitor"](fitted.dataset)
        first = fitted.model.score(profile)
        kept = first.copy()
        first[:] = 7
        np.testing.assert_array_equal(fitted.model.score(profile), kept)

    def test_taste_changes_the_list(self, fitted: Fitted):
        even = fitted.model.score(Profile.of([0, 2, 4, 6, 8], [5.0] * 5), np.arange(20, 40))
        odd = fitted.model.score(Profile.of([1, 3, 5, 7, 9], [5.0] * 5), np.arange(20, 40))
        assert np.array_equal(even, odd, equal_nan=True) == (fitted.key in IMPERSONAL)

    # --- predicting ---------------------------------------------------------------------------------------

    @each_profile
    def test_predictions_stay_within_the_scale(self, fitted: Fitted, kind: str):
        items = np.arange(fitted.dataset.n_movies)
        predicted = fitted.model.predict(PROFILES[kind](fitted.dataset), items)
        low, high = fitted.dataset.rating_range
        known = predicted[np.isfinite(predicted)]
        assert predicted.shape == items.shape
        assert predicted.dtype == np.float32
        assert ((known >= low) & (known <= high)).all()
        assert fitted.model.predict(PROFILES[kind](fitted.dataset), []).shape == (0,)

    # --- recommending -------------------------------------------------------------------------------------

    @each_profile
    def test_a_list_is_ordered_by_score_and_then_by_index(self, fitted: Fitted, kind: str):
        profile = PROFILES[kind](fitted.dataset)
        found = fitted.model.recommend(profile, 12)
        scores = fitted.model.score(profile)
        scores[profile.items] = np.nan
        order = np.lexsort((np.arange(len(scores)), -scores))
        expected = order[np.isfinite(scores[order])][:12]
        assert found.items.tolist() == expected.tolist()
        np.testing.assert_array_equal(found.scores, scores[expected])
        np.testing.assert_array_equal(found.predicted, fitted.model.predict(profile, expected))
        assert (found.algorithm, found.items.dtype, found.scores.dtype) == (fitted.key, np.int32, np.float32)

    def test_what_was_rated_is_listed_only_on_request(self, fitted: Fitted):
        profile = fitted.dataset.profile(0)
        everything = fitted.dataset.n_movies
        assert not set(fitted.model.recommend(profile, everything).items) & set(profile.items)
        assert set(fitted.model.recommend(profile, everything, exclude_rated=False).items) & set(profile.items)

    def test_only_candidates_are_listed_and_never_more(self, fitted: Fitted):
        profile = PROFILES["visitor"](fitted.dataset)
        mask = np.zeros(fitted.dataset.n_movies, dtype=bool)
        mask[[9, 11, 13]] = True
        by_mask = fitted.model.recommend(profile, 10, candidates=mask)
        by_index = fitted.model.recommend(profile, 10, candidates=[13, 9, 11])
        assert set(by_mask.items.tolist()) <= {9, 11, 13}
        assert by_mask.items.tolist() == by_index.items.tolist()
        assert len(fitted.model.recommend(profile, 10, candidates=np.zeros_like(mask))) == 0

    @pytest.mark.parametrize("n", [0, -1])
    def test_a_list_of_nothing_is_refused(self, fitted: Fitted, n: int):
        with pytest.raises(InvalidInputError, match="n must be"):
            fitted.model.recommend(Profile.empty(), n)

    def test_a_nearly_complete_profile_gives_a_short_list(self, fitted: Fitted):
        found = fitted.model.recommend(PROFILES["nearly everything"](fitted.dataset), 10)
        assert len(found) <= 5

    def test_a_newcomer_gets_films_that_many_know(self, fitted: Fitted):
        found = fitted.model.recommend(Profile.empty(), 10)
        counts = fitted.dataset.movie_counts
        assert len(found) == 10
        assert np.median(counts[found.items]) >= np.median(counts)

    @each_profile
    def test_films_that_nobody_rated_do_not_lead(self, fitted: Fitted, kind: str):
        found = fitted.model.recommend(PROFILES[kind](fitted.dataset), 3)
        assert (fitted.dataset.movie_counts[found.items] > 0).all()

    def test_like_minded_people_find_the_film_that_is_left_out(self, checkered: Fitted):
        if checkered.key in WITHOUT_COLLABORATION:
            return
        users = range(checkered.dataset.n_users)
        hits = [checkered.model.recommend(checkered.dataset.profile(user), 1).items[0] == user for user in users]
        assert np.mean(hits) >= 0.9

    def test_visitors_with_one_colour_get_that_colour(self, checkered: Fitted):
        if checkered.key in WITHOUT_COLLABORATION:
            return
        for colour in (0, 1):
            visitor = Profile.of(np.arange(colour, 24, 2), np.full(12, 4.0) + np.arange(12) % 3 / 2)
            found = checkered.model.recommend(visitor, 5)
            assert (found.items % 2 == colour).all()

    # --- explaining ---------------------------------------------------------------------------------------

    @each_profile
    def test_contributions_add_up_to_the_score(self, fitted: Fitted, kind: str):
        profile = PROFILES[kind](fitted.dataset)
        scores = fitted.model.score(profile)
        listed = fitted.model.recommend(profile, 4).items.tolist()
        others = [item for item in (0, 17, 40) if np.isfinite(scores[item])]
        for item in listed + others:
            explanation = fitted.model.explain(profile, item)
            assert explanation.score == pytest.approx(float(scores[item]))
            assert explanation.contributions
            assert all(part.label for part in explanation.contributions)
            assert_sums_to([part.value for part in explanation.contributions], explanation.score)
            if explanation.films:
                assert_sums_to([part.value for part in explanation.films], explanation.score)
            text = describe(fitted.dataset, profile, explanation)
            assert text.endswith((".", "!", "?"))
            assert "nan" not in text.lower().split()

    def test_films_that_are_named_were_rated(self, fitted: Fitted):
        profile = fitted.dataset.profile(0)
        item = int(fitted.model.recommend(profile, 1).items[0])
        explanation = fitted.model.explain(profile, item)
        named = [part.id for part in (*explanation.contributions, *explanation.films) if part.kind == "movie"]
        assert set(named) <= {*profile.items.tolist(), -1}
        people = [part.id for part in explanation.contributions if part.kind == "neighbour"]
        assert profile.user not in people
        assert all(-1 <= person < fitted.dataset.n_users for person in people)

    @each_profile
    def test_a_counterfactual_is_the_rank_in_the_list_without_the_rating(self, fitted: Fitted, kind: str):
        model, profile = fitted.model, PROFILES[kind](fitted.dataset)
        everything = fitted.dataset.n_movies
        listed = model.recommend(profile, everything).items.tolist()
        for item in {*listed[:1], *listed[4:5]}:
            films = weightiest_films(model.explain(profile, item))
            assert len(films) <= 3
            for found in counterfactuals(model, model.scoring(profile), item, films):
                kept = profile.items != found.film
                without = Profile.of(profile.items[kept], profile.ratings[kept], user=profile.user)
                again = [other for other in model.recommend(without, everything).items if other != found.film]
                assert found.rating == profile.ratings[~kept].item()
                assert found.rank == listed.index(item) + 1
                assert found.rank_without == (again.index(item) + 1 if item in again else None)

    def test_a_film_without_a_score_has_no_explanation(self, fitted: Fitted):
        profile = PROFILES["one rating"](fitted.dataset)
        for item in np.flatnonzero(np.isnan(fitted.model.score(profile)))[:2].tolist():
            with pytest.raises(InvalidInputError, match="no score"):
                fitted.model.explain(profile, item)

    # --- neighbours ---------------------------------------------------------------------------------------

    def test_similar_films_are_others_the_closest_first(self, fitted: Fitted):
        for item in (0, 5, fitted.dataset.n_movies - 1):
            found = fitted.model.similar(item, 8)
            assert item not in found.items
            assert len(set(found.items.tolist())) == len(found) <= 8
            assert np.isfinite(found.similarities).all()
            assert (np.diff(found.similarities) <= 0).all()
            assert (found.items.dtype, found.similarities.dtype) == (np.int32, np.float32)

    # --- bad input ----------------------------------------------------------------------------------------

    @pytest.mark.parametrize("item", [-1, 10**6])
    def test_a_film_outside_the_data_set_is_refused(self, fitted: Fitted, item: int):
        model, someone = fitted.model, PROFILES["visitor"](fitted.dataset)
        outside = Profile(np.array([item], dtype=np.int32), np.array([4.0], dtype=np.float32))
        for ask in (
            lambda: model.score(outside),
            lambda: model.score(someone, [item]),
            lambda: model.predict(someone, [item]),
            lambda: model.recommend(someone, 3, candidates=[item]),
            lambda: model.explain(someone, item),
            lambda: model.similar(item, 3),
        ):
            with pytest.raises(InvalidInputError, match="between 0 and"):
                ask()

    def test_a_mask_of_the_wrong_length_is_refused(self, fitted: Fitted):
        with pytest.raises(InvalidInputError, match="mask"):
            fitted.model.recommend(Profile.empty(), 3, candidates=np.ones(3, dtype=bool))

    # --- storing ------------------------------------------------------------------------------------------

    def test_a_stored_model_answers_the_same_from_read_only_maps(self, fitted: Fitted, tmp_path: Path, monkeypatch):
        monkeypatch.setattr(arraydir, "_IN_MEMORY_BELOW", 0)
        directory = save_model(fitted.model, tmp_path / fitted.key)
        loaded = load_model(directory, fitted.dataset)
        assert loaded.config == fitted.model.config
        assert digest(loaded) == digest(fitted.model)
        for array in loaded.arrays.values():
            assert not array.flags.writeable
            with pytest.raises(ValueError, match="WRITEABLE"):
                array.setflags(write=True)
        for kind in ("stored", "visitor", "empty"):
            profile = PROFILES[kind](fitted.dataset)
            np.testing.assert_array_equal(loaded.score(profile), fitted.model.score(profile))
            np.testing.assert_array_equal(
                loaded.predict(profile, [1, 2, 3]), fitted.model.predict(profile, [1, 2, 3])
            )
            explained = loaded.explain(profile, int(loaded.recommend(profile, 1).items[0]))
            assert_sums_to([part.value for part in explained.contributions], explained.score)
        assert loaded.similar(2, 5).items.tolist() == fitted.model.similar(2, 5).items.tolist()

    def test_a_stored_model_is_plain_arrays(self, fitted: Fitted, tmp_path: Path):
        directory = save_model(fitted.model, tmp_path / fitted.key)
        names = {file.name for file in directory.iterdir()}
        assert names == {"manifest.json", *(f"{name}.npy" for name in fitted.model.arrays)}
        for file in directory.glob("*.npy"):
            assert not np.load(file, allow_pickle=False).dtype.hasobject

    def test_a_crash_while_saving_leaves_the_former_model(self, fitted: Fitted, tmp_path: Path, monkeypatch):
        directory = save_model(fitted.model, tmp_path / fitted.key)

        def crash(*_: object) -> None:
            raise OSError("no space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(arraydir, "_fsync", crash)
            with pytest.raises(OSError, match="no space"):
                save_model(fitted.model, directory)
        loaded = load_model(directory, fitted.dataset)
        assert digest(loaded) == digest(fitted.model)
        assert not [file for file in tmp_path.iterdir() if file.name.endswith(".tmp")]

    def test_a_model_of_other_data_is_refused(self, fitted: Fitted, tmp_path: Path):
        directory = save_model(fitted.model, tmp_path / fitted.key)
        with pytest.raises(ArtifactError, match="other data"):
            load_model(directory, toy_dataset(seed=99))

    # --- sharing ------------------------------------------------------------------------------------------

    def test_nothing_changes_after_fitting(self, fitted: Fitted):
        before = digest(fitted.model)
        for build in PROFILES.values():
            profile = build(fitted.dataset)
            found = fitted.model.recommend(profile, 5)
            fitted.model.explain(profile, int(found.items[0]))
        fitted.model.similar(0, 5)
        assert digest(fitted.model) == before
        assert not any(array.flags.writeable for array in fitted.model.arrays.values())

    def test_threads_get_the_same_answers(self, fitted: Fitted):
        wanted = [fitted.dataset.profile(user) for user in range(16)]
        alone = [fitted.model.recommend(profile, 5).items.tolist() for profile in wanted]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda profile: fitted.model.recommend(profile, 5).items.tolist(), wanted))
        assert together == alone
