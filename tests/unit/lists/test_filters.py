import numpy as np
import pytest

from core.errors import InvalidInputError, UnknownIdError
from core.lists.filters import FilterMasks, filter_mask
from core.testing.toy import toy_dataset
from core.views import Filters


@pytest.fixture(scope="module")
def dataset():
    return toy_dataset()


def _passing(dataset, **filters):
    return set(np.flatnonzero(filter_mask(dataset, Filters(**filters))).tolist())


def test_default_filters_admit_everything(dataset):
    assert filter_mask(dataset, Filters()) is None


def test_genres_are_any_of_the_included_and_none_of_the_excluded(dataset):
    def genres(movie):
        return set(dataset.movies.genres(movie))

    passing = _passing(dataset, genres=("comedy", "Action"), exclude_genres=("Romance",))
    assert passing == {
        movie
        for movie in range(dataset.n_movies)
        if genres(movie) & {"Comedy", "Action"} and "Romance" not in genres(movie)
    }


def test_years_include_both_ends_and_unknown_years_pass_neither(dataset):
    years = dataset.movies.years
    assert _passing(dataset, year_max=1955) == set(np.flatnonzero((years > 0) & (years <= 1955)).tolist())
    assert _passing(dataset, year_min=2000, year_max=2004) == set(
        np.flatnonzero((years >= 2000) & (years <= 2004)).tolist()
    )
    assert dataset.n_movies - 1 not in _passing(dataset, year_max=3000)


def test_min_ratings_counts_people(dataset):
    assert _passing(dataset, min_ratings=20) == set(np.flatnonzero(dataset.movie_counts >= 20).tolist())


def test_max_ratings_leaves_out_the_well_known(dataset):
    few = _passing(dataset, max_ratings=20)
    assert few == set(np.flatnonzero(dataset.movie_counts <= 20).tolist())
    assert 0 < len(few) < dataset.n_movies
    assert _passing(dataset, max_ratings=0) == set(np.flatnonzero(dataset.movie_counts == 0).tolist())


def test_unknown_genre_names_the_choices(dataset):
    with pytest.raises(InvalidInputError, match=r"'Komedy' is no genre .* Comedy"):
        filter_mask(dataset, Filters(genres=("Komedy",)))


def test_exchanged_years_are_refused(dataset):
    with pytest.raises(InvalidInputError, match="exchange"):
        filter_mask(dataset, Filters(year_min=2000, year_max=1990))


def test_all_genres_are_required_on_request(dataset):
    both = _passing(dataset, genres=("Action", "Sci-Fi"), all_genres=True)
    assert both == {
        movie for movie in range(dataset.n_movies) if {"Action", "Sci-Fi"} <= set(dataset.movies.genres(movie))
    }
    assert both < _passing(dataset, genres=("Action", "Sci-Fi"))


def test_only_named_movies_pass_and_the_other_filters_still_hold(dataset):
    assert _passing(dataset, movie_ids=(10, 30, 60)) == {0, 2, 5}
    assert _passing(dataset, movie_ids=(10, 30, 60), genres=("Romance",)) == {2}
    assert _passing(dataset, movie_ids=()) == set()
    with pytest.raises(UnknownIdError, match="no movie 5"):
        filter_mask(dataset, Filters(movie_ids=(5,)))


def test_excluded_movies_do_not_pass(dataset):
    assert _passing(dataset, exclude_ids=(10, 40)) == set(range(dataset.n_movies)) - {0, 3}
    assert _passing(dataset, movie_ids=(10, 30), exclude_ids=(10,)) == {2}
    with pytest.raises(UnknownIdError, match="no movie 5"):
        filter_mask(dataset, Filters(exclude_ids=(5,)))


def test_masks_are_kept_but_never_those_of_somebodys_own_list(dataset):
    masks = FilterMasks(dataset)
    horror = Filters(genres=("Horror",))
    assert masks(horror) is masks(horror)
    own = Filters(genres=("Horror",), movie_ids=(80, 10))
    assert np.flatnonzero(masks(own)).tolist() == [7]
    assert masks(own) is not masks(own)
    for movie in range(100):
        movie_id = 10 * (movie % dataset.n_movies + 1)
        masks(Filters(movie_ids=(movie_id,)))
        masks(Filters(exclude_ids=(movie_id,)))
    assert masks(horror) is masks(horror)
    assert masks(Filters()) is None
