"""Content features and the naive Bayes model on them."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.data.profile import Profile
from core.recommenders.content import Content
from core.recommenders.parts.content_features import FIRST_YEAR, genre_kinds, term_matrix, year_bells
from core.testing.toy import toy_dataset


@pytest.fixture(scope="module")
def library() -> Dataset:
    table = MovieTable.from_columns(
        [1, 2, 3, 4, 5, 6],
        [
            "Star Quest (1977)",
            "Star Quest II: The Return (1980)",
            "Quiet Village, The (1979)",
            "Return to the Village (1995)",
            "Laughing Matters (1996)",
            "",
        ],
        [["Sci-Fi", "Action"], ["Sci-Fi"], ["Drama"], ["Drama"], ["Comedy"], []],
        tags={1: {"space": 2}, 2: {"space": 1}, 3: {"slow": 1}},
    )
    users = np.repeat(np.arange(1, 13), 3)
    rng = np.random.default_rng(0)
    movies = np.concatenate([rng.choice([1, 2, 3, 4, 5], 3, replace=False) for _ in range(12)])
    return Dataset.from_interactions(users, movies, np.full(36, 4.0), None, table, name="library")


def test_terms_are_shared_words_and_tags_of_unit_length(library):
    terms = term_matrix(library)
    assert set(terms.names) == {"star", "quest", "return", "village", "tag:space"}
    weights = terms.weights.toarray()
    np.testing.assert_allclose((weights**2).sum(axis=1), [1, 1, 1, 1, 0, 0], atol=1e-6)
    cosine = weights @ weights.T
    assert cosine[0, 1] > cosine[2, 3] > 0 == cosine[0, 3]


def test_kinds_of_genres_are_listed_once(library):
    kinds, kind_of = genre_kinds(library.movies)
    assert len(kinds) == 5
    assert kind_of[2] == kind_of[3] != kind_of[0]
    np.testing.assert_allclose((kinds**2).sum(axis=1)[kind_of], [1, 1, 1, 1, 1, 0], atol=1e-6)


def test_periods_share_each_year():
    bells = year_bells()
    np.testing.assert_allclose(bells.sum(axis=1), 1, rtol=1e-5)
    near, far = bells[1996 - FIRST_YEAR], bells[1955 - FIRST_YEAR]
    assert near @ bells[1997 - FIRST_YEAR] > 0.5 * (near @ near) > near @ far


def test_a_series_is_continued(library):
    model = Content().fit(library)
    found = model.recommend(Profile.of([0], [5.0]), 4)
    explanation = model.explain(Profile.of([0], [5.0]), 1)
    assert found.items[0] == 1
    assert {"Sci-Fi"} <= {part.label for part in explanation.contributions if part.kind == "genre"}
    assert [part.id for part in explanation.contributions if part.kind == "movie"] == [0]
    assert int(model.similar(0, 1).items[0]) == 1


def test_a_newcomer_gets_what_is_rated_most(library):
    scores = Content().fit(library).score(Profile.empty())
    rated = library.movie_counts > 0
    np.testing.assert_allclose(scores[rated], np.log(library.movie_counts[rated] + 0.5), rtol=1e-6)


def test_genres_of_a_profile_are_weighed_against_those_of_all():
    dataset = toy_dataset()
    kinds, kind_of = genre_kinds(dataset.movies)
    model = Content({"year_weight": 0, "term_weight": 0, "rating_gain": 0, "popularity": 0}).fit(dataset)
    profile = Profile.of([0, 2, 8], [4.0, 4.0, 4.0])
    counts = dataset.movie_counts
    share = counts @ kinds[kind_of] / counts.sum()
    seen = (kinds[kind_of][profile.items].sum(axis=0) + 12 * share) / (3 + 12)
    ratio = np.log(np.divide(seen, share, out=np.ones_like(share), where=share > 0))
    rated = counts > 0
    np.testing.assert_allclose(
        model.score(profile)[rated], (0.55 * kinds[kind_of] @ ratio)[rated], rtol=1e-4, atol=1e-6
    )


def test_the_terms_of_films_are_read_where_they_lie(library):
    """Starts of rows of 64 bits would have scipy copy all indices to 64, in each process that opens the model."""
    model = Content().fit(library)
    assert np.shares_memory(model._terms.indices, model.arrays["movie_terms"])
