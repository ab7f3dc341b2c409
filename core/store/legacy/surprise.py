"""What names in a predecessor's file stand for: checked builders, markers and inert records."""

from __future__ import annotations

import datetime
import math
import pickle
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any, Literal, cast

import numpy as np

__all__ = [
    "INERT_LIBRARIES",
    "KNOWN",
    "PREDECESSOR",
    "SPARSE_FORMATS",
    "ArrayOnDisk",
    "Builder",
    "Inert",
    "LegacyObject",
    "Marker",
    "PlainDtype",
    "RefusedError",
    "empty_array",
    "fill",
    "plain_dtype",
    "plain_shape",
]

_PLAIN_KINDS = "biufcSUmMO"
SPARSE_FORMATS = ("csr", "csc", "coo", "bsr", "dia", "lil", "dok")


class RefusedError(pickle.UnpicklingError):
    """A file asks for something that a model does not need."""


class LegacyObject:
    """An instance of a class that is not here any more: its name and attributes, without its code.

    Attributes
    ----------
    class_name : str
        Such as ``src.algorithms.svd_recommender.SVDRecommender``.
    arguments : tuple
        What it was built from, where it was built from something.
    attributes : dict
        Its state, under ``state`` where that was not a dictionary.
    """

    __slots__ = ("arguments", "attributes", "class_name")

    def __init__(self, class_name: str, arguments: tuple[Any, ...] = ()) -> None:
        self.class_name = class_name
        self.arguments = arguments
        self.attributes: dict[Any, Any] = {}

    def __repr__(self) -> str:
        return f"LegacyObject({self.class_name!r}, attributes={sorted(map(str, self.attributes))})"


class Inert:
    """Stands for a known class or function: using it gives a `LegacyObject`."""

    def __init__(self, name: str) -> None:
        self.name = name


class Builder:
    """Stands for a function that a file may call: one of this module's own."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build


class Marker:
    """Stands for a name that may be passed on but not called."""

    def __init__(self, name: str) -> None:
        self.name = name


class ArrayOnDisk:
    """joblib's wrapper of an array whose bytes follow in the file."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}


class PlainDtype:
    """A data type under construction: only plain scalar types, whatever state a file brings."""

    def __init__(self, code: object, *_: object) -> None:
        text = code.decode("ascii") if isinstance(code, bytes) else code
        if not isinstance(text, str):
            raise RefusedError(f"a data type {code!r}")
        self.code = text
        self.order: Literal["<", ">", "|", "="] = "="

    def set_state(self, state: object) -> None:
        fields = state if isinstance(state, tuple) else ()
        if len(fields) < 5 or any(part is not None for part in fields[2:5]) or fields[1] not in ("<", ">", "|", "="):
            raise RefusedError("a structured data type")
        self.order = cast('Literal["<", ">", "|", "="]', fields[1])

    def resolve(self) -> np.dtype[Any]:
        try:
            found = np.dtype(self.code)
        except (TypeError, ValueError, SyntaxError) as error:
            raise RefusedError(f"a data type {self.code!r}") from error
        if found.kind not in _PLAIN_KINDS or found.names is not None or found.subdtype is not None:
            raise RefusedError(f"a data type {self.code!r}")
        return found if self.order in "|=" else found.newbyteorder(self.order)


def plain_dtype(value: object) -> np.dtype[Any]:
    if not isinstance(value, PlainDtype):
        raise RefusedError(f"{type(value).__name__} in the place of a data type")
    return value.resolve()


def plain_shape(value: object) -> tuple[int, ...]:
    sizes = value if isinstance(value, tuple | list) else (value,)
    if not all(isinstance(size, int) and not isinstance(size, bool) and size >= 0 for size in sizes):
        raise RefusedError(f"an array of shape {value!r}")
    return tuple(cast(int, size) for size in sizes)


