from pathlib import Path

import pytest
from platformdirs import user_data_path

from core.errors import ConfigurationError
from core.settings import load_settings
from tests.servers import ROOT


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    import os

    for name in list(os.environ):
        if name.startswith("CINEMATCH_"):
            monkeypatch.delenv(name)


def test_defaults_serve_the_small_data_set(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.dataset_dir == ROOT / "data" / "ml-latest-small"
    assert settings.dataset_models_dir == ROOT / "models" / "ml-latest-small"
    assert settings.cache_dir == ROOT / "cache"
    assert settings.url_prefix == "/"


def test_without_a_repository_the_users_own_directory_is_home(monkeypatch, tmp_path):
    monkeypatch.setattr("core.settings._ROOT", tmp_path / "site-packages")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    settings = load_settings()
    assert settings.data_dir == user_data_path("cinematch", appauthor=False) / "data"
    assert settings.models_dir.parent == settings.cache_dir.parent == settings.data_dir.parent
    assert load_settings(data_dir=Path("here")).data_dir == Path("here")


def test_variables_are_read_and_arguments_win(monkeypatch):
    monkeypatch.setenv("CINEMATCH_PORT", "9000")
    monkeypatch.setenv("CINEMATCH_ALGORITHMS", "svd, item_knn,")
    monkeypatch.setenv("CINEMATCH_URL_PREFIX", "films")
    assert load_settings().port == 9000
    assert load_settings(port=9001).port == 9001
    assert load_settings(port=None).port == 9000
    assert load_settings().algorithms == ("svd", "item_knn")
    assert load_settings().url_prefix == "/films/"


def test_empty_variables_mean_not_given(monkeypatch):
    monkeypatch.setenv("CINEMATCH_MEMORY_BUDGET_MB", "")
    assert load_settings().memory_budget_mb is None


def test_a_bad_variable_is_named(monkeypatch):
    monkeypatch.setenv("CINEMATCH_PORT", "http")
    monkeypatch.setenv("CINEMATCH_WORKERS", "0")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert "CINEMATCH_PORT" in str(caught.value)
    assert "CINEMATCH_WORKERS" in str(caught.value)


def test_secrets_do_not_show():
    assert "hush" not in repr(load_settings(secret_key="hush"))


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1:8050"), ("::", "[::]:8050"), ("::1", "[::1]:8050"), ("[::]", "[::]:8050")],
)
def test_an_ipv6_host_needs_no_brackets(host, address):
    assert load_settings(host=host).address == address
