"""A what-if is measured on ratings that neither hybrid has seen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.splits import holdout_per_user
from core.errors import InvalidInputError
from core.evaluation import what_if as module
from core.evaluation.measure import measure_ranking, measure_ratings
from core.evaluation.protocols import Protocol
from core.evaluation.statistic import UserStatistic
from core.evaluation.what_if import measure_what_if
from core.lists.requests import WhatIf
from core.recommenders.hybrid.model import Hybrid
from core.testing.toy import toy_dataset

MEMBERS = ("svd", "popularity")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset(n_users=60)


@pytest.fixture(scope="module")
def model(dataset: Dataset) -> Hybrid:
    return Hybrid({"rating_members": MEMBERS, "ranking_members": MEMBERS}).fit(dataset)


def test_both_are_measured_on_the_same_held_out_ratings(dataset: Dataset, model: Hybrid, tmp_path: Path) -> None:
    asked = WhatIf({"svd": 0}, {"svd": 0})
    told: list[float] = []
    found = measure_what_if(
        dataset, model, asked, cache_dir=tmp_path, progress=lambda share, _text: told.append(share)
    )
    assert told == sorted(told)
    split = holdout_per_user(dataset, 0.2, 42)
    learned = Hybrid(model.config).fit(split.train)
    for one, side in ((learned, "learned"), (learned.what_if({"svd": 0}, {"svd": 0}), "changed")):
        lists = measure_ranking(one, split, Protocol(kind="ranking"), lambda *_: None)
        stars = measure_ratings(one, split, Protocol(kind="ratings", split="per-user", folds=1), lambda *_: None)
        liked, rated, rmse = (getattr(metric, side) for metric in found.metrics)
        assert liked == pytest.approx(lists.statistics["liked_ndcg@10"].value, abs=1e-6)
        assert rated == pytest.approx(lists.statistics["rated_ndcg@10"].value, abs=1e-6)
        assert rmse == pytest.approx(stars.statistics["rmse"].value, abs=1e-6)
    for metric in found.metrics:
        assert metric.difference == pytest.approx(metric.changed - metric.learned)
        assert metric.low <= metric.difference <= metric.high
    assert found.metrics[0].difference != 0
    assert "seed 42" in found.how
    assert found.users == split.description["test_users"]


def test_a_difference_beyond_the_noise_is_told_from_one_inside_it() -> None:
    noise = np.random.default_rng(0).random(80)
    learned = UserStatistic.mean(noise)
    apart = module._metric("rmse", {"changed": UserStatistic.mean(noise + 0.1), "learned": learned}, 42)
    assert apart.difference == pytest.approx(0.1)
    assert apart.significant
    shuffled = UserStatistic.mean(noise[::-1].copy())
    assert not module._metric("rmse", {"changed": shuffled, "learned": learned}, 42).significant


def test_nothing_changed_makes_no_difference(dataset: Dataset, model: Hybrid) -> None:
    found = measure_what_if(dataset, model, WhatIf())
    assert [(one.difference, one.low, one.high, one.significant) for one in found.metrics] == [(0, 0, 0, False)] * 3


def test_the_fitted_hybrid_is_kept_for_the_next_question(
    dataset: Dataset, model: Hybrid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = tmp_path / "what-if" / dataset.name / "former"
    stale.mkdir(parents=True)
    first = measure_what_if(dataset, model, WhatIf({"svd": 0}), cache_dir=tmp_path)
    assert not stale.exists()

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("fitted again")

    with monkeypatch.context() as patch:
        patch.setattr(Hybrid, "fit", refuse)
        again = measure_what_if(dataset, model, WhatIf({"svd": 0}), cache_dir=tmp_path)
    assert again.to_dict() == first.to_dict()
    (kept,) = (tmp_path / "what-if" / dataset.name).iterdir()
    (kept / "hybrid" / "manifest.json").write_text("{}")
    assert measure_what_if(dataset, model, WhatIf({"svd": 0}), cache_dir=tmp_path).metrics == first.metrics


def test_what_takes_too_long_or_cannot_be_is_refused(
    dataset: Dataset, model: Hybrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInputError, match="no part in the hybrid's rating"):
        measure_what_if(dataset, model, WhatIf(rating={"ease": 1}))
    monkeypatch.setattr(module, "MEASURED_UP_TO", 10)
    with pytest.raises(InvalidInputError, match="measured on up to 10"):
        measure_what_if(dataset, model, WhatIf())
