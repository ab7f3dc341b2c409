"""Values on disk: JSON only, limited, private; and the persistent results."""

import math
import pickle
import sqlite3
import stat
import threading
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from dash import html
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callbacks.jobs.directory import private_directory
from callbacks.jobs.results import ResultStore
from callbacks.jobs.store import JsonStore, fork_lock
from callbacks.jobs.storing import StoreFullError
from core.errors import ConfigurationError

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> JsonStore:
    return JsonStore(tmp_path_factory.mktemp("store") / "s", 8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values)
def test_any_json_value_comes_back_as_it_was(shared_store: JsonStore, value: Any) -> None:
    shared_store.set("key", value)
    assert shared_store.get("key", "missing") == value


def test_figures_components_and_arrays_are_stored_as_the_page_gets_them(shared_store: JsonStore) -> None:
    shared_store.set("key", [go.Figure(go.Bar(y=[1, 2])), html.Div("text"), np.float32(1.5), np.arange(2), math.nan])
    figure, div, number, array, nan = shared_store.get("key")
    assert figure["data"][0]["type"] == "bar"
    assert div["props"] == {"children": "text"}
    assert (number, array, nan) == (1.5, [0, 1], None)


@pytest.mark.parametrize("value", [{1, 2}, object(), threading.Lock(), {"deep": [lambda: 1]}])
def test_what_json_has_no_form_for_is_refused(shared_store: JsonStore, value: Any) -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        shared_store.set("key", value)


def test_a_planted_pickle_is_not_opened(tmp_path: Path) -> None:
    store = JsonStore(tmp_path / "s", 1)
    store.set("key", 1)
    with sqlite3.connect(tmp_path / "s/cache.db") as database:
        database.execute("UPDATE Cache SET mode = 4, value = ?", [pickle.dumps("trap")])
    database.close()
    with pytest.raises(ValueError, match="nothing here writes"):
        store.get("key")


def test_a_value_beyond_the_limit_is_refused_and_the_rest_stays(tmp_path: Path) -> None:
    store = JsonStore(tmp_path / "s", 1)
    store.set_checked("small", "kept")
    with pytest.raises(StoreFullError, match="1 MB"):
        store.set_checked("large", np.random.default_rng(0).random(200_000).tolist())
    assert store.get("small") == "kept"
    assert store.get("large") is None


def test_expired_values_make_room(tmp_path: Path) -> None:
    store = JsonStore(tmp_path / "s", 1)
    large = np.random.default_rng(0).random(70_000).tolist()
    store.set_checked("first", large, expire=-1)
    store.set_checked("second", large)
    assert store.get("first") is None
    assert store.get("second") == large


def test_no_connection_is_left_open_for_a_fork(tmp_path: Path) -> None:
    store = JsonStore(tmp_path / "s", 1)
    store.set("key", 1)
    store.pop("key")
    open_files = [path.readlink() for path in list(Path("/proc/self/fd").iterdir()) if path.is_symlink()]
    assert not [path for path in open_files if str(path).startswith(str(tmp_path))]


def test_nobody_enters_the_store_while_a_thread_forks(tmp_path: Path) -> None:
    store = JsonStore(tmp_path / "s", 1)
    entered = threading.Event()
    reader = threading.Thread(target=lambda: (store.get("key"), entered.set()))
    with fork_lock():
        reader.start()
        assert not entered.wait(0.05)
    assert entered.wait(10)
    reader.join()


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    JsonStore(tmp_path / "s", 1).set("key", 1)
    for name in ("cache.db-wal", "cache.db-shm"):
        (tmp_path / "s" / name).unlink(missing_ok=True)
    (tmp_path / "s/cache.db").write_bytes(b"not a database" * 1000)
    store = JsonStore(tmp_path / "s", 1)
    assert store.get("key") is None
    store.set("key", 2)
    assert store.get("key") == 2


def test_directories_are_made_private(tmp_path: Path) -> None:
    assert stat.S_IMODE(private_directory(tmp_path / "a/b").stat().st_mode) == 0o700
    (tmp_path / "open").mkdir(mode=0o755)
    assert stat.S_IMODE(private_directory(tmp_path / "open").stat().st_mode) == 0o700


def test_a_directory_that_others_could_fill_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(ConfigurationError, match="written by other users"):
        private_directory(shared)
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(ConfigurationError, match="link"):
        private_directory(tmp_path / "link")
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="CINEMATCH_CACHE_DIR"):
        private_directory(tmp_path / "file")
    monkeypatch.setattr("os.geteuid", lambda: 4711)
    with pytest.raises(ConfigurationError, match="belongs to user"):
        private_directory(tmp_path / "mine")


def test_results_are_found_by_data_name_version_and_arguments(tmp_path: Path) -> None:
    results = ResultStore(JsonStore(tmp_path / "r", 64, evict=True), lambda: "data-1")
    question = {"algorithms": ["svd", "ease"], "folds": 5}
    results.put("compare", question, {"rmse": 0.9})
    assert results.get("compare", dict(reversed(question.items()))) == {"rmse": 0.9}
    assert results.get("compare", question, version=2) is None
    assert results.get("compare", {**question, "folds": 3}) is None
    assert results.get("other", question) is None
    assert ResultStore(JsonStore(tmp_path / "r", 64, evict=True), lambda: "data-1").get("compare", question) == {
        "rmse": 0.9
    }
    assert ResultStore(JsonStore(tmp_path / "r", 64, evict=True), lambda: "data-2").get("compare", question) is None


def test_old_results_make_room_for_new_ones(tmp_path: Path) -> None:
    results = ResultStore(JsonStore(tmp_path / "r", 1, evict=True), lambda: "data")
    numbers = np.random.default_rng(0).random(20_000).tolist()
    for day in range(12):
        results.put("compare", day, numbers)
    assert results.get("compare", 11) == numbers
    assert results.get("compare", 0) is None


def test_a_result_that_cannot_be_kept_is_only_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_space(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    results = ResultStore(JsonStore(tmp_path / "r", 64, evict=True), lambda: "data")
    monkeypatch.setattr("diskcache.Cache.set", no_space)
    results.put("compare", 1, {})
    assert "disk is full" in caplog.text
