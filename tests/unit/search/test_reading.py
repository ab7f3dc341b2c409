"""Sentences about films ask for what people mean by them, by rules that these examples pin down."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.dataset import Dataset
from core.data.movies import MovieTable
from core.search import TitleIndex, find_tags, read_sentence
from core.search.years import years_at
from core.views import TagView

# Title, genres, how many people rated it, tags.
_MOVIES = [
    ("Heat (1995)", ["Action", "Crime"], 9, {"dark": 2, "cops": 1}),
    ("Heat (1986)", ["Action"], 1, {}),
    ("Fargo (1996)", ["Comedy", "Crime"], 7, {"dark comedy": 4, "dark": 1}),
    ("Godfather: Part II, The (1974)", ["Crime"], 8, {"mafia": 3, "twist ending": 1}),
    ("Pride & Prejudice (2005)", ["Romance"], 5, {"dark comedy": 1}),
    ("Lord of the Rings: The Two Towers, The (2002)", ["Fantasy"], 8, {"mafia": 1}),
    ("Sixth Sense, The (1999)", ["Horror"], 6, {"twist ending": 5, "black and white": 1}),
    ("Casablanca (1942)", ["Drama", "Romance"], 6, {"black and white": 4}),
    ("Sixty (1960)", ["War"], 2, {"rare": 1}),
]
_SAMPLED = "like Heat heat not without no or and the 90s funny , from fargo dark before 1980"


_WITHOUT_HEAT = "without Heat and the 2 most like it"


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    ids = range(1, len(_MOVIES) + 1)
    table = MovieTable.from_columns(
        ids,
        [title for title, *_ in _MOVIES],
        [genres for _, genres, *_ in _MOVIES],
        tags={number: tags for number, (*_, tags) in zip(ids, _MOVIES, strict=True)},
    )
    pairs = [(user, number) for number, (_, _, count, _) in zip(ids, _MOVIES, strict=True) for user in range(count)]
    users, movies = zip(*pairs, strict=True)
    return Dataset.from_interactions(users, movies, [4.0] * len(users), None, table)


@pytest.fixture(scope="module")
def titles(dataset: Dataset) -> TitleIndex:
    return TitleIndex(dataset)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("like Heat but funny, from the 90s, not too known", ["like Heat", "Comedy", "1990 to 1999", "less known"]),
        ("LIKE HEAT", ["like Heat"]),
        ("similar to the godfather part two and fargo", ["like The Godfather: Part II", "like Fargo"]),
        ("like pride and prejudice but older", ["like Pride & Prejudice", "older"]),
        ("in the style of lotr, no romance", ["like The Lord of the Rings: The Two Towers", "no Romance"]),
        ("like fargoo from the nineties", ["like Fargo", "1990 to 1999"]),
        ("something scary or funny", ["Horror", "Comedy"]),
        ("no war or horror, romantic", ["no War", "no Horror", "Romance"]),
        ("romantic comedy without crime nor any horror", ["Romance", "Comedy", "no Crime", "no Horror"]),
        ("a hidden gem, sci-fi", ["less known", "Sci-Fi"]),
        ("well known", ["well known"]),
        ("not obscure", ["well known"]),
        ("not new", ["older"]),
        ("classic black-and-white drama", ["older", "“black and white”", "Drama"]),
        ("dark comedy with a twist ending", ["“dark comedy”", "“twist ending”"]),
        ("not dark", ["not “dark”"]),
        ("rare", []),
        ("from 1994", ["1994"]),
        ("before 1980", ["up to 1979"]),
        ("since 2000, after 2004", ["from 2000 on", "from 2005 on"]),
        ("between 1990 and 1995", ["1990 to 1995"]),
        ("1985-1999", ["1985 to 1999"]),
        ("80s or 90s", ["1980 to 1999"]),
        ("from 2010 on", ["from 2010 on"]),
        ("older than 1950", ["up to 1949"]),
        ("20s", ["2020 to 2029"]),
        ("not from the 90s", ["not 1990 to 1999"]),
        ("not before 1990, not after 2000", ["from 1990 on", "up to 2000"]),
        ("not older than 1960", ["from 1960 on"]),
        ("like Fargo but not like Heat", ["like Fargo", _WITHOUT_HEAT]),
        ("like Fargo, not Heat", ["like Fargo", _WITHOUT_HEAT]),
        ("nothing like heat", [_WITHOUT_HEAT]),
        ("unlike Heat", [_WITHOUT_HEAT]),
        ("not a lot like heat, like fargo", [_WITHOUT_HEAT, "like Fargo"]),
        ("not like heat or casablanca", [_WITHOUT_HEAT]),
        ("not like Heat or Casablanca", [_WITHOUT_HEAT, "without Casablanca and the 2 most like it"]),
        ("not like heat and fargo", [_WITHOUT_HEAT, "without Fargo and the 2 most like it"]),
        ("without the sixth sense", ["without The Sixth Sense and the 2 most like it"]),
        ("I don't like horror", ["no Horror"]),
        ("I hate horror, but I would like a dark comedy", ["no Horror", "“dark comedy”"]),
        ("I'd like something scary", ["Horror"]),
        ("anything but horror", ["no Horror"]),
        ("neither horror nor war", ["no Horror", "no War"]),
        ("without horror and war, funny", ["no Horror", "no War", "Comedy"]),
        ("not scary and funny", ["no Horror", "Comedy"]),
        ("not only horror", ["Horror"]),
        ("no romantic comedies", ["no Romance"]),
        ("like xyzzyq", []),
        ("", []),
    ],
)
def test_what_a_sentence_asks_for(dataset, titles, sentence, told):
    assert [part.told for part in read_sentence(dataset, titles, sentence).parts] == told


def test_of_films_of_one_name_the_most_rated_is_meant(dataset, titles):
    (part,) = read_sentence(dataset, titles, "like heat").parts
    assert (part.kind, part.value) == ("film", "1")


def test_words_that_say_nothing_are_told(dataset, titles):
    reading = read_sentence(dataset, titles, "something bewildering like Heat please")
    assert reading.unread == ["bewildering"]
    assert read_sentence(dataset, titles, "not like xyzzyq").unread == ["xyzzyq"]


def test_or_between_genres_asks_for_one_of_them(dataset, titles):
    assert read_sentence(dataset, titles, "scary or funny").any_genre
    assert not read_sentence(dataset, titles, "scary and funny").any_genre
    assert not read_sentence(dataset, titles, "no war or horror").any_genre


@pytest.mark.parametrize(
    ("sentence", "place", "left"),
    [
        ("like Heat but funny, from the 90s", 0, "but funny, from the 90s"),
        ("like Heat but funny, from the 90s", 1, "like Heat but, from the 90s"),
        ("like Heat but funny, from the 90s", 2, "like Heat but funny"),
        ("like Heat and Fargo, dark", 0, "like Fargo, dark"),
        ("like Heat and Fargo, dark", 1, "like Heat, dark"),
        ("without war or horror", 0, "no horror"),
        ("without war or horror", 1, "without war"),
        ("funny, not like Heat or Fargo, dark", 1, "funny, not like Fargo, dark"),
        ("funny, not like Heat or Fargo, dark", 2, "funny, not like Heat, dark"),
        ("funny, not like Heat or like Fargo", 1, "funny, not like Fargo"),
    ],
)
def test_a_part_is_taken_out_of_its_sentence(dataset, titles, sentence, place, left):
    reading = read_sentence(dataset, titles, sentence)
    assert reading.without(place) == left
    rest = [part.told for part in reading.parts if part != reading.parts[place]]
    assert [part.told for part in read_sentence(dataset, titles, left).parts] == rest


@given(st.text(max_size=60) | st.lists(st.sampled_from(_SAMPLED.split())).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_any_sentence_is_read_and_taken_apart(dataset, titles, sentence):
    reading = read_sentence(dataset, titles, sentence)
    for place, part in enumerate(reading.parts):
        assert 0 <= part.start < part.end <= len(sentence)
        reading.without(place)


@pytest.mark.parametrize("words", ["the", "from the", "between", "before", "older", "1800", "90"])
def test_what_is_no_year_is_none(words):
    assert years_at(words.split(), 0) is None


def test_tags_are_found_by_a_part_those_of_most_films_first(dataset):
    assert find_tags(dataset.movies, "DARK") == [TagView("dark", 2), TagView("dark comedy", 2)]
    assert [tag.tag for tag in find_tags(dataset.movies, limit=1)] == ["black and white"]
    assert find_tags(dataset.movies, "xyz") == []
