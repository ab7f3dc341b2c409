"""Components say what their values say, for eyes and for screen readers."""

import json
import re
from dataclasses import replace
from pathlib import Path

import dash
import dash_mantine_components as dmc
import pytest
from dash import html
from hypothesis import given
from hypothesis import strategies as st

from core.data.conventions import GENRE_NAMES
from core.views import (
    ContributionView,
    CounterfactualView,
    ExplanationView,
    ListItem,
    ModelStatus,
    MovieView,
    Reading,
    ReadPart,
    RecommendationList,
    SearchPage,
)
from dashboard.address import href
from dashboard.components import light
from dashboard.components.algorithm_card import algorithm_card, algorithm_options, metric_rows
from dashboard.components.bars import diverging_bar, share_bars
from dashboard.components.explanation import contribution_table, explanation_panel
from dashboard.components.light import mounted
from dashboard.components.lists import recommendation_list
from dashboard.components.poster import poster, slug
from dashboard.components.sentence import reading_chips
from dashboard.components.stars import star_input, stars
from dashboard.components.suggestions import suggestions
from dashboard.theme import GENRE_TONES, MOTIF_ORDER, tone_of
from tests.unit.dashboard.markup import nodes, seen, text_of, with_class

_ASSETS = Path(__file__).resolve().parents[4] / "assets"
_ITEM = ListItem(1, 10, "Matrix, The (1999)", 1999, ["Action", "Sci-Fi"], 2.5, 4.25)


@pytest.fixture(autouse=True)
def app() -> dash.Dash:
    return dash.Dash("components")


def test_a_sentence_is_shown_by_parts_that_can_be_taken_out():
    parts = [ReadPart("film", "6", "like Heat", False, 0, 9), ReadPart("genre", "Comedy", "Comedy", False, 14, 19)]
    shown = reading_chips(Reading("like Heat but funny", parts, ["odd"]), "field")
    pressed = [node for node in nodes(shown) if type(node).__name__ == "Button"]
    assert [getattr(node, "data-say") for node in pressed] == ["but funny", "like Heat but"]
    assert text_of(shown).endswith("Not understood: odd.")
    assert "says nothing" in text_of(reading_chips(Reading("the", [], []), "field"))
    assert reading_chips(None, "field") is None


def test_the_headers_field_offers_films_and_the_way_to_all_of_them():
    movie = MovieView(5, "Postman, The (Postino, Il) (1994)", 1994, ["Drama"], 37, 4.0)
    first, last = suggestions("field", "postman", SearchPage(3, 7, 0, [movie]))
    assert first["props"]["data-href"] == href("/movie/5")
    assert text_of(first).endswith("The Postman Il Postino 1994")
    assert last["props"]["data-href"] == href("/search", q="postman")
    assert text_of(last) == "All 3 films for “postman”"
    (nothing,) = suggestions("field", "qqq", SearchPage(0, 7, 0, []))
    assert "No film" in text_of(nothing)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_genre_has_a_tone_a_motif_and_a_rank() -> None:
    motifs = set(re.findall(r"\.motif-([a-z-]+)::before", (_ASSETS / "css/40-poster.css").read_text()))
    assert set(GENRE_TONES) == set(MOTIF_ORDER) == set(GENRE_NAMES)
    assert {slug(genre) for genre in GENRE_NAMES} | {"none"} == motifs


@pytest.mark.parametrize("genre", [*GENRE_NAMES, None])
def test_white_titles_are_readable_on_every_ground(genre: str | None) -> None:
    ground, _ = tone_of(genre)
    assert 1.05 / (_luminance(ground) + 0.05) >= 4.5


def test_a_poster_shows_the_genre_that_tells_most_and_is_always_the_same() -> None:
    first = seen(poster(10, "Matrix, The (1999)", 1999, ["Action", "Comedy", "Western"]))
    assert "motif-western" in first.className
    assert text_of(first) == "The Matrix 1999"
    again = seen(poster(10, "Matrix, The (1999)", 1999, ["Action", "Comedy", "Western"]))
    assert first.style == again.style
    assert first.style != seen(poster(11, "Matrix, The (1999)", 1999, ["Western"])).style


