"""Frames of Spark from columns of numbers: blocks travel as bytes and become arrow tables in the executors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["frame_of"]

_TYPES = {np.dtype(np.int64): "long", np.dtype(np.int32): "int", np.dtype(np.float32): "float"}


def frame_of(
    spark: SparkSession, blocks: RDD[tuple[NDArray[Any], ...]], columns: Mapping[str, np.dtype[Any]]
) -> DataFrame:
    """Return blocks of rows as one frame.

    Parameters
    ----------
    blocks : RDD of tuple of ndarray
        Of each block the columns in their order, equally long and of their types.
    columns : mapping of str to dtype
        int64, int32 or float32; NaN becomes null.
    """
    packed = blocks.map(_packed)
    frame = spark.createDataFrame(packed, ", ".join(f"{name} binary" for name in columns))
    types = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in columns.items())
    return frame.mapInArrow(_Unpacking(dict(columns)), types)


def _packed(block: tuple[NDArray[Any], ...]) -> tuple[bytes, ...]:
    return tuple(column.tobytes() for column in block)


@dataclass(frozen=True)
class _Unpacking:
    columns: dict[str, np.dtype[Any]]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for batch in batches:
            for row in zip(*batch.to_pydict().values(), strict=True):
                arrays = [
                    pa.array(np.frombuffer(content, dtype=kind), from_pandas=True)
                    for content, kind in zip(row, self.columns.values(), strict=True)
                ]
                yield pa.RecordBatch.from_arrays(arrays, names=list(self.columns))
