"""Synthetic data: exact size, seeded, like MovieLens, learnable, and equal as CSV and as arrays."""

from itertools import islice

import numpy as np
import pytest

from core.data.conventions import GENRE_NAMES
from core.data.install import build
from core.data.readers import read_folder
from core.data.synthetic import generate, make_population, write_csv
from core.data.synthetic.published import ML_32M, REAL_SMALL_SHARES
from core.errors import DataError, InvalidInputError


@pytest.fixture(scope="module")
def sample():
    """A fortieth of the 32M set."""
    return generate(ML_32M.ratings // 40, seed=7)


def gini(counts) -> float:
    ordered = np.sort(counts).astype(float)
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))


def test_the_size_is_exact_and_everybody_rates_twenty(sample):
    assert sample.n_ratings == ML_32M.ratings // 40
    assert np.diff(sample.user_indptr).min() == 20
    assert sample.details["duplicates_dropped"] == 0


def test_ratings_are_distributed_as_in_movielens(sample):
    shares = sample.rating_histogram / sample.n_ratings
    assert sample.global_mean == pytest.approx(ML_32M.mean, abs=0.06)
    assert sample.stars().std(dtype=float) == pytest.approx(ML_32M.std, abs=0.05)
    assert np.abs(np.percentile(sample.stars(), [25, 50, 75]) - ML_32M.quartiles).max() <= 0.5
    assert np.abs(shares - REAL_SMALL_SHARES).max() < 0.025
    # Whole stars are given more often than their half neighbours.
    assert all(shares[whole] > max(shares[whole - 1], shares[whole + 1]) for whole in (3, 5, 7))


def test_activity_is_distributed_as_in_movielens(sample):
    activity = np.diff(sample.user_indptr)
    shape, location, scale = ML_32M.activity
    assert np.median(activity) == pytest.approx(location + scale, rel=0.15)
    assert np.log(activity[activity > 20] - 19.0).std() == pytest.approx(shape, rel=0.15)
    assert activity.mean() == pytest.approx(ML_32M.ratings / ML_32M.users, rel=0.001)


def test_popularity_is_as_unequal_as_in_movielens():
    # Only at full size can the head be as popular: everybody rates a movie once. 4,096 of its users will do.
    population = make_population(ML_32M.ratings, seed=7)
    assert (len(population.counts), len(population.catalogue)) == (ML_32M.users, ML_32M.movies)
    assert population.n_ratings == ML_32M.ratings
    counts, users = np.zeros(ML_32M.movies), 0
    for block in islice(population.blocks(), 1):
        counts += np.bincount(block.movies, minlength=ML_32M.movies)
        users += int(block.users[-1] - block.users[0]) + 1
    ordered = np.sort(counts)[::-1]
    assert ordered[0] / users == pytest.approx(ML_32M.top_movie / ML_32M.users, rel=0.15)
    assert ordered[9] / users == pytest.approx(ML_32M.tenth_movie / ML_32M.users, rel=0.15)
    # Few of the least rated movies occur in a part of the ratings: over those that do, Gini is lower than in all.
    assert ML_32M.movie_gini - 0.12 < gini(counts[counts > 0]) < ML_32M.movie_gini
    assert gini(counts) > ML_32M.movie_gini


def test_people_have_habits(sample):
    users = sample.rating_users()
    halves = np.bincount(users, weights=sample.user_ratings % 2 == 1) / np.diff(sample.user_indptr)
    assert (halves == 0).mean() > 0.2  # whole stars only
    assert (halves > 0.35).mean() > 0.2
    assert sample.user_means.std() == pytest.approx(0.45, abs=0.08)  # 0.47 among the real ratings of 2016
    half_stars_came = np.datetime64("2003-02-18").astype("datetime64[s]").astype(int)
    first_time = np.minimum.reduceat(sample.user_times, sample.user_indptr[:-1])
    assert halves[first_time < half_stars_came - 86_400].max() == 0


