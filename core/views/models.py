"""Algorithms and what a hybrid has learned of them."""

from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["MAX_FACTOR", "DiskUse", "HybridWeights", "MemberWeight", "ModelMemory", "ModelState", "ModelStatus"]

MAX_FACTOR = 10.0
"""By how much a what-if may multiply a member's weight at most."""
ModelState = Literal["loaded", "skipped", "failed", "missing"]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Whether an algorithm is served, and what is known of its model."""

    key: str
    name: str
    summary: str
    state: ModelState
    reason: str | None = None
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    """As in the artifact's manifest: values and how they were measured; empty when never measured."""
    trained_at: str | None = None
    disk_mb: float | None = None
    mapped_mb: float | None = None
    resident_mb: float | None = None
    loves: bool = False
    """Whether it tells what one would love from what one would watch."""
    learning: Literal["fit", "measure"] | None = None
    """Whether a model of it is being fitted, or it is being measured, now or after others."""
    list_recall: float | None = None
    """Share of the ten best films that its lists hold, as measured in training; null where it looks at all films."""
    similarity: str | None = None
    """What its number of similar movies is; null where it knows no likeness of movies."""


@dataclass(frozen=True, slots=True)
class ModelMemory:
    """What the loaded models take, in MB, and how much they may take."""

    used_mb: float
    budget_mb: float


@dataclass(frozen=True, slots=True)
class MemberWeight:
    """How much the hybrid trusts a member: learned on ratings that the member had not seen, times the factor."""

    key: str
    name: str
    weight: float
    """Of the ranking: per unit of the member's scaled score. Of the rating: share of the member's distance from the
    baseline that is added, for an average user and movie."""


@dataclass(frozen=True, slots=True)
class HybridWeights:
    """The weights of both parts."""

    ranking: list[MemberWeight]
    rating: list[MemberWeight]


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What is on the disk, in MB."""

    places: dict[str, float]
    free_mb: float
    total_mb: float
    installed_at: str | None
    """When the data set was installed, UTC."""