def _content(raw: object, dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes | list[Any]:
    """Return an array's bytes, or its list where the type is object, when the size agrees."""
    count = math.prod(shape)
    if dtype.hasobject:
        if not isinstance(raw, list) or len(raw) != count:
            raise RefusedError("an array of objects whose size does not agree")
        return list(raw)
    content = raw.encode("latin-1") if isinstance(raw, str) else raw
    if not isinstance(content, bytes | bytearray) or len(content) != count * dtype.itemsize:
        raise RefusedError("an array whose size does not agree with its bytes")
    return bytes(content)


def fill(
    target: np.ndarray[Any, Any], raw: object, dtype: np.dtype[Any], shape: tuple[int, ...], fortran: bool
) -> np.ndarray[Any, Any]:
    """Turn an empty array into one of checked content, in its place."""
    state: Any = (1, shape, dtype, fortran, _content(raw, dtype, shape))
    target.__setstate__(state)
    return target


def empty_array(*_: object) -> np.ndarray[Any, Any]:
    return np.empty(0, dtype=np.int8)


def _from_buffer(raw: object, dtype: object, shape: object, order: object = "C", *_: object) -> np.ndarray[Any, Any]:
    return fill(empty_array(), raw, plain_dtype(dtype), plain_shape(shape), order == "F")


def _scalar(dtype: object, raw: object = b"") -> Any:
    found = plain_dtype(dtype)
    return raw if found.hasobject else fill(empty_array(), raw, found, (1,), False)[0]


def _latin(text: object, encoding: object = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise RefusedError(f"text in the encoding {encoding!r}")
    return text.encode("latin-1")


def _default_dict(*_: object) -> defaultdict[Any, Any]:
    # The factory is dropped: a model that is read needs no new entries.
    return defaultdict(None)


def _limited(build: Callable[..., Any], most: int) -> Callable[..., Any]:
    def checked(*arguments: object) -> Any:
        if len(arguments) > most or any(isinstance(value, int) for value in arguments):
            # bytes(10 ** 12) would fill the memory.
            raise RefusedError(f"{build.__name__} of a number")
        return build(*arguments)

    return checked


def _known_names() -> dict[tuple[str, str], object]:
    table: dict[tuple[str, str], object] = {
        ("_codecs", "encode"): Builder(_latin),
        ("collections", "OrderedDict"): Builder(_limited(OrderedDict, 1)),
        ("collections", "defaultdict"): Builder(_default_dict),
        ("collections", "Counter"): Builder(_limited(Counter, 1)),
        ("collections", "deque"): Builder(lambda values=(), *_: deque(values)),
        ("datetime", "datetime"): Builder(datetime.datetime),
        ("datetime", "date"): Builder(datetime.date),
        ("datetime", "timedelta"): Builder(datetime.timedelta),
        ("joblib.numpy_pickle", "NumpyArrayWrapper"): Builder(ArrayOnDisk),
        ("numpy", "dtype"): Builder(PlainDtype),
        ("numpy", "ndarray"): Marker("ndarray"),
        ("copyreg", "_reconstructor"): Marker("_reconstructor"),
        ("copy_reg", "_reconstructor"): Marker("_reconstructor"),
    }
    for module in ("builtins", "__builtin__"):
        table |= {
            (module, build.__name__): Builder(_limited(build, 1)) for build in (set, frozenset, list, dict, tuple)
        }
        table[module, "bytearray"] = Builder(_latin_array)
        table[module, "bytes"] = Builder(_limited(bytes, 0))
        table[module, "complex"] = Builder(complex)
        table[module, "slice"] = Builder(slice)
        table |= {(module, name): Marker(name) for name in ("object", "int", "float", "bool", "str", "NoneType")}
    for root in ("numpy.core", "numpy._core"):
        table[f"{root}.multiarray", "_reconstruct"] = Builder(empty_array)
        table[f"{root}.multiarray", "scalar"] = Builder(_scalar)
        table[f"{root}.numeric", "_frombuffer"] = Builder(_from_buffer)
    table |= {("numpy", name): Marker(name) for name in np.sctypeDict if isinstance(name, str)}
    return table


def _latin_array(text: object = b"", encoding: object = "latin-1") -> bytearray:
    return bytearray(_latin(text, encoding) if isinstance(text, str) else bytes(cast(bytes, text)))


KNOWN = _known_names()
INERT_LIBRARIES = ("pandas", "pyarrow", "sklearn", "surprise", "scipy", "numpy.random")
PREDECESSOR = frozenset(
    {
        "BaseRecommender",
        "SVDRecommender",
        "SimpleSVDRecommender",
        "SurpriseSVDRecommender",
        "UserKNNRecommender",
        "ItemKNNRecommender",
        "ContentBasedRecommender",
        "HybridRecommender",
        "AlgorithmManager",
        "AlgorithmType",
        "SVDModel",
    }
)
"""Class names of the predecessor's models, which lived in ``src`` or in the script that trained them."""
