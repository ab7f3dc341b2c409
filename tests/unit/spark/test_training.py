"""What becomes of models that Spark fitted, without a cluster."""

from types import SimpleNamespace

from core.data.dataset import Dataset
from core.spark import training
from core.testing.toy import toy_movies


def test_models_of_data_too_few_to_hold_some_out_are_kept_and_said_not_to_be_measured(monkeypatch, tmp_path, caplog):
    data = Dataset.from_interactions([1, 5], [20, 20], [3.5, 1.0], None, toy_movies(8))
    monkeypatch.setattr(training, "_fit_all", lambda *_: ["report"])
    assert training.train(SimpleNamespace(dataset=data), ["als"], tmp_path) == ["report"]
    assert "Not measured, since a part of the ratings does not suffice" in caplog.text
