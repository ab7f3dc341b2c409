"""Files of the predecessor are read, and none can run anything."""

import bz2
import collections
import contextlib
import datetime
import gzip
import io
import lzma
import pickle
import pickletools
import sys
import types
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from core.errors import ArtifactError, CineMatchError
from core.store.legacy.surprise import LegacyObject
from core.store.legacy.unpickler import SafeUnpickler
from core.store.loader import load_model_safe


@pytest.fixture
def predecessor(monkeypatch) -> type:
    """A class as the predecessor had it, which is gone when its file is read."""
    module = types.ModuleType("src.algorithms.svd_recommender")

    class SVDRecommender:
        def __init__(self) -> None:
            self.n_components = 50
            self.user_factors = np.arange(6.0).reshape(2, 3)
            self.matrix = sparse.csr_matrix(np.eye(3, dtype=np.float32))
            self.mapping = {1: 0, 2: 1}

    SVDRecommender.__module__ = module.__name__
    SVDRecommender.__qualname__ = "SVDRecommender"
    module.SVDRecommender = SVDRecommender
    for name in ("src", "src.algorithms"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return SVDRecommender


def _read(content: bytes) -> object:
    return SafeUnpickler(io.BytesIO(content)).load()


_VALUES = {
    "float array": np.linspace(0, 1, 7),
    "matrix": np.arange(12, dtype=np.int32).reshape(3, 4),
    "fortran": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "big endian": np.arange(4, dtype=">i4"),
    "text array": np.array(["a", "bcd"]),
    "objects": np.array([1, "two", None], dtype=object),
    "empty": np.empty((0, 3), dtype=np.float32),
    "bools": np.array([True, False]),
    "scalar": np.float32(1.5),
}


@pytest.mark.parametrize("name", _VALUES)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_come_back(name, protocol):
    value = _VALUES[name]
    found = _read(pickle.dumps(value, protocol=protocol))
    np.testing.assert_array_equal(found, value)
    assert np.asarray(found).dtype == np.asarray(value).dtype.newbyteorder("=")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_containers_come_back(protocol):
    shared = np.arange(3)
    value = {
        "list": [1, 2.5, "three", None, True],
        "tuple": (1, (2, b"bytes")),
        "sets": ({1, 2}, frozenset({3})),
        "ordered": collections.OrderedDict(a=1),
        "default": collections.defaultdict(list, a=[1]),
        "counter": collections.Counter("aab"),
        "dates": [datetime.datetime(2025, 11, 14, 1, 2), datetime.date(2025, 1, 2), datetime.timedelta(seconds=3)],
        "same": [shared, shared],
        "complex": 1 + 2j,
    }
    found = _read(pickle.dumps(value, protocol=protocol))
    assert found["same"][0] is found["same"][1]
    del found["same"], value["same"]
    assert found == value


@pytest.mark.parametrize("write", [pickle.dump, joblib.dump])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_predecessors_model_is_unwrapped(predecessor, tmp_path, write, wrapped):
    path = tmp_path / "svd_model.pkl"
    model = predecessor()
    with path.open("wb") as file:
        write({"model": model, "metrics": {"rmse": 0.9}} if wrapped else model, file)
    found = load_model_safe(path)
    assert isinstance(found, LegacyObject)
    assert found.class_name == "src.algorithms.svd_recommender.SVDRecommender"
    assert found.attributes["n_components"] == 50
    assert found.attributes["mapping"] == {1: 0, 2: 1}
    np.testing.assert_array_equal(found.attributes["user_factors"], model.user_factors)
    assert (found.attributes["matrix"] != model.matrix).nnz == 0


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("lzma", 1), ("xz", 1)])
def test_compressed_joblib_files(tmp_path, compress):
    value = {"model": {"factors": np.arange(2000.0).reshape(20, 100), "ids": np.array(["a", "b"], dtype=object)}}
    path = tmp_path / "model.joblib"
    joblib.dump(value, path, compress=compress)
    found = load_model_safe(path)
    np.testing.assert_array_equal(found["factors"], value["model"]["factors"])
    assert found["ids"].tolist() == ["a", "b"]


