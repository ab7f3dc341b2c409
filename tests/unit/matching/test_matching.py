"""Rows of elsewhere find their films, and what is not certain is said to be so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.data.personal import PersonalFilm
from core.matching import match_films
from core.search import TitleIndex

TITLES = [
    "Matrix, The (1999)",
    "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
    "Seven (a.k.a. Se7en) (1995)",
    "Thelma & Louise (1991)",
    "Star Wars: Episode IV - A New Hope (1977)",
    "Dune (1984)",
    "Hamlet (1996)",
    "Hamlet (2000)",
    "Rocky II (1979)",
    "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)",
    "Schindler's List (1993)",
    "Borat (2006)",
    "Solaris (Solyaris) (1972)",
    "Solaris (2002)",
    "Les Misérables (2012)",
    "Kill Bill: Vol. 1 (2003)",
    "Kill Bill: Vol. 2 (2004)",
]
IDS = list(range(1, len(TITLES) + 1))


@pytest.fixture(scope="module")
def here() -> tuple[Dataset, TitleIndex]:
    movies = MovieTable.from_columns(
        IDS, TITLES, [["Drama"]] * len(IDS), imdb_ids={1: 133093, 6: 87182}, tmdb_ids={1: 603}
    )
    dataset = Dataset.from_interactions([1] * len(IDS), IDS, [4.0] * len(IDS), None, movies, name="films")
    return dataset, TitleIndex(dataset)


def found(here: tuple[Dataset, TitleIndex], **film: object) -> tuple[str, list[str]]:
    (match,) = match_films(*here, [PersonalFilm(**film)])
    return match.certainty, [TITLES[place] for place in match.movies]


@pytest.mark.parametrize(
    ("film", "certainty", "title"),
    [
        ({"imdb_id": 133093, "title": "Matrix"}, "id", TITLES[0]),
        ({"tmdb_id": 603}, "id", TITLES[0]),
        ({"movie_id": "7"}, "id", TITLES[6]),
        ({"movie_id": "7", "title": "Hamlet"}, "id", TITLES[6]),
        ({"movie_id": "7", "title": "The Matrix", "year": 1999}, "exact", TITLES[0]),
        ({"title": "The Matrix", "year": 1999}, "exact", TITLES[0]),
        ({"title": "Thelma and Louise", "year": 1991}, "exact", TITLES[3]),
        ({"title": "La cité des enfants perdus", "year": 1995}, "exact", TITLES[1]),
        ({"title": "Se7en", "year": 1995}, "exact", TITLES[2]),
        ({"title": "Amélie", "year": 2001}, "exact", TITLES[9]),
        ({"title": "Something else", "other_title": "Solyaris", "year": 1972}, "exact", TITLES[12]),
        ({"title": "Solaris", "year": 2002}, "exact", TITLES[13]),
        ({"title": "The Matrix", "year": 2000}, "close", TITLES[0]),
        ({"title": "The Matrix"}, "close", TITLES[0]),
        ({"title": "A New Hope", "year": 1977}, "close", TITLES[4]),
        ({"title": "Star Wars", "year": 1977}, "close", TITLES[4]),
        ({"title": "Borat: Cultural Learnings of America", "year": 2006}, "close", TITLES[11]),
        ({"title": "Schindlers Lists", "year": 1993}, "close", TITLES[10]),
    ],
)
def test_a_film_is_known_by(
    here: tuple[Dataset, TitleIndex], film: dict[str, object], certainty: str, title: str
) -> None:
    assert found(here, **film) == (certainty, [title])


def test_what_may_be_several_films_is_left_to_choose(here: tuple[Dataset, TitleIndex]) -> None:
    assert found(here, title="Hamlet") == ("doubtful", [TITLES[6], TITLES[7]])
    assert found(here, title="Kill Bill", year=2003) == ("doubtful", [TITLES[15], TITLES[16]])


def test_a_remake_a_sequel_and_another_films_id_are_doubtful(here: tuple[Dataset, TitleIndex]) -> None:
    assert found(here, title="Dune", year=2021) == ("doubtful", [TITLES[5]])
    assert found(here, title="Dune", year=1984, imdb_id=99) == ("doubtful", [TITLES[5]])
    assert found(here, title="Rocky III", year=1979) == ("doubtful", [TITLES[8]])


@pytest.mark.parametrize(
    "film", [{"title": "Parasite", "year": 2019}, {"title": "Parasite"}, {"imdb_id": 5}, {"title": "!"}]
)
def test_films_of_elsewhere_are_not_here(here: tuple[Dataset, TitleIndex], film: dict[str, object]) -> None:
    assert found(here, **film) == ("none", [])


@given(
    films=st.lists(
        st.builds(
            PersonalFilm,
            title=st.text(max_size=30) | st.sampled_from(TITLES),
            year=st.none() | st.integers(1970, 2025),
            imdb_id=st.none() | st.integers(1, 2**53),
            movie_id=st.none() | st.text(max_size=5),
        ),
        max_size=8,
    )
)
def test_every_row_gets_one_answer_in_its_place(here: tuple[Dataset, TitleIndex], films: list[PersonalFilm]) -> None:
    matches = match_films(*here, films)
    assert len(matches) == len(films)
    for film, match in zip(films, matches, strict=True):
        assert (len(match.movies) == 0) == (match.certainty == "none")
        if match.certainty not in ("none", "doubtful"):
            assert len(match.movies) == 1
        assert match == match_films(*here, [film])[0]
