"""Protocols have names, and those that go by time say on what that rests."""

import pytest

from core.errors import InvalidInputError
from core.evaluation.benchmark import evaluate
from core.evaluation.protocols import QUESTIONS, Protocol, question_of
from core.evaluation.runs import RunSummary
from core.testing.toy import toy_dataset


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_name_leads_to_a_protocol_and_back(name: str) -> None:
    assert question_of(Protocol.named(name).to_dict()) == name


def test_a_protocol_without_a_name_is_called_by_its_kind() -> None:
    assert question_of(Protocol(split="random").to_dict()) == "ranking"
    with pytest.raises(InvalidInputError, match="one of ranking, next, next-shuffled, later, ratings, not 'last'"):
        Protocol.named("last")


def test_a_run_by_time_says_what_times_tell_and_what_the_lot_decided() -> None:
    run = evaluate(toy_dataset(), ["popularity"], "next")
    assert RunSummary.of(run).protocol == "next"
    assert "not when they were watched" in run.summary
    assert "a lot decided" not in run.summary
    protocol = Protocol.named("next")
    told = protocol.told([{"test_users": 9, "tied_users": 4, "untimed_users": 2}])
    assert "For 4 of 9 people a lot decided" in told
    assert "2 people were not asked: a rating of theirs has no time." in told
    assert not Protocol.named("ranking").told([{"test_users": 9}])


def test_the_order_is_worth_nothing_to_who_does_not_look_at_it() -> None:
    real, control = (evaluate(toy_dataset(), ["popularity"], name) for name in ("next", "next-shuffled"))
    metric = "rated_ndcg@10"
    of = [run.algorithms["popularity"].metrics[metric].value for run in (real, control)]
    assert of[0] == of[1]
