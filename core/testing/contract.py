"""What every algorithm must keep: one suite to inherit, for those that ship and for those of other packages."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

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
from core.recommenders.results import Scoring
from core.store.artifact import save_model
from core.store.loader import load_model
from core.testing.beside_lists import BesideLists
from core.testing.comparing import assert_sums_to, digest
from core.testing.profiles import PROFILES
from core.testing.toy import checkerboard, toy_dataset

__all__ = ["RecommenderContract"]

each_profile = pytest.mark.parametrize("kind", PROFILES)


class RecommenderContract(BesideLists):
    """The suite: a subclass names the `algorithm`, and pytest collects it where the subclass's name begins with Test.

    Attributes
    ----------
    algorithm : type of Recommender
        Registered by its key, as `core.recommenders.registry` tells.
    expected_failures : mapping of str to str
        Names of tests that the algorithm cannot pass, with the reason. A name may end in the brackets of one
        parameter, as in ``test_scores_are_one_float_per_film[empty]``. One that passes all the same is a failure,
        so that the declarations stay true.
    """

    algorithm: ClassVar[type[Recommender]]
    expected_failures: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        for name in cls.expected_failures:
            if not callable(getattr(cls, name.partition("[")[0], None)):
                raise TypeError(f"{cls.__name__} expects {name!r} to fail, and there is no such test.")

    @classmethod
    def fit(cls, dataset: Dataset) -> Recommender:
        """Return the algorithm fitted on a data set; to be overridden where it needs a configuration or members."""
        return cls.algorithm().fit(dataset)

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> Recommender:
        """The algorithm, fitted on the toy data set."""
        return cls.fit(toy_dataset())

    @pytest.fixture(scope="class")
    @classmethod
    def checkered(cls) -> Recommender:
        """The algorithm, fitted on the checkerboard."""
        return cls.fit(checkerboard())

    @pytest.fixture(autouse=True)
    def _declared(self, request: pytest.FixtureRequest) -> None:
        names = (request.node.name, request.node.originalname)
        reasons = [self.expected_failures[name] for name in names if name in self.expected_failures]
        if reasons:
            request.applymarker(pytest.mark.xfail(reason=reasons[0], strict=True, raises=AssertionError))

    # --- what it is ---------------------------------------------------------------------------------------

    def test_it_says_what_it_is_and_is_found_by_its_key(self, model: Recommender) -> None:
        assert model.key in algorithm_keys()
        assert recommender_class(model.key) is type(model) is self.algorithm
        assert model.title
        assert model.summary.endswith(".")
        assert set(model.member_keys) <= set(algorithm_keys())
        assert model.fitted

    def test_its_configuration_round_trips_through_json(self, model: Recommender) -> None:
        config = model.config
        again = type(config).model_validate_json(config.model_dump_json())
        assert again == config
        assert type(model)(config.model_dump(mode="json")).config == config

    def test_its_configuration_refuses_unknown_names(self, model: Recommender) -> None:
        with pytest.raises(ConfigurationError, match="no_such_option"):
            type(model)({"no_such_option": 1})

    def test_it_says_so_when_asked_before_fitting(self, model: Recommender) -> None:
        with pytest.raises(NotFittedError):
            type(model)().score(Profile.empty())

    # --- fitting ------------------------------------------------------------------------------------------

    def test_fitting_twice_gives_the_same_model(self, model: Recommender) -> None:
        again = type(model)(model.config)
        again.fit(model.dataset, members=model.members)
        assert digest(again) == digest(model)

    def test_fitting_reports_and_can_be_stopped(self, model: Recommender) -> None:
        reported: list[float] = []

        def stop(done: float, text: str) -> None:
            assert 0 <= done <= 1
            assert text
            reported.append(done)
            raise JobCancelledError("stopped")

        with pytest.raises(JobCancelledError):
            type(model)(model.config).fit(model.dataset, progress=stop, members=model.members)
        assert len(reported) == 1

    def test_data_without_ratings_are_refused(self, model: Recommender) -> None:
        nothing = model.dataset.with_ratings(np.zeros(model.dataset.n_ratings, dtype=bool))
        with pytest.raises(InvalidInputError, match="no ratings"):
            type(model)().fit(nothing)

    # --- scoring ------------------------------------------------------------------------------------------

    @each_profile
    def test_scores_are_one_float_per_film(self, model: Recommender, kind: str) -> None:
        scores = model.score(PROFILES[kind](model.dataset))
        assert scores.shape == (model.dataset.n_movies,)
        assert scores.dtype == np.float32
        assert not np.isinf(scores).any()
        assert np.isfinite(scores).any()

    @each_profile
    def test_scores_of_some_films_are_those_of_all(self, model: Recommender, kind: str) -> None:
        profile = PROFILES[kind](model.dataset)
        chosen = [5, 0, model.dataset.n_movies - 1]
        np.testing.assert_array_equal(model.score(profile, chosen), model.score(profile)[chosen], strict=True)

    def test_scores_belong_to_the_caller(self, model: Recommender) -> None:
        profile = PROFILES["visitor"](model.dataset)
        first = model.score(profile)
        kept = first.copy()
        first[:] = 7
        np.testing.assert_array_equal(model.score(profile), kept)

    def test_taste_changes_the_list(self, model: Recommender) -> None:
        even = model.score(Profile.of([0, 2, 4, 6, 8], [5.0] * 5), np.arange(20, 40))
        odd = model.score(Profile.of([1, 3, 5, 7, 9], [5.0] * 5), np.arange(20, 40))
        assert not np.array_equal(even, odd, equal_nan=True)

    # --- predicting ---------------------------------------------------------------------------------------

    @each_profile
    def test_predictions_stay_within_the_scale(self, model: Recommender, kind: str) -> None:
        items = np.arange(model.dataset.n_movies)
        predicted = model.predict(PROFILES[kind](model.dataset), items)
        low, high = model.dataset.rating_range
        known = predicted[np.isfinite(predicted)]
        assert predicted.shape == items.shape
        assert predicted.dtype == np.float32
        assert len(known)
        assert ((known >= low) & (known <= high)).all()
        assert model.predict(PROFILES[kind](model.dataset), []).shape == (0,)

    # --- recommending -------------------------------------------------------------------------------------

    @each_profile
    def test_a_list_is_ordered_by_score_and_then_by_index(self, model: Recommender, kind: str) -> None:
        profile = PROFILES[kind](model.dataset)
        found = model.recommend(profile, 12)
        scores = model.score(profile)
        scores[profile.items] = np.nan
        order = np.lexsort((np.arange(len(scores)), -scores))
        expected = order[np.isfinite(scores[order])][:12]
        assert found.items.tolist() == expected.tolist()
        np.testing.assert_array_equal(found.scores, scores[expected])
        np.testing.assert_array_equal(found.predicted, model.predict(profile, expected))
        assert found.algorithm == model.key
        assert (found.items.dtype.name, found.scores.dtype.name) == ("int32", "float32")

    def test_what_was_rated_is_listed_only_on_request(self, model: Recommender) -> None:
        profile = model.dataset.profile(0)
        everything = model.dataset.n_movies
        assert not set(model.recommend(profile, everything).items) & set(profile.items)
        assert set(model.recommend(profile, everything, exclude_rated=False).items) & set(profile.items)

    def test_only_candidates_are_listed_and_never_more(self, model: Recommender) -> None:
        profile = PROFILES["visitor"](model.dataset)
        mask = np.zeros(model.dataset.n_movies, dtype=bool)
        mask[[9, 11, 13]] = True
        by_mask = model.recommend(profile, 10, candidates=mask)
        by_index = model.recommend(profile, 10, candidates=[13, 9, 11])
        assert set(by_mask.items.tolist()) <= {9, 11, 13}
        assert by_mask.items.tolist() == by_index.items.tolist()
        assert len(model.recommend(profile, 10, candidates=np.zeros_like(mask))) == 0

    @pytest.mark.parametrize("n", [0, -1])
    def test_a_list_of_nothing_is_refused(self, model: Recommender, n: int) -> None:
        with pytest.raises(InvalidInputError, match="n must be"):
            model.recommend(Profile.empty(), n)

    def test_a_nearly_complete_profile_gives_a_short_list(self, model: Recommender) -> None:
        found = model.recommend(PROFILES["nearly everything"](model.dataset), 10)
        assert len(found) <= 5

    def test_a_newcomer_gets_films_that_many_know(self, model: Recommender) -> None:
        found = model.recommend(Profile.empty(), 10)
        counts = model.dataset.movie_counts
        assert len(found) == 10
        assert np.median(counts[found.items]) >= np.median(counts)

    @each_profile
    def test_films_that_nobody_rated_do_not_lead(self, model: Recommender, kind: str) -> None:
        found = model.recommend(PROFILES[kind](model.dataset), 3)
        assert (model.dataset.movie_counts[found.items] > 0).all()

    def test_like_minded_people_find_the_film_that_is_left_out(self, checkered: Recommender) -> None:
        users = range(checkered.dataset.n_users)
        hits = [checkered.recommend(checkered.dataset.profile(user), 1).items[0] == user for user in users]
        assert np.mean(hits) >= 0.9

    def test_visitors_with_one_colour_get_that_colour(self, checkered: Recommender) -> None:
        for colour in (0, 1):
            visitor = Profile.of(np.arange(colour, 24, 2), np.full(12, 4.0) + np.arange(12) % 3 / 2)
            found = checkered.recommend(visitor, 5)
            assert (found.items % 2 == colour).all()

    # --- explaining ---------------------------------------------------------------------------------------

    @each_profile
    def test_contributions_add_up_to_the_score(self, model: Recommender, kind: str) -> None:
        profile = PROFILES[kind](model.dataset)
        scores = model.score(profile)
        listed = model.recommend(profile, 4).items.tolist()
        assert listed
        others = [item for item in (0, 17, 40) if np.isfinite(scores[item])]
        for item in listed + others:
            explanation = model.explain(profile, item)
            assert explanation.score == pytest.approx(float(scores[item]))
            assert explanation.contributions
            assert all(part.label for part in explanation.contributions)
            assert_sums_to([part.value for part in explanation.contributions], explanation.score)
            if explanation.films:
                assert_sums_to([part.value for part in explanation.films], explanation.score)
            text = describe(model.dataset, profile, explanation)
            assert text.endswith((".", "!", "?"))
            assert "nan" not in text.lower().split()

    def test_films_that_are_named_were_rated(self, model: Recommender) -> None:
        profile = model.dataset.profile(0)
        item = int(model.recommend(profile, 1).items[0])
        explanation = model.explain(profile, item)
        named = [part.id for part in (*explanation.contributions, *explanation.films) if part.kind == "movie"]
        assert set(named) <= {*profile.items.tolist(), -1}
        people = [part.id for part in explanation.contributions if part.kind == "neighbour"]
        assert profile.user not in people
        assert all(-1 <= person < model.dataset.n_users for person in people)

    @each_profile
    def test_a_counterfactual_is_the_rank_in_the_list_without_the_rating(self, model: Recommender, kind: str) -> None:
        profile = PROFILES[kind](model.dataset)
        everything = model.dataset.n_movies
        listed = model.recommend(profile, everything).items.tolist()
        for item in {*listed[:1], *listed[4:5]}:
            films = weightiest_films(model.explain(profile, item))
            assert len(films) <= 3
            for found in counterfactuals(model, model.scoring(profile), item, films):
                kept = profile.items != found.film
                order = None if profile.order is None else profile.order[kept]
                without = Profile.of(profile.items[kept], profile.ratings[kept], user=profile.user, order=order)
                again = [other for other in model.recommend(without, everything).items if other != found.film]
                assert found.rating == profile.ratings[~kept].item()
                assert found.rank == listed.index(item) + 1
                assert found.rank_without == (again.index(item) + 1 if item in again else None)

    def test_a_film_without_a_score_has_no_explanation(self, model: Recommender) -> None:
        scoring = model.scoring(PROFILES["one rating"](model.dataset))
        unknown = {5, *np.flatnonzero(np.isnan(scoring.scores))[:2].tolist()}
        scores = scoring.scores.copy()
        scores[5] = np.nan
        for item in unknown:
            with pytest.raises(InvalidInputError, match="no score"):
                model.explain(Scoring(scoring.profile, scores, scoring.members), item)

    @each_profile
    def test_an_explanation_of_a_scoring_pass_is_that_of_its_profile(self, model: Recommender, kind: str) -> None:
        profile = PROFILES[kind](model.dataset)
        scoring = model.scoring(profile)
        np.testing.assert_array_equal(scoring.scores, model.score(profile))
        item = int(model.recommend(profile, 1).items[0])
        assert model.explain(scoring, item) == model.explain(profile, item)

    # --- bad input ----------------------------------------------------------------------------------------

    @pytest.mark.parametrize("item", [-1, 10**6])
    def test_a_film_outside_the_data_set_is_refused(self, model: Recommender, item: int) -> None:
        someone = PROFILES["visitor"](model.dataset)
        outside = Profile(np.array([item], dtype=np.int32), np.array([4.0], dtype=np.float32))
        for ask in (
            lambda: model.score(outside),
            lambda: model.score(someone, [item]),
            lambda: model.predict(someone, [item]),
            lambda: model.recommend(someone, 3, candidates=[item]),
            lambda: model.explain(someone, item),
            lambda: model.spread(someone, [item]),
            lambda: model.similar(item, 3),
        ):
            with pytest.raises(InvalidInputError, match="between 0 and"):
                ask()

    def test_a_mask_of_the_wrong_length_is_refused(self, model: Recommender) -> None:
        with pytest.raises(InvalidInputError, match="mask"):
            model.recommend(Profile.empty(), 3, candidates=np.ones(3, dtype=bool))

    # --- storing ------------------------------------------------------------------------------------------

    def test_a_stored_model_answers_the_same_from_read_only_maps(
        self, model: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(arraydir, "_IN_MEMORY_BELOW", 0)
        directory = save_model(model, tmp_path / model.key)
        loaded = load_model(directory, model.dataset)
        assert loaded.config == model.config
        assert digest(loaded) == digest(model)
        for array in loaded.arrays.values():
            assert not array.flags.writeable
            with pytest.raises(ValueError, match="WRITEABLE"):
                array.setflags(write=True)
        for kind in ("stored", "visitor", "empty"):
            profile = PROFILES[kind](model.dataset)
            np.testing.assert_array_equal(loaded.score(profile), model.score(profile))
            np.testing.assert_array_equal(loaded.predict(profile, [1, 2, 3]), model.predict(profile, [1, 2, 3]))
            explained = loaded.explain(profile, int(loaded.recommend(profile, 1).items[0]))
            assert_sums_to([part.value for part in explained.contributions], explained.score)
        if model.similarity:
            assert loaded.similar(2, 5).items.tolist() == model.similar(2, 5).items.tolist()

    def test_a_stored_model_is_plain_arrays(self, model: Recommender, tmp_path: Path) -> None:
        directory = save_model(model, tmp_path / model.key)
        names = {file.name for file in directory.iterdir()}
        assert names == {"manifest.json", *(f"{name}.npy" for name in model.arrays)}
        for file in directory.glob("*.npy"):
            assert not np.load(file, allow_pickle=False).dtype.hasobject

    def test_a_crash_while_saving_leaves_the_former_model(
        self, model: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        directory = save_model(model, tmp_path / model.key)

        def crash(*_: object) -> None:
            raise OSError("no space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("core.files._fsync", crash)
            with pytest.raises(OSError, match="no space"):
                save_model(model, directory)
        loaded = load_model(directory, model.dataset)
        assert digest(loaded) == digest(model)
        assert not [file for file in tmp_path.iterdir() if file.name.endswith(".tmp")]

    def test_a_model_of_other_data_is_refused(self, model: Recommender, tmp_path: Path) -> None:
        directory = save_model(model, tmp_path / model.key)
        with pytest.raises(ArtifactError, match="other data"):
            load_model(directory, toy_dataset(seed=99))

    # --- sharing ------------------------------------------------------------------------------------------

    def test_nothing_changes_after_fitting(self, model: Recommender) -> None:
        before = digest(model)
        for build in PROFILES.values():
            profile = build(model.dataset)
            found = model.recommend(profile, 5)
            model.explain(profile, int(found.items[0]))
        if model.similarity:
            model.similar(0, 5)
        assert digest(model) == before
        assert not any(array.flags.writeable for array in model.arrays.values())

    def test_threads_get_the_same_answers(self, model: Recommender) -> None:
        wanted = [model.dataset.profile(user) for user in range(16)]
        alone = [model.recommend(profile, 5).items.tolist() for profile in wanted]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda profile: model.recommend(profile, 5).items.tolist(), wanted))
        assert together == alone