def test_times_titles_genres_and_tags_look_like_movielens(sample):
    seen = sample.user_times.astype("datetime64[s]")
    assert seen.min() >= np.datetime64("1995-01-09")
    assert seen.max() <= np.datetime64("2023-10-14")
    movies = sample.movies
    assert (movies.years == 0).mean() == pytest.approx(0.007, abs=0.006)
    genres = movies.genre_matrix()
    assert set(movies.genre_names) == set(GENRE_NAMES)
    assert (genres.sum(axis=1) == 0).mean() == pytest.approx(0.081, abs=0.03)
    assert genres.sum(axis=0).argmax() == GENRE_NAMES.index("Drama")
    assert genres.sum(axis=0).min() > 0
    assert movies.tag_counts.sum() == sample.n_ratings * ML_32M.tags // ML_32M.ratings
    assert len(set(movies.ids.tolist())) == sample.n_movies


def test_taste_can_be_learned_from_the_ratings():
    """A low-rank fit on nine tenths predicts the rest better than biases; on shuffled residuals it does not."""
    data = generate(36_000, seed=3, n_users=300, n_movies=300)
    rng = np.random.default_rng(0)
    test = rng.random(data.n_ratings) < 0.1
    users, items = data.rating_users(), data.user_items

    def gain(residual):
        """Soft-impute (Mazumder et al. 2010); returns the share of the held-out variance that it explains."""
        known = np.zeros((data.n_users, data.n_movies), dtype=bool)
        known[users[~test], items[~test]] = True
        given = np.zeros(known.shape)
        given[users[~test], items[~test]] = residual[~test]
        filled = given
        for _ in range(4):
            left, sizes, right = np.linalg.svd(filled, full_matrices=False)
            low_rank = (left * np.maximum(sizes - 0.45 * sizes[0], 0)) @ right
            filled = np.where(known, given, low_rank)
        guess = low_rank[users[test], items[test]]
        slope = guess @ residual[test] / (guess @ guess)
        return 1 - np.mean((residual[test] - slope * guess) ** 2) / np.mean(residual[test] ** 2)

    stars = data.stars().astype(float)
    movie = np.bincount(items[~test], stars[~test], data.n_movies) / np.maximum(
        np.bincount(items[~test], minlength=data.n_movies), 1
    )
    residual = stars - movie[items]
    residual -= (np.bincount(users[~test], residual[~test]) / np.bincount(users[~test]))[users]
    assert gain(residual) > 0.03
    assert gain(rng.permutation(residual)) < 0.01


def test_equal_seeds_give_equal_data_and_others_do_not():
    first = generate(4000, seed=5)
    assert generate(4000, seed=5).fingerprint == first.fingerprint
    assert generate(4000, seed=6).fingerprint != first.fingerprint


def test_the_csv_files_hold_the_same_data(tmp_path):
    folder = write_csv(tmp_path / "csv", 4000, seed=5)
    dataset = build(read_folder(folder), name="x", source="y")
    assert dataset.fingerprint == generate(4000, seed=5).fingerprint
    assert sorted(file.name for file in folder.iterdir()) == ["links.csv", "movies.csv", "ratings.csv", "tags.csv"]
    first = (folder / "ratings.csv").read_text().splitlines()
    assert first[0] == "userId,movieId,rating,timestamp"
    assert first[1].split(",")[0] == "1"


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(DataError, match=r"holds other files \(thesis.txt\)"):
        write_csv(tmp_path, 4000)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"n_ratings": 100, "n_users": 10}, "fewer than 20 for each"),
        ({"n_ratings": 100_000, "n_users": 10, "n_movies": 100}, "more movies or users"),
    ],
)
def test_numbers_that_contradict_each_other(numbers, message):
    with pytest.raises(InvalidInputError, match=message):
        make_population(**numbers)


def test_making_can_be_stopped():
    def stop(done: float, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(4000, progress=stop)
