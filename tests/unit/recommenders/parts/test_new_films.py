"""Films that were added are listed to those who like what they are like, before anybody rated them."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.extending import AddedFilm, VisitorRatings, extended
from core.data.movies import MovieTable
from core.data.profile import Profile
from core.lists.explanations import explanation_view
from core.recommenders.base import Recommender
from core.recommenders.content import Content
from core.recommenders.hybrid.model import Hybrid, HybridConfig
from core.recommenders.parts.new_films import NewFilms, new_films

NOBODY = VisitorRatings(
    np.empty(0, dtype=np.int64),
    np.empty(0, dtype=np.int64),
    np.empty(0, dtype=np.uint8),
    np.empty(0, dtype=np.uint32),
)
WESTERNS, COMEDIES = range(30), range(30, 60)


@pytest.fixture(scope="module")
def source() -> Dataset:
    """Sixty films of two kinds and two kinds of people, each of whom likes one; nobody rated the last film."""
    random = np.random.default_rng(3)
    genres = [["Western"] if movie in WESTERNS else ["Comedy"] for movie in range(61)]
    titles = [f"Film {movie} ({1990 + movie % 30})" for movie in range(61)]
    table = MovieTable.from_columns(range(1, 62), titles, genres, tags={1: {"horses": 2}, 2: {"horses": 1}})
    rows = []
    for user in range(80):
        own, other = (WESTERNS, COMEDIES) if user % 2 else (COMEDIES, WESTERNS)
        rows += [(user, movie, random.choice([4.0, 4.5, 5.0])) for movie in random.choice(own, 14, replace=False)]
        rows += [(user, movie, random.choice([1.5, 2.0, 2.5])) for movie in random.choice(other, 5, replace=False)]
    users, movies, stars = zip(*rows, strict=True)
    return Dataset.from_interactions(users, np.array(movies) + 1, stars, None, table, name="source")


@pytest.fixture(scope="module")
def grown(source: Dataset) -> Dataset:
    """The same with a western and a comedy that were added."""
    return extended(
        source,
        NOBODY,
        [
            AddedFilm(100, "Another Western (1994)", ("Western",), ("horses",), 0, 0),
            AddedFilm(101, "Another Comedy (1994)", ("Comedy",), (), 0, 0),
        ],
    )


@pytest.fixture(scope="module", params=["content", "hybrid"])
def model(request: pytest.FixtureRequest, grown: Dataset) -> Recommender:
    """A model of the data set with the films."""
    if request.param == "content":
        return Content().fit(grown)
    members = ("ease", "item_knn", "popularity")
    return Hybrid(HybridConfig(rating_members=("item_knn",), ranking_members=members)).fit(grown)


def loving(kind: range, count: int = 8) -> Profile:
    """Return somebody who loves the first films of a kind and no other."""
    other = COMEDIES if kind == WESTERNS else WESTERNS
    return Profile.of([*kind[:count], *other[:2]], [5.0] * count + [1.0] * 2)


def test_a_new_film_is_like_films_of_its_kind(grown: Dataset) -> None:
    found = new_films(grown)
    assert found.items.tolist() == [61, 62]
    assert set(found.like[0].tolist()) <= set(WESTERNS)
    assert found.like[0, :2].tolist() == [0, 1] or set(found.like[0, :2].tolist()) == {0, 1}
    assert set(found.like[1].tolist()) <= set(COMEDIES)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-6)


def test_whoever_likes_its_kind_is_offered_it(model: Recommender) -> None:
    for kind, own, other in ((WESTERNS, 61, 62), (COMEDIES, 62, 61)):
        found = model.recommend(loving(kind), n=25).items.tolist()
        assert own in found
        assert other not in found


def test_what_the_source_holds_unrated_stays_unlisted(model: Recommender) -> None:
    assert np.isnan(model.score(loving(WESTERNS))[60])


def test_reasons_add_up_and_claim_no_rating(model: Recommender) -> None:
    found = explanation_view(model, loving(WESTERNS), 61)
    assert sum(part.value for part in found.contributions) == pytest.approx(found.score, abs=1e-4)
    assert "0 ratings" not in found.text


def test_nobody_is_left_without_a_list(model: Recommender, grown: Dataset) -> None:
    assert len(model.recommend(Profile.empty(), n=10)) == 10
    assert np.isfinite(model.score(Profile.empty())[[61, 62]]).all()


def test_a_film_that_was_rated_goes_its_own_way(grown: Dataset, source: Dataset) -> None:
    one = VisitorRatings(
        np.array([1]), np.array([100]), np.array([9], dtype=np.uint8), np.array([1], dtype=np.uint32)
    )
    film = AddedFilm(100, "Another Western (1994)", ("Western",), (), 0, 0)
    assert new_films(extended(source, one, [film])).items.tolist() == []
    assert new_films(source).arrays() == {}
    assert NewFilms.from_arrays({}).filled(np.ones(3, dtype=np.float32)).tolist() == [1, 1, 1]
