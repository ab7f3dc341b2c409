"""Title search finds what people mean and ranks it as they expect."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.display.titles import plain_words
from core.search import TitleIndex

# Title and how many people rated it.
_MOVIES = [
    ("Matrix, The (1999)", 9),
    ("Matrix Reloaded, The (2003)", 5),
    ("Matrix Revolutions, The (2003)", 4),
    ("Lord of the Rings: The Fellowship of the Ring, The (2001)", 8),
    ("Lord of the Rings: The Two Towers, The (2002)", 7),
    ("Ring, The (2002)", 3),
    ("Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)", 6),
    ("Amélie or the Metaphysics of Tubes (2025)", 0),
    ("Star Wars: Episode IV - A New Hope (1977)", 9),
    ("Star Wars: The Clone Wars (2008)", 1),
    ("WALL·E (2008)", 5),
    ("Spider-Man (2002)", 6),
    ("Seven (a.k.a. Se7en) (1995)", 7),
    ("2001: A Space Odyssey (1968)", 5),
    ("Alien (1979)", 8),
    ("Her (2013)", 2),
    ("Hero (Ying xiong) (2002)", 4),
    ("Her Alibi (1989)", 1),
    ("Schindler's List (1993)", 8),
    ("", 1),
    ("七人の侍 (1954)", 3),
    ("Godfather, The (1972)", 9),
    ("Godfather: Part II, The (1974)", 8),
    ("Godfather: Part III, The (1990)", 4),
    ("Ghostbusters (a.k.a. Ghost Busters) (1984)", 7),
    ("Ghostbusters II (1989)", 3),
    ("Kill Bill: Vol. 2 (2004)", 5),
    ("Postman, The (Postino, Il) (1994)", 5),
    ("Ocean's Eleven (2001)", 6),
    ("Malcolm X (1992)", 3),
    ("Raiders of the Lost Ark (Indiana Jones and the Raiders of the Lost Ark) (1981)", 8),
]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    users, movies = [], []
    for number, (_, count) in enumerate(_MOVIES):
        users += range(count)
        movies += [number + 1] * count
    table = MovieTable.from_columns(range(1, len(_MOVIES) + 1), [title for title, _ in _MOVIES], [[]] * len(_MOVIES))
    return Dataset.from_interactions(users, movies, [4.0] * len(users), None, table)


@pytest.fixture(scope="module")
def index(dataset: Dataset) -> TitleIndex:
    return TitleIndex(dataset)


def _titles(dataset: Dataset, index: TitleIndex, query: str, **named: object) -> list[str]:
    _, found = index.search(query, **named)
    return [dataset.movies.titles[int(item)] for item in found]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("matrix", "Matrix, The (1999)"),
        ("the matrix", "Matrix, The (1999)"),
        ("Matrix, The", "Matrix, The (1999)"),
        ("THE MATRIX (1999)", "Matrix, The (1999)"),
        ("matrx", "Matrix, The (1999)"),
        ("martix", "Matrix, The (1999)"),
        ("matrix relaoded", "Matrix Reloaded, The (2003)"),
        ("lord of rings", "Lord of the Rings: The Fellowship of the Ring, The (2001)"),
        ("lord rings towers", "Lord of the Rings: The Two Towers, The (2002)"),
        ("amelie", "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"),
        ("Amélie", "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"),
        ("le fabuleux destin", "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"),
        ("starwars", "Star Wars: Episode IV - A New Hope (1977)"),
        ("wall-e", "WALL·E (2008)"),
        ("walle", "WALL·E (2008)"),
        ("spiderman", "Spider-Man (2002)"),
        ("se7en", "Seven (a.k.a. Se7en) (1995)"),
        ("seven", "Seven (a.k.a. Se7en) (1995)"),
        ("2001", "2001: A Space Odyssey (1968)"),
        ("alein", "Alien (1979)"),
        ("schindlers list", "Schindler's List (1993)"),
        ("shindler's lst", "Schindler's List (1993)"),
        ("七人の侍", "七人の侍 (1954)"),
        ("m", "Matrix, The (1999)"),
        ("god father part two", "Godfather: Part II, The (1974)"),
        ("godfather 2", "Godfather: Part II, The (1974)"),
        ("The Godfather Part III", "Godfather: Part III, The (1990)"),
        ("godfather", "Godfather, The (1972)"),
        ("LOTR", "Lord of the Rings: The Fellowship of the Ring, The (2001)"),
        ("lotr towers", "Lord of the Rings: The Two Towers, The (2002)"),
        ("ghostbusters 2", "Ghostbusters II (1989)"),
        ("ghost busters two", "Ghostbusters II (1989)"),
        ("ghostbusters part ii", "Ghostbusters II (1989)"),
        ("kill bill volume two", "Kill Bill: Vol. 2 (2004)"),
        ("star wars 4", "Star Wars: Episode IV - A New Hope (1977)"),
        ("il postino", "Postman, The (Postino, Il) (1994)"),
        ("the postman", "Postman, The (Postino, Il) (1994)"),
        ("ocean's 11", "Ocean's Eleven (2001)"),
        ("malcolm x", "Malcolm X (1992)"),
        ("indiana jones raiders", "Raiders of the Lost Ark (Indiana Jones and the Raiders of the Lost Ark) (1981)"),
        ("matr", "Matrix, The (1999)"),
    ],
)
def test_the_film_that_is_meant_comes_first(dataset, index, query, first):
    assert _titles(dataset, index, query)[0] == first


def test_a_whole_title_beats_its_beginning_beats_a_begun_word(dataset, index):
    assert _titles(dataset, index, "her") == ["Her (2013)", "Her Alibi (1989)", "Hero (Ying xiong) (2002)"]


def test_among_equal_matches_the_more_rated_film_comes_first(dataset, index):
    assert _titles(dataset, index, "star wars") == [
        "Star Wars: Episode IV - A New Hope (1977)",
        "Star Wars: The Clone Wars (2008)",
    ]


def test_no_query_lists_all_films_by_popularity(dataset, index):
    total, found = index.search("  ")
    counts = dataset.movie_counts[found]
    assert total == len(_MOVIES)
    assert (np.diff(counts) <= 0).all()


@pytest.mark.parametrize("query", ["zzzzqqq", "!!!", "(", "\x00"])
def test_nonsense_finds_nothing(index, query):
    total, found = index.search(query)
    assert (total, len(found)) == (0, 0)


def test_only_allowed_films_are_found_and_counted(dataset, index):
    allowed = np.ones(dataset.n_movies, dtype=bool)
    allowed[0] = False
    assert _titles(dataset, index, "matrix", allowed=allowed) == [
        "Matrix Reloaded, The (2003)",
        "Matrix Revolutions, The (2003)",
    ]
    assert index.search("matrix", allowed)[0] == 2
    assert index.search("", allowed)[0] == dataset.n_movies - 1


def test_pages_join_to_the_whole_list(index):
    total, whole = index.search("", limit=100)
    pages = [index.search("", limit=4, offset=start)[1] for start in range(0, total, 4)]
    assert np.concatenate(pages).tolist() == whole.tolist()


def test_a_data_set_with_one_untitled_film_can_be_searched():
    table = MovieTable.from_columns([1], [""], [[]])
    index = TitleIndex(Dataset.from_interactions([1], [1], [3.0], None, table))
    assert index.search("matrix")[0] == 0
    assert index.search("")[1].tolist() == [0]


def test_the_index_holds_arrays_not_dictionaries(index):
    assert not [name for name, value in vars(index).items() if isinstance(value, dict | list | set)]


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_searched(index, query):
    total, found = index.search(query, limit=5)
    assert len(found) == min(total, 5)
    assert len(set(found.tolist())) == len(found)


@given(st.sampled_from([title for title, _ in _MOVIES if title]), st.data())
@settings(max_examples=100, deadline=None)
def test_a_title_with_one_letter_lost_is_still_found(dataset, index, title, data):
    words = plain_words(title).split()
    longest = max(words, key=len)
    if len(longest) < 5 or not longest.isascii():
        return
    cut = data.draw(st.integers(1, len(longest) - 2))
    query = longest[:cut] + longest[cut + 1 :]
    assert title in _titles(dataset, index, query)


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(text):
    assert plain_words(plain_words(text)) == plain_words(text)
