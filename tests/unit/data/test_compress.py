"""Compressed rows against a dictionary, and the store's round trip."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.aggregates import compute_aggregates
from core.data.compress import dense_ids, narrow
from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.errors import DataError
from core.files import replace_dir
from core.testing.toy import toy_dataset, toy_movies

ROWS = st.lists(
    st.tuples(
        st.integers(-3, 12) | st.sampled_from([10**6, 10**12]),
        st.integers(1, 8),
        st.integers(1, 10),
        st.integers(0, 3) | st.just(2**32 - 1),
    ),
    max_size=60,
)


@settings(max_examples=80, deadline=None)
@given(ROWS, st.booleans())
def test_ratings_equal_a_dictionary_of_the_latest(rows, in_order):
    if in_order:
        rows = sorted({row[:2]: row for row in rows}.values())
    latest: dict[tuple[int, int], tuple[int, int]] = {}
    for user, movie, half_stars, when in rows:
        former = latest.get((user, movie))
        if former is None or when >= former[1]:
            latest[user, movie] = (half_stars, when)
    columns = [np.array(column) for column in zip(*rows, strict=True)] or [np.empty(0, dtype=int)] * 4
    dataset = Dataset.from_interactions(columns[0], columns[1] * 10, columns[2] / 2, columns[3], toy_movies(8))
    users = dataset.user_ids[dataset.rating_users()].tolist()
    movies = dataset.movies.ids[dataset.user_items].tolist()
    found = zip(dataset.user_ratings.tolist(), dataset.user_times.tolist(), strict=True)
    assert dict(zip(zip(users, movies, strict=True), found, strict=True)) == {
        (user, 10 * movie): value for (user, movie), value in latest.items()
    }
    assert dataset.details["duplicates_dropped"] == len(rows) - len(latest)
    by_movie = sorted(
        (movie, user, stars)
        for movie in range(8)
        for user, stars in zip(
            dataset.movie_users[dataset.movie_indptr[movie] : dataset.movie_indptr[movie + 1]].tolist(),
            dataset.movie_ratings[dataset.movie_indptr[movie] : dataset.movie_indptr[movie + 1]].tolist(),
            strict=True,
        )
    )
    by_user = zip(
        dataset.user_items.tolist(), dataset.rating_users().tolist(), dataset.user_ratings.tolist(), strict=True
    )
    assert by_movie == sorted(by_user)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-5, 40) | st.integers(0, 2**62), max_size=40))
def test_dense_ids_number_ids_in_order(raw):
    array = np.array(raw, dtype=np.int64)
    ids, index = dense_ids(array)
    assert ids.tolist() == sorted(set(raw))
    assert ids[index].tolist() == raw
    assert index.dtype == np.int32


@settings(max_examples=12, deadline=None)
@given(
    rows=ROWS,
    titles=st.lists(st.text(max_size=12), min_size=8, max_size=8),
    genres=st.lists(st.lists(st.sampled_from(["Drama", "War", "Kung Fu"]), max_size=3), min_size=8, max_size=8),
    tags=st.dictionaries(st.integers(1, 8), st.dictionaries(st.text(min_size=1, max_size=5), st.integers(1, 9))),
)
def test_a_saved_data_set_opens_equal(tmp_path_factory, rows, titles, genres, tags):
    table = MovieTable.from_columns(range(1, 9), titles, genres, tags=tags, imdb_ids={3: 77})
    columns = [np.array(column) for column in zip(*rows, strict=True)] or [np.empty(0, dtype=int)] * 4
    dataset = Dataset.from_interactions(columns[0], columns[1], columns[2] / 2, columns[3], table, name="n")
    path = tmp_path_factory.mktemp("store") / "n"
    opened = Dataset.open(dataset.save(path))
    assert opened.fingerprint == dataset.fingerprint
    assert opened.verify() == []
    assert opened.movies.titles.to_list() == titles
    assert [sorted(opened.movies.genres(i)) for i in range(8)] == [sorted(set(row)) for row in genres]
    assert [dict(opened.movies.tags(i, 99)) for i in range(8)] == [tags.get(i + 1, {}) for i in range(8)]
    for name, array in dataset._arrays.items():
        assert array.dtype == opened.aggregate(name).dtype
        assert np.array_equal(array, opened.aggregate(name))


def test_equal_data_have_equal_fingerprints_in_any_order():
    dataset = toy_dataset()
    users, movies = dataset.user_ids[dataset.rating_users()], dataset.movies.ids[dataset.user_items]
    order = np.random.default_rng(0).permutation(dataset.n_ratings)
    shuffled = Dataset.from_interactions(
        users[order], movies[order], dataset.stars()[order], dataset.user_times[order], dataset.movies
    )
    assert shuffled.fingerprint == dataset.fingerprint
    other = Dataset.from_interactions(users, movies, dataset.stars(), dataset.user_times + 1, dataset.movies)
    assert other.fingerprint != dataset.fingerprint


def test_aggregates_equal_a_slow_count():
    dataset = toy_dataset()
    stars, users, items = dataset.stars().astype(float), dataset.rating_users(), dataset.user_items
    months = dataset.user_times.astype("datetime64[s]").astype("datetime64[M]").astype(int)
    assert dataset.movie_counts.tolist() == [int((items == movie).sum()) for movie in range(dataset.n_movies)]
    for movie in np.flatnonzero(dataset.movie_counts):
        assert dataset.movie_means[movie] == pytest.approx(stars[items == movie].mean())
    for user in range(dataset.n_users):
        assert dataset.user_means[user] == pytest.approx(stars[users == user].mean())
    assert dataset.rating_histogram.tolist() == [int((dataset.user_ratings == half).sum()) for half in range(1, 11)]
    numbers = dataset.aggregate("month_numbers")
    assert numbers.tolist() == sorted(set(months.tolist()))
    for month, count, mean in zip(
        numbers, dataset.aggregate("month_counts"), dataset.aggregate("month_means"), strict=True
    ):
        assert count == (months == month).sum()
        assert mean == pytest.approx(stars[months == month].mean())


def test_users_without_ratings_have_no_mean():
    dataset = toy_dataset()
    kept = dataset.with_ratings(dataset.rating_users() == 3)
    assert kept.n_users == dataset.n_users
    assert np.flatnonzero(kept.user_means).tolist() == [3]
    assert kept.user_means[3] == dataset.user_means[3]


def test_aggregates_of_nothing():
    empty = np.empty(0, dtype=np.uint8)
    found = compute_aggregates(
        np.zeros(1, dtype=np.int64), empty.astype(np.int32), empty, empty.astype(np.uint32), toy_movies(3)
    )
    assert found["movie_counts"].tolist() == [0, 0, 0]
    assert found["month_numbers"].tolist() == []


# --- crashes --------------------------------------------------------------------------------------------------


def test_a_write_that_fails_midway_leaves_the_former_data_set(tmp_path, monkeypatch):
    path = toy_dataset().save(tmp_path / "toy")
    former = Dataset.open(path).fingerprint
    original, written = np.save, []

    def failing(file, array, **options):
        if len(written) == 5:
            raise OSError(28, "No space left on device")
        written.append(file)
        original(file, array, **options)

    monkeypatch.setattr(np, "save", failing)
    with pytest.raises(OSError, match="No space left"):
        toy_dataset(seed=8).save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["toy"]
    assert Dataset.open(path).fingerprint == former


def test_a_process_killed_midway_leaves_the_former_data_set(tmp_path):
    path = toy_dataset().save(tmp_path / "toy")
    former = Dataset.open(path).fingerprint
    script = f"""
        import os, signal
        import numpy as np
        from core.testing.toy import toy_dataset
        original, written = np.save, []
        def killing(file, array, **options):
            if len(written) == 5:
                os.kill(os.getpid(), signal.SIGKILL)
            written.append(file)
            original(file, array, **options)
        np.save = killing
        toy_dataset(seed=8).save({str(path)!r})
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert done.returncode == -9
    opened = Dataset.open(path)
    assert opened.fingerprint == former
    assert opened.verify() == []
    assert toy_dataset(seed=8).save(path)
    assert Dataset.open(path).fingerprint == toy_dataset(seed=8).fingerprint


