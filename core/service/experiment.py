"""An experiment: people are split in two by their token, and each half is given lists of its own order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.errors import ConfigurationError, InvalidInputError
from core.lists.requests import ListRequest, WhatIf
from core.recommenders.registry import algorithm_keys
from core.views import MAX_FACTOR, WISHES, ArmView, Reranking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.views import OnlineView

__all__ = ["Arm", "arm_of", "compared", "parse_arms"]

_FORM = "Write it like `hybrid,ease`, `hybrid,hybrid:love=1` or `hybrid,hybrid:ease=0.5`."


@dataclass(frozen=True)
class Arm:
    """One half of an experiment: an algorithm, and with it wishes by name and the hybrid's members by factor."""

    label: str
    text: str
    algorithm: str
    wish: Reranking
    what_if: WhatIf | None

    @property
    def variant(self) -> str:
        """The name under which its lists are kept."""
        return f"{self.label}: {self.text}"

    def view(self) -> ArmView:
        """Return what people and clients see of it."""
        return ArmView(self.label, self.algorithm, self.text)

    def applied(self, request: ListRequest) -> ListRequest | None:
        """Return a request in this arm's order; None for one that asks for an order of its own."""
        if request.algorithm is not None or request.wish.active or request.what_if is not None:
            return None
        return replace(request, algorithm=self.algorithm, wish=self.wish, what_if=self.what_if)


def parse_arms(text: str | None) -> tuple[Arm, ...]:
    """Return the two arms that an operator wrote; none without a text.

    Raises
    ------
    ConfigurationError
        When it does not name two different orders.
    """
    if text is None:
        return ()
    parts = ["".join(part.split()) for part in text.split(",")]
    if len(parts) != 2 or parts[0] == parts[1]:
        raise ConfigurationError(f"CINEMATCH_AB_SPLIT names no two different orders: {text!r}. {_FORM}")
    try:
        return tuple(_arm(label, part) for label, part in zip("AB", parts, strict=True))
    except (InvalidInputError, ValueError) as error:
        raise ConfigurationError(f"CINEMATCH_AB_SPLIT is not valid: {text!r}: {error} {_FORM}") from error


def _arm(label: str, text: str) -> Arm:
    algorithm, *options = text.split(":")
    if algorithm not in algorithm_keys():
        raise InvalidInputError(f"there is no algorithm {algorithm!r}.")
    wishes: dict[str, float] = {}
    factors: dict[str, float] = {}
    for option in options:
        name, equals, number = option.partition("=")
        if not equals:
            raise InvalidInputError(f"{option!r} has no value.")
        value = float(number)
        if name in {wish.name for wish in WISHES}:
            wishes[name] = value
        elif name in algorithm_keys() and 0 <= value <= MAX_FACTOR:
            factors[name] = value
        else:
            raise InvalidInputError(f"{option!r} is neither a wish nor a factor of one of the hybrid's members.")
    return Arm(label, text, algorithm, Reranking(**wishes), WhatIf(ranking=factors) if factors else None)


def arm_of(arms: Sequence[Arm], token: str) -> Arm | None:
    """Return the arm of whoever has a token, the same each time; None without an experiment.

    Another experiment splits people anew.
    """
    if not arms:
        return None
    experiment = ",".join(arm.text for arm in arms)
    digest = hashlib.sha256(f"{experiment} {token}".encode()).digest()
    return arms[digest[0] % len(arms)]


def compared(arms: Sequence[Arm], measures: Sequence[OnlineView]) -> tuple[OnlineView, OnlineView] | None:
    """Return what became of the lists of A and of B, None while one of them was given to nobody.

    Parameters
    ----------
    arms : sequence of Arm
        Of the experiment that is on; without one, lists of the only experiment that there was are compared.
    measures : sequence of OnlineView
    """
    given = {one.variant: one for one in measures if one.variant}
    names = [arm.variant for arm in arms] or sorted(given)
    if len(names) != 2 or not given.keys() >= set(names):
        return None
    return given[names[0]], given[names[1]]
