"""A short coherent profile holds the best-liked films of the kind that tells most about a person."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.data.profile import Profile
from core.data.short_profiles import coherent_order, coherent_profile, film_kinds
from core.testing.toy import toy_dataset

DRAMAS, HORRORS = range(10), range(10, 16)


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Ten dramas of the 1990s that everybody rated, six horror films of 1980 on that few did, a film without both."""
    genres = [["Drama"]] * 10 + [["Horror"]] * 6 + [["(no genres listed)"]]
    years = [1990] * 10 + [1980, 1981, 1982, 1983, 1995, 1996]
    titles = [f"Film {number} ({year})" for number, year in enumerate(years)] + ["Nameless"]
    table = MovieTable.from_columns(list(range(1, 18)), titles, genres)
    pairs = [(user, film) for user in range(1, 21) for film in DRAMAS] + [(1, film) for film in HORRORS]
    users, films = zip(*pairs, strict=True)
    return Dataset.from_interactions(users, np.add(films, 1), [4.0] * len(pairs), None, table)


def test_kinds_are_genres_decades_and_both(data: Dataset) -> None:
    kinds = film_kinds(data)
    # Drama and the nineties are what nearly all ratings go to: no taste of anybody's.
    assert kinds.names == ("Horror", "1980s", "Horror, 1980s", "Horror, 1990s")
    of_kind = dict(zip(kinds.names, kinds.members.sum(axis=0).tolist(), strict=True))
    assert of_kind == {"Horror": 6, "1980s": 4, "Horror, 1980s": 4, "Horror, 1990s": 2}
    assert not kinds.members[16].any()
    assert kinds.shares[0] == pytest.approx(6 / 206)


def test_the_kind_is_what_a_person_likes_beyond_expectation(data: Dataset) -> None:
    rng = np.random.default_rng(0)
    profile = Profile.of([*DRAMAS, *HORRORS], [5.0] * 10 + [4.0, 4.5, 5.0, 2.0, 4.0, 5.0], user=0)
    found = coherent_order(film_kinds(data), profile, 5, 4.0, rng)
    assert found is not None
    name, positions = found
    assert name == "Horror"  # more dramas are liked, but those are what everybody watches
    assert sorted(positions.tolist()) == [10, 11, 12, 14, 15]
    assert profile.ratings[positions].tolist() == [5, 5, 4.5, 4, 4]
    # The disliked one is missing, so no narrower kind holds four.
    assert coherent_order(film_kinds(data), profile, 3, 4.0, rng)[0] in ("Horror", "Horror, 1980s")  # type: ignore[index]
    short = coherent_profile(film_kinds(data), profile, 2, 4.0, rng)
    assert short is not None
    assert (len(short), short.user) == (2, 0)
    assert (short.ratings == 5).all()


def test_ties_are_the_seeds_and_too_few_films_are_none() -> None:
    data = toy_dataset()
    kinds, profile = film_kinds(data), data.profile(3)
    first, again = (coherent_order(kinds, profile, 2, 3.5, np.random.default_rng(1)) for _ in range(2))
    assert first is not None
    assert again is not None
    assert first[0] == again[0]
    assert first[1].tolist() == again[1].tolist()
    assert coherent_order(kinds, profile, 50, 3.5, np.random.default_rng(1)) is None
    assert coherent_order(kinds, Profile.empty(), 1, 3.5, np.random.default_rng(1)) is None
    assert coherent_profile(kinds, profile, 50, 3.5, np.random.default_rng(1)) is None