def test_a_crash_between_the_two_renames_still_opens(tmp_path):
    path = toy_dataset().save(tmp_path / "toy")
    path.rename(tmp_path / "toy.superseded")
    assert Dataset.open(path).n_ratings == toy_dataset().n_ratings
    with replace_dir(path) as staging:
        (staging / "x").write_text("new")
    assert not (tmp_path / "toy.superseded").exists()


def test_damage_is_found(tmp_path):
    path = toy_dataset().save(tmp_path / "toy")
    file = path / "user_ratings.npy"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert any("user_ratings.npy differs" in fault for fault in Dataset.open(path, check=False).verify())
    with pytest.raises(DataError, match=r"user_ratings.npy differs.*cinematch data fetch"):
        Dataset.open(path)
    file.write_bytes(content[:-10])
    with pytest.raises(DataError, match=r"user_ratings.npy.*cinematch data fetch"):
        Dataset.open(path)


def test_a_matrix_of_ratings_shares_the_indices_of_the_data_set_however_it_is_turned(tmp_path):
    data = Dataset.open(toy_dataset().save(tmp_path / "toy"))
    matrix = data.matrix()
    for turned in (matrix, matrix.T, matrix.T.T):
        assert np.shares_memory(turned.indices, data.user_items)


def test_starts_beyond_32_bits_stay_what_they_are():
    wide = np.array([0, 1 << 31], dtype=np.int64)
    assert narrow(wide) is wide
    assert narrow(wide - 1)[-1] == (1 << 31) - 1
