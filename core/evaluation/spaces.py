"""Where to look for better hyper-parameters, read off the algorithms' own configurations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from core.errors import InvalidInputError
from core.recommenders.base import AlgorithmConfig

if TYPE_CHECKING:
    import optuna

__all__ = ["Dimension", "search_space", "suggest"]

_NOT_TUNED = ("seed", "random_state", "threads", "block_size")
_FLOAT_SPREAD = 8.0
_INT_SPREAD = 4


@dataclass(frozen=True)
class Dimension:
    """One hyper-parameter and its range; `choices` where it is no number."""

    name: str
    kind: Literal["float", "int", "choice"]
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    choices: tuple[Any, ...] = ()


def search_space(
    config_class: type[AlgorithmConfig], names: Sequence[str] | None = None, start: Mapping[str, Any] | None = None
) -> list[Dimension]:
    """Return the dimensions of a configuration.

    A field with two finite bounds is searched between them, evenly; a positive number without both over a factor
    of 8 (4 for whole numbers) to either side of where it starts, evenly in its logarithm; truth values and literals
    over all they can be. Other fields keep their values.

    Parameters
    ----------
    names : sequence of str, optional
        Only these fields.
    start : mapping of name to value, optional
        Where the search starts; by default the fields' defaults.

    Raises
    ------
    InvalidInputError
        For a name that cannot be tuned, or when nothing is left.
    """
    found = {
        name: dimension
        for name, field in config_class.model_fields.items()
        if name not in _NOT_TUNED
        and (dimension := _dimension(name, field, (start or {}).get(name, field.default))) is not None
    }
    unknown = [name for name in names or () if name not in found]
    if unknown or not found:
        raise InvalidInputError(
            f"{config_class.__name__} cannot be tuned by {', '.join(unknown) or 'anything'}. "
            f"Its tunable parameters: {', '.join(found) or 'none'}."
        )
    return [dimension for name, dimension in found.items() if names is None or name in names]


def suggest(trial: "optuna.Trial", space: Sequence[Dimension]) -> dict[str, Any]:
    """Return the values that a trial tries."""
    values: dict[str, Any] = {}
    for item in space:
        if item.kind == "choice":
            values[item.name] = trial.suggest_categorical(item.name, item.choices)
        elif item.kind == "int":
            values[item.name] = trial.suggest_int(item.name, int(item.low), int(item.high), log=item.log)
        else:
            values[item.name] = trial.suggest_float(item.name, item.low, item.high, log=item.log)
    return values


def _dimension(name: str, field: FieldInfo, start: Any) -> Dimension | None:
    annotation = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        members = [item for item in get_args(annotation) if item is not type(None)]
        annotation = members[0] if len(members) == 1 and start is not None else None
    if annotation is bool:
        return Dimension(name, "choice", choices=(False, True))
    if get_origin(annotation) is Literal:
        return Dimension(name, "choice", choices=get_args(annotation))
    if annotation not in (int, float) or not isinstance(start, (int, float)):
        return None
    return _numeric(name, "int" if annotation is int else "float", float(start), *_bounds(field))


def _numeric(
    name: str, kind: Literal["float", "int"], start: float, lowest: float | None, highest: float | None
) -> Dimension | None:
    if lowest is not None and highest is not None and (kind == "float" or highest - lowest <= 16):
        return Dimension(name, kind, lowest, highest)
    if start <= 0:
        return None
    spread = _INT_SPREAD if kind == "int" else _FLOAT_SPREAD
    low, high = start / spread, start * spread
    if kind == "int":
        low, high = max(1, low // 1), high // 1
    low = low if lowest is None else max(low, lowest)
    high = high if highest is None else min(high, highest)
    return Dimension(name, kind, low, high, log=True)


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    lowest = highest = None
    for rule in field.metadata:
        for attribute in ("ge", "gt"):
            if getattr(rule, attribute, None) is not None:
                lowest = float(getattr(rule, attribute)) + (1e-6 if attribute == "gt" else 0.0)
        for attribute in ("le", "lt"):
            if getattr(rule, attribute, None) is not None:
                highest = float(getattr(rule, attribute)) - (1e-6 if attribute == "lt" else 0.0)
    return lowest, highest
