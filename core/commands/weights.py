"""The option ``--weight``: what if the hybrid trusted a member more or less."""

from __future__ import annotations

from typing import Annotated

import typer

from core.commands.options import OptionGroup
from core.lists.requests import WhatIf

__all__ = ["WHAT_IF", "what_if_of"]

_WeightOption = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        help="What if the hybrid trusted a member otherwise: ease=0.5 halves its weight in the order of the list, "
        "rating:svd=0 takes it out of the predicted stars; 1 is as learned. Repeat it.",
        metavar="KEY=FACTOR",
    ),
]


def what_if_of(weight: _WeightOption = None) -> WhatIf | None:
    """Return what the options ask, None without any."""
    if not weight:
        return None
    parts: dict[str, dict[str, float]] = {"ranking": {}, "rating": {}}
    for text in weight:
        name, _, factor = text.partition("=")
        part, _, key = name.rpartition(":")
        try:
            parts[part or "ranking"][key] = float(factor)
        except (KeyError, ValueError) as error:
            raise typer.BadParameter(
                f"{text!r} is not KEY=FACTOR, such as ease=0.5 or rating:svd=0", param_hint="--weight"
            ) from error
    return WhatIf(parts["ranking"], parts["rating"])


WHAT_IF = OptionGroup.of(what_if_of)
"""How much the hybrid is to trust its members: `WhatIf`, or None."""
