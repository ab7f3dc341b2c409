"""An unpickler for other people's files that cannot be made to run anything.

A pickle is a program for a small stack machine whose instructions name functions and call them. Refusing some
names is not enough: harmless ones (`numpy.dtype`, `numpy.ndarray`, scipy's constructors) accept states that make
native code read and write outside its arrays later. So nothing a file names is ever looked up in a module. Every
name that may occur is a key of a table whose values are this module's own: builders that check what they are
given, and inert records. The instructions that call, instantiate and set state accept nothing else.
"""

from __future__ import annotations

import math
import pickle
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import IO, Any, ClassVar, cast

import numpy as np

from core.store.legacy.surprise import (
    INERT_LIBRARIES,
    KNOWN,
    PREDECESSOR,
    SPARSE_FORMATS,
    ArrayOnDisk,
    Builder,
    Inert,
    LegacyObject,
    Marker,
    PlainDtype,
    RefusedError,
    empty_array,
    fill,
    plain_dtype,
    plain_shape,
)

__all__ = ["SafeUnpickler"]

_MOST_BYTES = 1 << 36

# Python's own unpickler in Python: the one in C does not let its instructions be replaced. joblib builds on it, too.
_PythonUnpickler: Any = cast(Any, pickle)._Unpickler


class SafeUnpickler(_PythonUnpickler):  # type: ignore[misc]
    """Read a pickle, or a joblib file, from an open binary file; see the module."""

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(_PythonUnpickler.dispatch)

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, encoding="latin1")
        self._file = file
        self._pending: set[int] = set()
        self._keep: list[Any] = []

    def find_class(self, module: str, name: str) -> object:
        """Return this module's stand-in for a name; nothing is imported.

        Raises
        ------
        RefusedError
            For every name that a model does not need.
        """
        found = KNOWN.get((module, name))
        if found is not None:
            return found
        parts = module.split(".")
        if parts[:2] == ["scipy", "sparse"] and name.removesuffix("_matrix").removesuffix("_array") in SPARSE_FORMATS:
            return Inert(f"scipy.sparse.{name}")
        if ".".join(parts[:2]) in INERT_LIBRARIES or parts[0] in INERT_LIBRARIES:
            return Inert(f"{module}.{name}")
        if name in PREDECESSOR and parts[0] in ("src", "algorithms", "__main__", "svd_model_sklearn", "scripts"):
            return Inert(f"{module}.{name}")
        raise RefusedError(f"the name {module}.{name}")

    # --- instructions that call ---------------------------------------------------------------------------

    def _build_from(self, what: object, arguments: object) -> Any:
        values = arguments if isinstance(arguments, tuple) else ()
        if isinstance(what, Marker) and what.name == "_reconstructor" and values:
            what, values = values[0], ()
        if isinstance(what, Inert):
            return LegacyObject(what.name, values)
        if isinstance(what, Builder):
            try:
                made = what.build(*values)
            except RefusedError:
                raise
            except (TypeError, ValueError, OverflowError) as error:
                raise RefusedError(f"arguments that do not fit: {error}") from error
            if what.build is empty_array:
                # An object stays alive while its id is remembered, so that no other one can take the id.
                self._pending.add(id(made))
                self._keep.append(made)
            return made
        raise RefusedError(f"a call of {getattr(what, 'name', type(what).__name__)}")

    def load_reduce(self) -> None:
        arguments = self.stack.pop()
        self.stack[-1] = self._build_from(self.stack[-1], arguments)

    def load_newobj(self) -> None:
        arguments = self.stack.pop()
        self.stack.append(self._build_from(self.stack.pop(), arguments))

    def load_newobj_ex(self) -> None:
        named = self.stack.pop()
        if named:
            raise RefusedError("a call with named arguments")
        self.load_newobj()

    def load_refused(self) -> None:
        raise RefusedError("an instruction that no model of the predecessor uses")

    # --- instructions that set state ----------------------------------------------------------------------

    def load_build(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, PlainDtype):
            target.set_state(state)
        elif isinstance(target, ArrayOnDisk):
            if not isinstance(state, dict):
                raise RefusedError("an array without a description")
            target.state = state
            self.stack[-1] = self._read_array(target)
        elif isinstance(target, np.ndarray):
            self._set_array(target, state)
        elif isinstance(target, LegacyObject):
            parts = state if isinstance(state, tuple) and len(state) == 2 else (state,)
            for part in parts:
                if isinstance(part, dict):
                    target.attributes.update(part)
                elif part is not None:
                    target.attributes["state"] = part
        elif not isinstance(target, OrderedDict | defaultdict | Counter) or state:
            raise RefusedError(f"state for {type(target).__name__}")

    def _set_array(self, target: np.ndarray[Any, Any], state: object) -> None:
        """Fill an array in its place, once: other objects may hold it already."""
        if id(target) not in self._pending or not isinstance(state, tuple) or len(state) not in (4, 5):
            raise RefusedError("state for an array that has one")
        self._pending.discard(id(target))
        shape, dtype, fortran, raw = state[-4:]
        fill(target, raw, plain_dtype(dtype), plain_shape(shape), bool(fortran))

    def _read_array(self, wrapper: ArrayOnDisk) -> np.ndarray[Any, Any]:
        """Read the bytes that follow joblib's description of an array."""
        dtype, shape = plain_dtype(wrapper.state.get("dtype")), plain_shape(wrapper.state.get("shape"))
        if dtype.hasobject:
            return cast("np.ndarray[Any, Any]", type(self)(self._file).load())
        size = math.prod(shape) * dtype.itemsize
        if size > _MOST_BYTES:
            raise RefusedError(f"an array of {size:,} bytes")
        if wrapper.state.get("numpy_array_alignment_bytes") is not None:
            padding = self._file.read(1)
            self._file.read(padding[0] if padding else 0)
        raw = self._file.read(size)
        return fill(empty_array(), raw, dtype, shape, wrapper.state.get("order") == "F")

    # --- instructions that fill containers ----------------------------------------------------------------

    def _filled(self, kinds: tuple[type, ...]) -> None:
        """Refuse to fill anything but plain containers: arrays accept items, too."""
        mark: list[Any] = self.metastack[-1]
        if not mark or not isinstance(mark[-1], kinds):
            raise RefusedError("items for something that is no container")

    def load_setitem(self) -> None:
        if len(self.stack) < 3 or not isinstance(self.stack[-3], dict):
            raise RefusedError("an item for something that is no dictionary")
        super().load_setitem()

    def load_setitems(self) -> None:
        self._filled((dict,))
        super().load_setitems()

    def load_append(self) -> None:
        if len(self.stack) < 2 or not isinstance(self.stack[-2], list | deque):
            raise RefusedError("an item for something that is no list")
        super().load_append()

    def load_appends(self) -> None:
        self._filled((list, deque))
        super().load_appends()

    def load_additems(self) -> None:
        self._filled((set,))
        super().load_additems()


