"""Films like a film: counts that can be checked by hand, and what they are told as."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.errors import InvalidInputError
from core.lists.similar import LikedTogether, SimilarFilms, liked_together_sentence

HEIST, CHASE, WALTZ, SONG, ORPHAN, UNSEEN = range(6)


def films_of_two_camps() -> Dataset:
    """Twenty people like two thrillers, twenty like two musicals, and all forty rate all four."""
    table = MovieTable.from_columns(
        [1, 2, 3, 4, 5, 6],
        ["Heist (1990)", "Chase (1991)", "Waltz (1990)", "Song (1991)", "Orphan (1990)", "Unseen (1990)"],
        [["Thriller"], ["Thriller"], ["Musical"], ["Musical"], ["Thriller"], ["Thriller"]],
        tags={1: {"bank": 3}, 5: {"bank": 1}, 3: {"vienna": 1}},
    )
    users = np.repeat(np.arange(40), 4)
    movies = np.tile([1, 2, 3, 4], 40)
    stars = np.where((users < 20) == (movies <= 2), 4.0, 2.0)
    # One person alone has seen the orphan, and disliked it.
    return Dataset.from_interactions(
        np.append(users, 0), np.append(movies, 5), np.append(stars, 1.0), None, table, name="camps"
    )


@pytest.fixture(scope="module")
def similar() -> SimilarFilms:
    return SimilarFilms(films_of_two_camps())


def test_what_the_same_people_like_comes_first(similar: SimilarFilms):
    assert similar.similar(HEIST, 1).items.tolist() == [CHASE]
    assert similar.similar(SONG, 1).items.tolist() == [WALTZ]


def test_neither_the_film_itself_nor_what_nobody_rated_is_listed(similar: SimilarFilms):
    found = similar.similar(HEIST, 10)
    assert set(found.items.tolist()) == {CHASE, WALTZ, SONG, ORPHAN}
    assert np.isfinite(found.similarities).all()
    assert (np.diff(found.similarities) <= 0).all()


def test_films_are_alike_by_one_at_most_and_both_ways(similar: SimilarFilms):
    rows = np.stack([similar.likeness(item) for item in (HEIST, CHASE, WALTZ, SONG)])[:, :4]
    assert np.nanmax(rows) <= 1
    # Each gave two likes, so that what is expected is symmetric here.
    np.testing.assert_allclose(rows, rows.T, atol=1e-6)


def test_the_parts_of_likeness_are_what_is_written(similar: SimilarFilms):
    # Of 20 people who like Heist all like Chase; they gave 40 of 80 likes, so that 10 would be expected.
    likes = (20 - 10) / (20 + 20)
    years = np.exp(-0.5 * (1 / 10) ** 2)
    expected = 0.8 * likes + 0.1 * 1.0 + 0.04 * years
    assert similar.likeness(HEIST)[CHASE] == pytest.approx(expected, abs=1e-6)
    # Nobody likes the orphan: genre, year and the one tag are shared.
    assert similar.likeness(HEIST)[ORPHAN] == pytest.approx(0.1 + 0.04 + 0.06, abs=1e-6)


def test_likes_in_common_are_counted_exactly(similar: SimilarFilms):
    chase, waltz = similar.liked_together(HEIST, np.array([CHASE, WALTZ], dtype=np.int32))
    assert (chase.people, chase.count, chase.share) == (20, 20, 1.0)
    assert chase.lift == pytest.approx((20 + 5) / (20 * 20 / 40 + 5))
    assert (waltz.count, waltz.share) == (0, 0.0)
    assert waltz.lift == pytest.approx(5 / 15)


def test_a_film_that_nobody_liked_has_neighbours_of_its_kind_and_no_numbers(similar: SimilarFilms):
    found = similar.similar(ORPHAN, 2)
    assert found.items.tolist() == [HEIST, CHASE]
    told = similar.liked_together(ORPHAN, found.items)
    assert [(one.people, one.share, one.lift) for one in told] == [(0, None, None)] * 2
    assert liked_together_sentence(told[0]) == "Nobody liked this film: alike in kind and time only"


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((155, 73, 73 / 155, 2.31), "Liked by 47% of the 155 who liked this, 2.3 times chance"),
        ((1234, 620, 620 / 1234, 1.02), "Liked by 50% of the 1,234 who liked this, as often as chance"),
        ((147, 8, 8 / 147, 1.8), "Liked by 8 of the 147 who liked this, 1.8 times chance"),
        ((4, 3, 0.75, None), "Liked by 3 of the 4 who liked this: too few to compare with chance"),
    ],
)
def test_what_is_told(counts: tuple[int, int, float, float | None], sentence: str):
    assert liked_together_sentence(LikedTogether(*counts)) == sentence


def test_a_sample_of_the_people_stands_for_all(similar: SimilarFilms, monkeypatch: pytest.MonkeyPatch):
    everybody = similar.likeness(HEIST)
    monkeypatch.setattr("core.lists.similar._MOST_LIKERS", 5)
    np.testing.assert_allclose(similar.likeness(HEIST), everybody, rtol=1e-6)


def test_data_without_any_like_are_served():
    table = MovieTable.from_columns([1, 2], ["One (1990)", "Two (1990)"], [["War"], ["War"]])
    similar = SimilarFilms(Dataset.from_interactions([1, 1], [1, 2], [2.0, 3.0], None, table))
    assert similar.similar(0).items.tolist() == [1]
    # A genre that every film has tells none apart: the year alone counts.
    assert similar.similar(0).similarities[0] == pytest.approx(0.04, abs=1e-6)


def test_no_rows_are_refused(similar: SimilarFilms):
    with pytest.raises(InvalidInputError, match="n must be at least 1"):
        similar.similar(HEIST, 0)
