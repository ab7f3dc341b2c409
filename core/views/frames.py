"""Views as pandas tables, for notebooks; pandas is imported when the first is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_of"]

# By the annotation as it is written in the views. What may be missing keeps its kind: whole numbers stay whole.
_DTYPES = {
    "int": "int64",
    "int | None": "Int64",
    "float": "float64",
    "float | None": "float64",
    "str": "str",
    "str | None": "str",
}


def frame_of(rows: Sequence[Any], kind: type) -> pd.DataFrame:
    """Return rows as a DataFrame with the fields of their type as columns, in their order; also without any row.

    Parameters
    ----------
    rows : sequence of `kind`
    kind : type
        A dataclass. Lists, such as genres, stay lists in their cells (`DataFrame.explode` takes them apart).
    """
    import pandas as pd

    columns = {}
    for field in fields(kind):
        values = [getattr(row, field.name) for row in rows]
        columns[field.name] = pd.Series(values, dtype=_DTYPES.get(str(field.type), "object"))
    return pd.DataFrame(columns)