for _code, _method in (
    (pickle.REDUCE, SafeUnpickler.load_reduce),
    (pickle.NEWOBJ, SafeUnpickler.load_newobj),
    (pickle.NEWOBJ_EX, SafeUnpickler.load_newobj_ex),
    (pickle.BUILD, SafeUnpickler.load_build),
    (pickle.SETITEM, SafeUnpickler.load_setitem),
    (pickle.SETITEMS, SafeUnpickler.load_setitems),
    (pickle.APPEND, SafeUnpickler.load_append),
    (pickle.APPENDS, SafeUnpickler.load_appends),
    (pickle.ADDITEMS, SafeUnpickler.load_additems),
    (pickle.INST, SafeUnpickler.load_refused),
    (pickle.OBJ, SafeUnpickler.load_refused),
    (pickle.PERSID, SafeUnpickler.load_refused),
    (pickle.BINPERSID, SafeUnpickler.load_refused),
    (pickle.EXT1, SafeUnpickler.load_refused),
    (pickle.EXT2, SafeUnpickler.load_refused),
    (pickle.EXT4, SafeUnpickler.load_refused),
    (pickle.NEXT_BUFFER, SafeUnpickler.load_refused),
    (pickle.READONLY_BUFFER, SafeUnpickler.load_refused),
):
    SafeUnpickler.dispatch[_code[0]] = _method