@given(st.integers(0, 2**40), st.text(max_size=60), st.lists(st.sampled_from(GENRE_NAMES), unique=True, max_size=5))
def test_a_poster_can_be_drawn_of_anything(movie_id: int, title: str, genres: list[str]) -> None:
    style = seen(poster(movie_id, title, None, genres)).style
    assert 0 <= int(style["--x"].rstrip("%")) <= 100
    assert 0 <= int(style["--y"].rstrip("%")) <= 100


def test_stars_say_their_number() -> None:
    drawn = with_class(stars(4.25), "stars")[0]
    assert drawn.style == {"--value": "0.850"}
    assert getattr(drawn, "aria-label") == "4.2 of 5 stars"
    assert text_of(stars(None)) == "Not rated"


def test_whose_stars_they_are_is_seen() -> None:
    assert with_class(stars(4.0), "stars-average")
    assert with_class(stars(4.0, whose="predicted"), "stars-predicted")


def test_a_list_tells_its_buttons_for_whom_it_is() -> None:
    stored = recommendation_list(RecommendationList("svd", "toy", 7, [_ITEM], 1.0))
    assert stored["asked"] == {"algorithm": "svd", "user": 7, "films": None, "own": {}}
    assert stored["actions"] == ["why", "keep"]
    mine = recommendation_list(RecommendationList("svd", "toy", None, [_ITEM], 1.0), visitor=True, films=[3])
    assert mine["actions"] == ["why", "keep", "hide", "rate"]
    assert mine["asked"]["films"] == [3]
    assert recommendation_list(RecommendationList("svd", "toy", 7, [], 1.0))["state"]["title"] == "No film qualifies"


def test_a_film_is_sent_with_all_that_is_read_of_it() -> None:
    item = replace(_ITEM, match=0.857, predicted_spread=0.71)
    (film,) = recommendation_list(RecommendationList("svd", "toy", 7, [item], 1.0))["films"]
    assert (film["movie"], film["name"], film["meta"], film["rank"]) == (10, "The Matrix", "1999 · Action, Sci-Fi", 1)
    assert (film["match"], film["predicted"], film["spread"]) == ("86%", 4.25, 0.71)
    assert film["href"] == "/movie/10"
    drawn = seen(poster(10, _ITEM.title, 1999, _ITEM.genres))
    assert film["poster"]["motif"] in drawn.className
    assert film["poster"]["style"] == drawn.style


def test_what_is_not_known_of_a_film_is_sent_as_such() -> None:
    item = ListItem(1, 10, "", None, [], 2.5, None)
    (film,) = recommendation_list(RecommendationList("svd", "toy", 7, [item], 1.0))["films"]
    assert (film["match"], film["predicted"], film["meta"]) == (None, None, "No genres listed")


def test_what_is_mounted_as_one_keeps_its_html_and_refuses_what_dash_must_mount() -> None:
    node = mounted(html.Ul([html.Li("a", className="b"), light.Li(["c", star_input(10, "Heat")])]), id="x")
    assert [part.element for part in nodes(node) if hasattr(part, "element")] == ["Markup", "StarInput"]
    assert text_of(node) == "a c"
    assert "Component" not in json.dumps(node["props"]["tree"])
    with pytest.raises(TypeError, match="is no HTML"):
        mounted(html.Div(dmc.Switch(id="y")))


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=40))
def test_shown_contributions_add_up_to_the_score(values: list[float]) -> None:
    parts = [ContributionView("movie", number, f"Film {number}", value) for number, value in enumerate(values)]
    parts.sort(key=lambda part: -abs(part.value))
    table = contribution_table(parts, sum(values))
    numbers = [float(cell.children) for cell in with_class(table, "tabular")]
    assert len(numbers) <= 14
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=0.0005 * len(numbers))


def test_an_explanation_offers_its_second_split_only_where_there_is_one() -> None:
    parts = [ContributionView("model", 0, "Parts", 1.5)]
    movie = MovieView(10, "Matrix, The (1999)", 1999, ["Sci-Fi"], 5, 4.0)
    plain = explanation_panel(ExplanationView("svd", 10, 1.5, 4.0, parts, "Because."), movie, "SVD")
    both = explanation_panel(
        ExplanationView("svd", 10, 1.5, 4.0, parts, "Because.", [ContributionView("movie", 20, "Heat (1995)", 1.5)]),
        movie,
        "SVD",
    )
    assert "By your films" not in text_of(plain)
    assert "By your films" in text_of(both)
    assert "By models" in text_of(both)
    assert "Heat (1995)" in text_of(both)
    assert "Because." in text_of(both)


