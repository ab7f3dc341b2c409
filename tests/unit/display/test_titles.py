"""Titles and years as people read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.display.titles import extract_year_from_title, format_movie_title, other_title, short_title, title_parts


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("The Matrix (1999)", 1999),
        ("The Matrix (1999)  ", 1999),
        ("The Matrix (1999)\n", 1999),
        ("Band of Brothers (2001–2003)", 2001),
        ("Band of Brothers (2001-2003)", 2001),
        ("Still Running (2006-)", 2006),
        ("Still Running (2006–)", 2006),
        ("2001: A Space Odyssey (1968)", 1968),
        ("1984 (Nineteen Eighty-Four) (1984)", 1984),
        ("Blade Runner 2049", None),
        ("Room 237 (237)", None),
        ("(1999) The Year", None),
        ("Untitled", None),
        ("", None),
        ("   ", None),
        (None, None),
        (math.nan, None),
        (1999, None),
    ],
)
def test_the_year_at_the_end_of_a_title(title, year):
    assert extract_year_from_title(title) == year


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Matrix, The (1999)", "The Matrix (1999)"),
        ("Matrix, The", "The Matrix"),
        ("Beautiful Mind, A (2001)", "A Beautiful Mind (2001)"),
        ("American Werewolf in London, An (1981)", "An American Werewolf in London (1981)"),
        ("Misérables, Les (1995)", "Les Misérables (1995)"),
        ("Haine, La (1995)", "La Haine (1995)"),
        ("Année dernière à Marienbad, L' (1961)", "L'Année dernière à Marienbad (1961)"),
        ("Boot, Das (1981)", "Das Boot (1981)"),
        ("Untergang, Der (2004)", "Der Untergang (2004)"),
        ("Postino, Il (1994)", "Il Postino (1994)"),
        ("Postman, The (Postino, Il) (1994)", "The Postman (Il Postino) (1994)"),
        ("Misérables, Les (Mis, The) (Elendigen, Die)", "Les Misérables (The Mis) (Die Elendigen)"),
        ("City of the Dead (a.k.a. Gates of Hell, The) (1980)", "City of the Dead (The Gates of Hell) (1980)"),
        ("Mariachi, El (1992)", "El Mariachi (1992)"),
        ("Good, the Bad and the Ugly, The (1966)", "The Good, the Bad and the Ugly (1966)"),
        ("I, Robot (2004)", "I, Robot (2004)"),
        ("Crouching Tiger, Hidden Dragon (2000)", "Crouching Tiger, Hidden Dragon (2000)"),
        ("The Matrix (1999)", "The Matrix (1999)"),
        ("  Matrix, The (1999) ", "The Matrix (1999)"),
        ("(500) Days of Summer (2009)", "(500) Days of Summer (2009)"),
        ("(1999)", "(1999)"),
        ("", "Untitled"),
        (None, "Untitled"),
        (math.nan, "Untitled"),
    ],
)
def test_a_trailing_article_moves_to_the_front(title, shown):
    assert format_movie_title(title) == shown


def test_the_year_can_be_left_out():
    assert format_movie_title("Matrix, The (1999)", include_year=False) == "The Matrix"
    assert format_movie_title("Matrix, The", include_year=False) == "The Matrix"
    assert format_movie_title("Band of Brothers (2001–2003)", include_year=False) == "Band of Brothers"


@pytest.mark.parametrize(
    ("title", "short", "other"),
    [
        ("Postman, The (Postino, Il) (1994)", "The Postman", "Il Postino"),
        (
            "Raiders of the Lost Ark (Indiana Jones and the Raiders of the Lost Ark) (1981)",
            "Raiders of the Lost Ark",
            "",
        ),
        ("Seven (a.k.a. Se7en) (1995)", "Seven", "Se7en"),
        ("Dumb & Dumber (Dumb and Dumber) (1994)", "Dumb & Dumber", ""),
        ("Léon: The Professional (a.k.a. The Professional) (Léon) (1994)", "Léon: The Professional", ""),
        ("Rashomon (Rashômon) (1950)", "Rashomon", ""),
        ("Fist of Fury (Chinese Connection, The) (Jing wu men) (1972)", "Fist of Fury", "The Chinese Connection"),
        ("Hotel Chevalier (Part 1 of 'It') (2007)", "Hotel Chevalier (Part 1 of 'It')", ""),
        ("Evangelion: 3.0 You Can (Not) Redo (2012)", "Evangelion: 3.0 You Can (Not) Redo", ""),
        ("(500) Days of Summer (2009)", "(500) Days of Summer", ""),
        ("Hulk (Hulk (Der)) (2003)", "Hulk", ""),
        ("(1999)", "(1999)", ""),
        (None, "Untitled", ""),
    ],
)
def test_a_name_stands_without_its_other_names(title, short, other):
    assert short_title(title, include_year=False) == short
    assert other_title(title) == other


def test_a_title_is_taken_apart_once():
    parts = title_parts("Trou, Le (Hole, The) (Night Watch, The) (1960)")
    assert (parts.name, parts.others, parts.year) == ("Le Trou", ("The Hole", "The Night Watch"), "(1960)")
    assert short_title("Trou, Le (Hole, The) (1960)") == "Le Trou (1960)"


_LETTERS = st.characters(categories=["L", "N", "Zs"], include_characters="',:-")
_NAMES = st.text(_LETTERS, min_size=1, max_size=30).filter(str.strip)


@given(_NAMES, st.integers(1870, 2035))
def test_a_year_that_is_written_is_read(name, year):
    assert extract_year_from_title(f"{name} ({year})") == year
    assert format_movie_title(f"{name} ({year})", include_year=False).count(f"({year})") == 0


@given(st.text(max_size=40))
def test_any_text_gives_a_title(title):
    shown = format_movie_title(title)
    assert shown
    assert shown == shown.strip()
    assert extract_year_from_title(shown) == extract_year_from_title(title)


@given(_NAMES, st.sampled_from(["The", "A", "Les", "Der", "L'"]))
def test_no_letter_is_lost_when_an_article_moves(name, article):
    shown = format_movie_title(f"{name}, {article}")
    assert (
        sorted(shown.replace(" ", "").replace(",", ""))
        == sorted(f"{name}{article}".replace(",", "").replace(" ", "").strip())
        or not shown.isascii()
    )