@pytest.mark.parametrize("module", [gzip, bz2, lzma])
def test_compressed_pickles(tmp_path, module):
    path = tmp_path / "model.pkl.z"
    path.write_bytes(module.compress(pickle.dumps({"model": [1, 2, 3]})))
    assert load_model_safe(path) == [1, 2, 3]


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix])
def test_sparse_matrices_come_back_checked(tmp_path, kind):
    matrix = kind(np.array([[0, 1.5, 0], [2, 0, 3]]))
    path = tmp_path / "matrix.pkl"
    path.write_bytes(pickle.dumps({"model": {"matrix": [matrix]}}))
    found = load_model_safe(path)["matrix"][0]
    np.testing.assert_array_equal(found.toarray(), matrix.toarray())
    assert found.format == matrix.format


def test_a_sparse_matrix_that_points_outside_itself_is_refused(tmp_path):
    matrix = sparse.csr_matrix(np.eye(3))
    matrix.indices[1] = 10**6
    path = tmp_path / "matrix.pkl"
    path.write_bytes(pickle.dumps(matrix))
    with pytest.raises(ArtifactError, match="damaged"):
        load_model_safe(path)


def test_estimators_and_frames_become_records_without_code(tmp_path):
    from sklearn.decomposition import TruncatedSVD

    estimator = TruncatedSVD(2, random_state=np.random.RandomState(1)).fit(np.random.default_rng(1).random((6, 5)))
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps({"model": estimator, "movies": pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})}))
    found = load_model_safe(path)
    assert found.class_name.endswith("TruncatedSVD")
    np.testing.assert_array_equal(found.attributes["components_"], estimator.components_)
    path.write_bytes(pickle.dumps(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})))
    assert load_model_safe(path).class_name == "pandas.core.frame.DataFrame" or "pandas" in repr(
        load_model_safe(path)
    )


def test_surprises_models_become_records(tmp_path):
    from surprise import SVD

    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(SVD(n_factors=7)))
    assert load_model_safe(path).attributes["n_factors"] == 7


# --- what must never run ----------------------------------------------------------------------------------


class _Calls:
    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def _attacks(marker: Path) -> dict[str, bytes]:
    import builtins
    import os
    import shutil
    import subprocess

    touch = f"touch {marker}"
    code = f"open({str(marker)!r}, 'w')"
    attacks = {
        "os.system": pickle.dumps(_Calls(os.system, touch)),
        "subprocess": pickle.dumps(_Calls(subprocess.check_call, ["touch", str(marker)])),
        "eval": pickle.dumps(_Calls(builtins.eval, code)),
        "exec": pickle.dumps(_Calls(builtins.exec, code)),
        "open": pickle.dumps(_Calls(open, str(marker), "w")),
        "getattr": pickle.dumps(_Calls(getattr, 1, "real")),
        "import": pickle.dumps(_Calls(__import__, "this")),
        "shutil": pickle.dumps(_Calls(shutil.copy, "/etc/hostname", str(marker))),
        "in a dictionary": pickle.dumps({"model": [_Calls(os.system, touch)]}),
        "protocol 0": pickle.dumps(_Calls(os.system, touch), protocol=0),
        "inst": f"(S'{touch}'\nios\nsystem\n.".encode(),
        "obj": f"(cos\nsystem\nS'{touch}'\no.".encode(),
        "dotted name": b"\x80\x04\x8c\x08builtins\x8c\x0edict.fromkeys.x\x93.",
        "through numpy": b"cnumpy.core.multiarray\n__builtins__\n.",
        "numpy.load": pickle.dumps(_Calls(np.load, str(marker))),
        "numpy.memmap": pickle.dumps(_Calls(np.memmap, str(marker), "u1", "w+", 0, (3,))),
        "pandas eval": f"cpandas.core.computation.eval\neval\n(S'{code}'\ntR.".encode(),
        "joblib load": pickle.dumps(_Calls(joblib.load, str(marker))),
        "persistent": b"Pmarker\n.",
        "extension": b"\x82\x01.",
        "main script": b"c__main__\nrun\n(tR.",
    }
    wrapped = io.BytesIO()
    joblib.dump(np.array([_Calls(os.system, touch)], dtype=object), wrapped)
    attacks["objects in joblib"] = wrapped.getvalue()
    return attacks