def test_an_explanation_says_whose_films_carry_it_and_what_if_they_did_not() -> None:
    parts = [ContributionView("model", 0, "EASE", 2.0)]
    films = [ContributionView("movie", 10, "Heat (1995)", 2.0)]
    movie = MovieView(20, "Ronin (1998)", 1998, ["Action"], 3, 3.5)
    what_if = [CounterfactualView(10, "Heat (1995)", 4.0, 2, 9, "Without your rating this would be rank 9.")]

    def shown(user: int | None, counterfactuals: list[CounterfactualView] | None) -> str:
        view = ExplanationView("hybrid", 20, 2.0, None, parts, "Why.", films, user, counterfactuals)
        return text_of(explanation_panel(view, movie, "Hybrid", None if user is None else str(user)))

    assert "By your films" in shown(None, None)
    assert "By films of user 7" in shown(7, None)
    assert "your" not in shown(7, None)
    assert "this would be rank 9." in shown(None, what_if)
    assert "What if" not in shown(None, None) + shown(None, [])


def test_an_algorithm_that_is_not_loaded_is_shown_disabled_with_its_reason() -> None:
    left_out = ModelStatus("svd", "SVD", "Factors.", "skipped", reason="Needs 900 MB.")
    metrics = {"liked_ndcg@10": {"value": 0.3456}, "seed": 42}
    loaded = ModelStatus("ease", "EASE", "Linear.", "loaded", metrics=metrics)
    options = algorithm_options([left_out, loaded])
    assert [option["disabled"] for option in options] == [True, False]
    assert "left out" in options[0]["label"]
    assert "Needs 900 MB." in text_of(algorithm_card(left_out))
    assert "NDCG@10 of liked films 0.346" in text_of(algorithm_card(loaded))
    assert "Not measured" in text_of(algorithm_card(ModelStatus("svd", "SVD", "Factors.", "loaded")))


def test_metrics_are_found_wherever_a_manifest_keeps_them() -> None:
    manifest = {
        "ranking": {"values": {"liked_ndcg@10": 0.3, "disliked@10": {"value": 0.2, "low": 0.1}}},
        "ratings": {"rmse": 0.9},
    }
    assert metric_rows(manifest) == [
        ("NDCG@10 of liked films", "0.300"),
        ("Disliked films in 10", "0.200"),
        ("RMSE", "0.900"),
    ]


def test_bars_are_relative_to_the_longest_or_to_what_is_full() -> None:
    def widths(bars: object) -> list[str]:
        return [node.style["width"] for node in with_class(bars, "bar-fill")]

    assert widths(share_bars([("a", 2, ""), ("b", 1, "")], "x")) == ["100.0%", "50.0%"]
    assert widths(share_bars([("a", 0.2, ""), ("b", 2, "")], "x", top=1.0)) == ["20.0%", "100.0%"]
    assert widths(share_bars([("a", 0, "")], "x")) == ["0.0%"]


def test_negative_contributions_go_to_the_left() -> None:
    assert diverging_bar(-1, -1, 3).children.style == {"left": "0.0%", "width": "25.0%"}
    assert diverging_bar(3, -1, 3).children.style == {"left": "25.0%", "width": "75.0%"}
    assert diverging_bar(3, -1, 3).style == {"--zero": "25.0%"}
    assert diverging_bar(1, 1, 2).children.style == {"left": "0.0%", "width": "50.0%"}
    assert diverging_bar(0, 0, 0).children.style["width"] == "0.0%"


def test_icons_that_are_used_exist() -> None:
    css = (_ASSETS / "css/15-icons.css").read_text()
    drawn = set(re.findall(r"\.icon-([a-z]+) \{ --icon: url\(\.\./icons/\1\.svg\)", css))
    sources = [*_ASSETS.parent.glob("dashboard/**/*.py"), *_ASSETS.parent.glob("callbacks/**/*.py")]
    used = {name for file in sources for name in re.findall(r"icon\(\"([a-z]+)\"", file.read_text())}
    scripts = [file.read_text() for file in (_ASSETS / "js").glob("*.js")]
    used |= {name for text in scripts for name in re.findall(r"\bicon icon-([a-z]+)\b", text)}
    assert used <= drawn
    assert drawn == {path.stem for path in (_ASSETS / "icons").glob("*.svg")} - {"star", "star-outline"}
