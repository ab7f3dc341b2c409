"""What people may wish of a list, each wish described once; and what was measured of its cost."""

from dataclasses import dataclass, field, fields, replace
from typing import Any

from core.errors import InvalidInputError

__all__ = ["OWN_ORDER", "WISHES", "MeasuredWeight", "Near", "Reranking", "Wish", "WishCost", "WishView"]


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish: the range of its weight and the words for it, wherever people meet it.

    `default` is the weight that changes nothing and holds when nobody says anything.
    """

    label: str
    """Above its slider."""
    ends: tuple[str, str]
    """What the lowest and the highest weight mean."""
    help: str
    """A sentence for the command line and the REST API."""
    low: float
    high: float
    shown: tuple[float, float]
    """Range of the slider: beyond it a list has little to do with its person."""
    measured: tuple[float, ...]
    """Weights whose cost is measured with every model, ascending."""
    default: float = 0.0
    step: float = 0.1
    """Of the slider."""
    own: bool = False
    """Whether the algorithm itself orders by it, where it can, instead of its best being put into another order."""
    name: str = ""
    """Of the field of `Reranking`, the parameter and the option."""


@dataclass(frozen=True, slots=True)
class Near:
    """What a list is to come close to, as much as `Reranking.closeness` says."""

    tags: tuple[str, ...] = ()
    movie_ids: tuple[int | str, ...] = ()

    @property
    def named(self) -> bool:
        """Whether anything is named."""
        return bool(self.tags or self.movie_ids)


def _wish(wish: Wish) -> Any:
    return field(default=wish.default, metadata={"wish": wish})


@dataclass(frozen=True)
class Reranking:
    """How far a list may move away from the algorithm's own order: one weight for each wish.

    Everything else that knows of wishes derives from these fields: `WISHES`, addresses, parameters, options, sliders,
    costs and what is measured. What a weight does to a list is in `core.lists.reranking`.

    Raises
    ------
    InvalidInputError
        For a weight outside its range.
    """

    diversity: float = _wish(
        Wish(
            label="Variety",
            ends=("as it comes", "mixed genres"),
            help="How much the list is to be mixed: weight of being unlike the movies above, by genres. 0 changes "
            "nothing.",
            low=0,
            high=1,
            shown=(0, 0.5),
            measured=(0.1, 0.2, 0.4),
        )
    )
    popularity: float = _wish(
        Wish(
            label="How well known",
            ends=("off the beaten path", "well known"),
            help="Towards well-known movies (up to 1) or off the beaten path (down to -1). 0 changes nothing.",
            low=-1,
            high=1,
            shown=(-0.5, 0.5),
            measured=(-0.4, -0.2, 0.2, 0.4),
        )
    )
    recency: float = _wish(
        Wish(
            label="How new",
            ends=("older", "newer"),
            help="Towards new movies (up to 1) or old ones (down to -1). 0 changes nothing.",
            low=-1,
            high=1,
            shown=(-0.5, 0.5),
            measured=(-0.4, -0.2, 0.2, 0.4),
        )
    )

    love: float = _wish(
        Wish(
            label="Watch or love",
            ends=("what I would watch", "what I would love"),
            help="From what people like this come to watch (0) to what this person would love (1). Only the hybrid "
            "tells the two apart; at .75 it is as it was measured.",
            low=0,
            high=1,
            shown=(0, 1),
            measured=(0.0, 1.0),
            default=0.75,
            step=0.25,
            own=True,
        )
    )
    lately: float = _wish(
        Wish(
            label="What I watched lately",
            ends=("all my films", "my last ones"),
            help="From what fits the whole profile (0) to what people rate next after its last films (1). Only the "
            "hybrid has such an order. 0 changes nothing.",
            low=0,
            high=1,
            shown=(0, 1),
            measured=(0.5, 1.0),
            step=0.25,
            own=True,
        )
    )
    closeness: float = _wish(
        Wish(
            label="Like what you name",
            ends=("as it comes", "close to it"),
            help="How close the list is to come to the tags and films that are named, by who liked them, genres, "
            "years and tags. 0 changes nothing.",
            low=0,
            high=1,
            shown=(0, 0.8),
            measured=(0.2, 0.4),
        )
    )

    def __post_init__(self) -> None:
        for wish in WISHES:
            weight = getattr(self, wish.name)
            if not wish.low <= weight <= wish.high:
                raise InvalidInputError(
                    f"The weight of {wish.name} must be between {wish.low:g} and {wish.high:g}, not {weight}."
                )

    @property
    def weights(self) -> dict[str, float]:
        """The weights that change anything, by name."""
        return {wish.name: weight for wish in WISHES if (weight := getattr(self, wish.name)) != wish.default}

    @property
    def active(self) -> bool:
        """Whether the order may differ from the algorithm's own."""
        return bool(self.weights)

    @property
    def reorders(self) -> bool:
        """Whether the algorithm's best are put into another order than its own."""
        return not self.weights.keys() <= OWN_ORDER

    @property
    def own(self) -> dict[str, float]:
        """The weights by which the algorithm itself is to order otherwise, by name."""
        return {name: weight for name, weight in self.weights.items() if name in OWN_ORDER}

    def depth(self, n: int) -> int:
        """Return how many of the algorithm's best to re-rank for a list of `n`."""
        return max(100, 5 * n) if self.reorders else n


WISHES: tuple[Wish, ...] = tuple(
    replace(wish, name=one.name) for one in fields(Reranking) if isinstance(wish := one.metadata["wish"], Wish)
)
"""Every wish, in the order of the fields of `Reranking`."""
OWN_ORDER = frozenset(wish.name for wish in WISHES if wish.own)
"""The names of those by which an algorithm itself orders."""


@dataclass(frozen=True, slots=True)
class MeasuredWeight:
    """What one weight of a wish changed on held-out ratings, alone: NDCG@10, with minus without."""

    weight: float
    change: float
    low: float
    """Of the change's 95% interval over users."""
    high: float


@dataclass(frozen=True, slots=True)
class WishCost:
    """What is known of the cost of one weight."""

    wish: str
    """The name of one of `WISHES`."""
    weight: float
    ndcg: float | None
    """NDCG@10 of liked films without any wish; null where nothing was measured."""
    measured: list[MeasuredWeight]
    """The weight itself or its neighbours on both sides; empty when none was measured for the algorithm."""
    text: str
    next_ndcg: float | None = None
    """NDCG@10 of the film that is rated next without any wish; null but for the wish that is about it."""
    next_measured: list[MeasuredWeight] = field(default_factory=list)
    """What the weights of `measured` changed of that."""


@dataclass(frozen=True, kw_only=True)
class WishView(Reranking):
    """How a list was re-ranked, and what that costs in accuracy."""

    candidates: int
    """So many of the algorithm's best were re-ranked."""
    costs: list[WishCost]
    """One for each weight that is not 0; weights were measured one at a time, not together."""
    how: str | None
    """How the costs were measured; null where they were not."""