@pytest.mark.parametrize("name", _attacks(Path("marker")))
def test_nothing_runs(tmp_path, name):
    marker = tmp_path / "marker"
    path = tmp_path / "model.pkl"
    path.write_bytes(_attacks(marker)[name])
    with contextlib.suppress(ArtifactError):
        # Names of known libraries give records; all others are refused.
        assert isinstance(load_model_safe(path), LegacyObject)
    assert not marker.exists()


def test_the_refused_name_is_named(tmp_path):
    import os

    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(_Calls(os.system, "true")))
    with pytest.raises(ArtifactError, match=r"(posix|nt)\.system"):
        load_model_safe(path)


def test_states_that_break_native_code_are_refused():
    array = pickle.dumps(np.arange(4.0), protocol=2)
    assert _read(array).tolist() == [0, 1, 2, 3]
    # A longer shape than there are bytes would read beyond the buffer.
    longer = array.replace(b"K\x04\x85", b"K\x7f\x85")
    assert longer != array
    with pytest.raises(pickle.UnpicklingError):
        _read(longer)
    # Raw bytes as object pointers.
    objects = array.replace(b"f8", b"O8")
    assert objects != array
    with pytest.raises(pickle.UnpicklingError):
        _read(objects)
    with pytest.raises(pickle.UnpicklingError, match="structured"):
        _read(pickle.dumps(np.zeros(2, dtype=[("a", "O"), ("b", "i4")])))


def test_an_array_takes_its_state_once():
    array = pickle.dumps(np.arange(4.0), protocol=2)
    state = array[: array.rindex(b"b.")]
    # BUILD, then the same state again.
    twice = state + b"b" + array[array.index(b"(K\x01") : array.rindex(b"b.")] + b"b."
    assert "BUILD" in {opcode.name for opcode, _, _ in pickletools.genops(twice)}
    with pytest.raises((pickle.UnpicklingError, KeyError)):
        _read(twice)


def test_items_cannot_be_put_into_an_array():
    array = pickle.dumps(np.arange(4.0), protocol=2)[:-1]
    with pytest.raises(pickle.UnpicklingError, match="no dictionary"):
        _read(array + b"K\x00K\x07s.")


def test_stand_ins_cannot_be_changed():
    with pytest.raises(pickle.UnpicklingError):
        _read(b"cbuiltins\ndict\n(N}S'a'\nK\x01stb.")


# --- what else may lie there ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab\nsize 1254321\n",
            "Git LFS pointer.*1254321",
        ),
        (b"", "empty"),
        (b"PK\x03\x04rest", "zip"),
        (b'{"a": 1}', "JSON"),
        (b"<html></html>", "HTML"),
        (b"\x93NUMPY\x01\x00", "NumPy array"),
        (b"nonsense", "damaged"),
        (pickle.dumps(list(range(100)))[:-20], "damaged"),
        (gzip.compress(b"x" * 500, mtime=0)[:20], "damaged"),
        (b"\x78\x9cnonsense", "damaged"),
    ],
)
def test_other_files_are_named(tmp_path, content, said):
    path = tmp_path / "model.pkl"
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=f"(?s){said}"):
        load_model_safe(path)


def test_a_path_without_anything(tmp_path):
    with pytest.raises(CineMatchError, match="no model"):
        load_model_safe(tmp_path / "none")


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_value_or_one_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "model.pkl"
    path.write_bytes(content)
    with contextlib.suppress(ArtifactError):
        load_model_safe(path)


_SAMPLE = pickle.dumps({"model": {"a": np.arange(5.0), "b": sparse.csr_matrix(np.eye(2)), "c": ["x", {1: (2, 3)}]}})


@given(st.integers(0, len(_SAMPLE) - 1), st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_gives_a_value_or_one_error(tmp_path_factory, position, value):
    path = tmp_path_factory.mktemp("changed") / "model.pkl"
    path.write_bytes(_SAMPLE[:position] + bytes([value]) + _SAMPLE[position + 1 :])
    with contextlib.suppress(ArtifactError):
        load_model_safe(path)
