"""The quiet line of what is learned beside the server, and what selects and cards say meanwhile."""

import time

import pytest

from core.views import Learning, ModelStatus, with_learning
from dashboard.components.algorithm_card import algorithm_card, algorithm_options
from dashboard.components.learning_line import learning_line
from tests.unit.dashboard.markup import text_of

NAMES = {"hybrid": "Hybrid", "ease": "EASE", "als": "ALS", "slist": "What next", "svd": "SVD"}


def said(learning: Learning | None, *, ended: bool = False) -> str:
    line = learning_line(learning, NAMES, "ease", ended=ended)
    return "" if line is None else text_of(line)


def running(seconds: float, **given: dict[str, str]) -> Learning:
    return Learning("running", **given, ends_at=time.time() + seconds)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "about 5 s"), (41, "about 40 s"), (89, "about 90 s"), (150, "about 2 min"), (9000, "about 2.5 h")],
)
def test_the_time_left_is_told_in_round_words(seconds: float, words: str) -> None:
    assert f"All done in {words}." in said(running(seconds, fits={"hybrid": "running"}))


def test_the_line_tells_what_is_learned_and_who_makes_lists_until_then() -> None:
    fits = {"als": "done", "slist": "waiting", "hybrid": "waiting", "svd": "waiting", "ease": "running"}
    assert said(running(40, fits=fits)).startswith("Being learned: EASE, What next, Hybrid and 1 more.")
    assert "EASE makes the lists until then." in said(running(40, fits=fits))
    assert said(running(40, measures={"als": "running"})).startswith("Being measured on held-out ratings: ALS.")
    assert said(None) == ""
    assert said(None, ended=True).startswith("Everything is learned. EASE makes the lists")
    assert "hybrid could not be learned: No memory." in said(Learning("failed", reasons={"hybrid": "No memory."}))
    assert "`cinematch train --missing`" in said(running(40, fits=fits).stopped())


def test_selects_and_cards_tell_it_too() -> None:
    statuses = [ModelStatus("hybrid", "Hybrid", "", "missing"), ModelStatus("ease", "EASE", "", "loaded")]
    learning = running(40, fits={"hybrid": "waiting"}, measures={"ease": "running"})
    hybrid, ease = with_learning(statuses, learning)
    assert [option["label"] for option in algorithm_options([hybrid, ease])] == ["Hybrid (being learned)", "EASE"]
    assert "all will be there in about 40 s" in str(hybrid.reason)
    assert "Being measured" in text_of(algorithm_card(ease))
    (failed,) = with_learning(
        statuses[:1], Learning("failed", {"hybrid": "failed"}, reasons={"hybrid": "No memory."})
    )
    assert (failed.state, failed.reason) == ("missing", "It could not be learned: No memory.")


def test_a_card_tells_how_many_of_the_best_films_its_lists_hold() -> None:
    searched = ModelStatus("als", "Implicit factors", "", "loaded", list_recall=0.9784)
    assert "they hold 97.8% of the ten best films" in text_of(algorithm_card(searched))
    assert "candidates" not in text_of(algorithm_card(ModelStatus("als", "Implicit factors", "", "loaded")))
