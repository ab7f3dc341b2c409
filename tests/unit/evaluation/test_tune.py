"""The search sees a validation part only, and the seed decides about all of it."""

import json
from typing import Any, Literal

import pytest
from pydantic import Field

from core.data.dataset import Dataset
from core.data.splits import holdout_per_user
from core.errors import InvalidInputError
from core.evaluation.measure import measure_ranking
from core.evaluation.protocols import Protocol
from core.evaluation.spaces import search_space
from core.evaluation.tune import tune
from core.recommenders.base import AlgorithmConfig
from core.recommenders.popularity import Popularity
from core.testing.toy import toy_dataset


class Config(AlgorithmConfig):
    """One field of every kind."""

    factors: int = Field(default=32, ge=1)
    """Whole number without an upper bound."""
    neighbours: int = Field(default=3, ge=1, le=6)
    strength: float = Field(default=2.0, gt=0)
    exponent: float = Field(default=0.5, ge=0, le=1)
    centred: bool = True
    solver: Literal["a", "b"] = "a"
    limit: int | None = None
    seed: int = 0
    offset: float = 0.0


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


def test_space_follows_the_configuration() -> None:
    space = {item.name: item for item in search_space(Config)}
    assert set(space) == {"factors", "neighbours", "strength", "exponent", "centred", "solver"}
    assert (space["factors"].low, space["factors"].high, space["factors"].log) == (8, 128, True)
    assert (space["neighbours"].low, space["neighbours"].high, space["neighbours"].log) == (1, 6, False)
    assert (space["strength"].low, space["strength"].high) == (0.25, 16)
    assert (space["exponent"].low, space["exponent"].high, space["exponent"].log) == (0, 1, False)
    assert space["centred"].choices == (False, True)
    assert space["solver"].choices == ("a", "b")
    assert [item.name for item in search_space(Config, ["exponent"])] == ["exponent"]


@pytest.mark.parametrize("names", [["seed"], ["nothing"]])
def test_what_cannot_be_tuned_is_refused(names: list[str]) -> None:
    with pytest.raises(InvalidInputError, match="tunable parameters: factors"):
        search_space(Config, names)


def test_search_is_reproducible_and_no_worse_than_its_start(data: Dataset) -> None:
    first = tune(data, "popularity", kind="ratings", trials=6, configs={"popularity": {"shrinkage": 300.0}})
    again = tune(data, "popularity", kind="ratings", trials=6, configs={"popularity": {"shrinkage": 300.0}})
    assert [trial["parameters"] for trial in first.trials] == [trial["parameters"] for trial in again.trials]
    assert first.best == again.best
    assert first.trials[0]["parameters"] == {"shrinkage": 300.0}
    assert first.best["validation"] <= first.default["validation"]
    assert first.best["validation"] == min(trial["value"] for trial in first.trials)
    assert first.best["test"] != first.default["test"]
    json.dumps(first.to_dict(), allow_nan=False)


def test_no_trial_sees_a_held_out_rating(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    fit = Popularity.fit

    def spy(self: Any, dataset: Dataset, *args: Any, **kwargs: Any) -> Any:
        sizes.append(dataset.n_ratings)
        return fit(self, dataset, *args, **kwargs)

    monkeypatch.setattr(Popularity, "fit", spy)
    result = tune(data, "popularity", kind="ranking", trials=3)
    result_size = holdout_per_user(data).train.n_ratings
    assert len(sizes) == 3 + 2
    assert max(sizes[:3]) < sizes[3]
    assert sizes[3] == sizes[4] == result_size
    inner = holdout_per_user(holdout_per_user(data).train, 0.1, 43)
    expected = measure_ranking(Popularity().fit(inner.train), inner, Protocol(), lambda share, text: None)
    assert result.default["validation"] == pytest.approx(expected.statistics["liked_ndcg@10"].value)
    assert "used once" in result.how


def test_cancel_and_wrong_metric(data: Dataset) -> None:
    with pytest.raises(InvalidInputError, match=r"liked_ndcg@10"):
        tune(data, "popularity", metric="accuracy", trials=1)
    with pytest.raises(InvalidInputError):
        tune(data, "popularity", trials=0)

    def stop(share: float, text: str) -> None:
        if "trial 2" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(data, "popularity", trials=5, progress=stop)


def test_several_data_sets_are_judged_by_their_mean(data: Dataset) -> None:
    other = toy_dataset(n_users=30)
    other.name = "other"
    start = {"popularity": {"shrinkage": 300.0}}
    both = tune(data, "popularity", also=[other], kind="ratings", trials=3, configs=start)
    alone = [tune(one, "popularity", kind="ratings", trials=1, configs=start) for one in (data, other)]
    assert both.also == [{"name": "other", "fingerprint": other.fingerprint}]
    assert both.default["validation"] == pytest.approx(sum(one.default["validation"] for one in alone) / 2)
    assert both.default["tests"] == {one.dataset["name"]: one.default["test"] for one in alone}
    assert both.default["test"] == pytest.approx(sum(both.default["tests"].values()) / 2)
    assert both.best["validation"] <= both.default["validation"]
    assert both.how.startswith(f"{data.name} and other:")
