"""``--weight``: a what-if on the command line."""

import pytest
import typer

from core.commands.weights import what_if_of
from core.lists.requests import WhatIf


def test_options_name_part_member_and_factor():
    assert what_if_of(None) is None
    given = ["ease=0.5", "ranking:svd=2", "rating:svd=0"]
    assert what_if_of(given) == WhatIf({"ease": 0.5, "svd": 2.0}, {"svd": 0.0})


@pytest.mark.parametrize("text", ["ease", "ease=", "stars:ease=1", "ease=much"])
def test_what_is_no_weight_is_refused(text):
    with pytest.raises(typer.BadParameter, match="is not KEY=FACTOR"):
        what_if_of([text])


def test_only_the_hybrid_has_weights(run):
    assert run("train", "--no-measure").code == 0
    done = run("recommend", "--user", "1", "--algorithm", "popularity", "--weight", "ease=0")
    assert done.code == 2
    assert "Popularity has no weights to change" in done.err
    done = run("recommend", "--user", "1", "--user", "2", "--weight", "ease=0")
    assert done.code == 2
    assert "weights as" in done.err
