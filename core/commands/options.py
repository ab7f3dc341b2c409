"""Groups of options: several options of a command line that make one value."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["OptionGroup", "takes"]


@dataclass(frozen=True)
class OptionGroup:
    """Options that a command takes as one value."""

    options: Sequence[inspect.Parameter]
    """What Typer is to read, in the order of the help page."""
    build: Callable[..., Any]
    """Makes the value of the options, by name."""

    @classmethod
    def of(cls, build: Callable[..., Any]) -> OptionGroup:
        """Return the group of a function's parameters."""
        return cls(tuple(inspect.signature(build, eval_str=True).parameters.values()), build)


def takes(**groups: OptionGroup) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command, in place of a parameter, the options of a group; the command gets the value that they make."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)

        @functools.wraps(command)
        def run(**given: Any) -> None:
            for name, group in groups.items():
                given[name] = group.build(**{option.name: given.pop(option.name) for option in group.options})
            command(**given)

        spread = [
            option.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in own.parameters.values()
            for option in (groups[parameter.name].options if parameter.name in groups else (parameter,))
        ]
        run.__signature__ = own.replace(parameters=spread)  # type: ignore[attr-defined]
        return run

    return decorate
