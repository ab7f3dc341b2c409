"""What is held out and what is asked: the protocols under which algorithms are measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from core.data.conventions import MAX_RATING, MIN_RATING, TIMES_TELL
from core.data.dataset import Dataset
from core.data.splits import Split, holdout_per_user, k_folds, leave_last, random_holdout, temporal
from core.errors import InvalidInputError

__all__ = ["QUESTIONS", "Protocol", "ProtocolKind", "SplitKind", "question_of"]

_MOST_FOLDS = 50
_HIGHEST_SEED = 2**32 - 1
_MOST_LAST = 1_000
ProtocolKind = Literal["ratings", "ranking"]
SplitKind = Literal["folds", "random", "per-user", "leave-last", "leave-last-shuffled", "temporal"]
QUESTIONS: dict[str, tuple[ProtocolKind, SplitKind]] = {
    "ranking": ("ranking", "per-user"),
    "next": ("ranking", "leave-last"),
    "next-shuffled": ("ranking", "leave-last-shuffled"),
    "later": ("ranking", "temporal"),
    "ratings": ("ratings", "folds"),
}
"""The usual protocols by name."""


def question_of(protocol: Mapping[str, Any]) -> str:
    """Return the name in `QUESTIONS` of a protocol as `Protocol.to_dict` tells it; its kind where it has none."""
    asked = (protocol["kind"], protocol.get("split"))
    return next((name for name, usual in QUESTIONS.items() if usual == asked), str(protocol["kind"]))


@dataclass(frozen=True)
class Protocol:
    """A way to measure, complete enough to be repeated.

    Attributes
    ----------
    kind : str
        ``ratings``: predict held-out stars. ``ranking``: rank the full catalogue without the user's training
        movies, no sampled negatives, and look where the held-out movies are.
    split : str
        ``folds`` (shuffled k-fold over ratings), ``random`` (a share of all ratings), ``per-user`` (a random share
        of each user's), ``leave-last`` (each user's last ratings), ``leave-last-shuffled`` (the same, as a control:
        the order of all others is dealt anew), ``temporal`` (all after a point in time).
    folds : int
        For the split ``folds``.
    fraction : float
        Held-out share, for ``random``, ``per-user`` and ``temporal``.
    last : int
        Held-out ratings per user, for ``leave-last`` and its control.
    seed : int
        Of the split, the algorithms' configurations aside; also of bootstrap and test.
    k : tuple of int
        Lengths of lists, for rankings. The first is the one that lists are shown at.
    liked_from : float or None
        Lists are judged twice: by the held-out films that were liked, and by all that were rated. So many stars and
        more are liked; None: the rule of `core.data.scale.Scale`, four of five stars.
    max_users : int or None
        At most so many test users, drawn at random with the seed; None: all.
    """

    kind: ProtocolKind = "ranking"
    split: SplitKind = "per-user"
    folds: int = 5
    fraction: float = 0.2
    last: int = 1
    seed: int = 42
    k: tuple[int, ...] = (10, 20)
    liked_from: float | None = None
    max_users: int | None = None

    def __post_init__(self) -> None:
        # An order may come from a browser, which sends whatever somebody makes it send.
        for name, lowest, highest in (("folds", 1, _MOST_FOLDS), ("seed", 0, _HIGHEST_SEED), ("last", 1, _MOST_LAST)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
                raise InvalidInputError(f"{name} is a whole number from {lowest} to {highest}, not {value!r:.50}.")
        if not 0 < self.fraction < 1:
            raise InvalidInputError(f"The held-out share lies between 0 and 1, not at {self.fraction:g}.")
        if self.kind not in get_args(ProtocolKind):
            raise InvalidInputError(f"The protocol is 'ratings' or 'ranking', not {self.kind!r}.")
        if self.split not in get_args(SplitKind):
            raise InvalidInputError(
                f"There is no split {self.split!r}. Choose one of: {', '.join(get_args(SplitKind))}."
            )
        if not self.k or min(self.k) < 1:
            raise InvalidInputError(f"List lengths must be at least 1, not {self.k}.")
        if self.liked_from is not None and not MIN_RATING <= self.liked_from <= MAX_RATING:
            raise InvalidInputError(
                f"Liking begins between {MIN_RATING} and {MAX_RATING} stars, not at {self.liked_from:g}."
            )
        if self.max_users is not None and self.max_users < 1:
            raise InvalidInputError(f"The number of test users must be at least 1, not {self.max_users}.")

    @classmethod
    def named(
        cls,
        name: "str | Protocol",
        *,
        folds: int = 5,
        seed: int = 42,
        k: tuple[int, ...] = (10, 20),
    ) -> "Protocol":
        """Return the usual protocol of a name: k-fold for ``ratings``, per-user random 80/20 for ``ranking``.

        ``next`` ranks each user's last film, ``next-shuffled`` is its control, and ``later`` ranks the latest fifth
        of all ratings. With a single fold, ``ratings`` is measured on one random 80/20 split of all ratings.
        """
        if isinstance(name, Protocol):
            return name
        if name not in QUESTIONS:
            raise InvalidInputError(f"The protocol is one of {', '.join(QUESTIONS)}, not {name!r}.")
        kind, split = QUESTIONS[name]
        if kind == "ratings":
            return cls(kind=kind, split="random" if folds == 1 else split, folds=folds, seed=seed, k=k)
        return cls(kind=kind, split=split, folds=1, seed=seed, k=k)

    @property
    def n_splits(self) -> int:
        """How many times every algorithm is fitted."""
        return self.folds if self.split == "folds" else 1

    @property
    def in_time(self) -> bool:
        """Whether what is held out came after what is known."""
        return self.split in ("leave-last", "leave-last-shuffled", "temporal")

    def splits(self, dataset: Dataset) -> Iterator[Split]:
        """Yield the splits, one at a time."""
        if self.split == "folds":
            yield from k_folds(dataset, self.folds, self.seed)
        elif self.split == "random":
            yield random_holdout(dataset, self.fraction, self.seed)
        elif self.split == "per-user":
            yield holdout_per_user(dataset, self.fraction, self.seed)
        elif self.split in ("leave-last", "leave-last-shuffled"):
            yield leave_last(dataset, self.last, self.seed, shuffled=self.split == "leave-last-shuffled")
        else:
            yield temporal(dataset, self.fraction)

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values."""
        return {**asdict(self), "k": list(self.k)}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> "Protocol":
        """Return what `to_dict` described."""
        return cls(**{**document, "k": tuple(document["k"])})

    def sentence(self) -> str:
        """Return one sentence that tells what was held out, from whom, with which seed."""
        share = f"{self.fraction:.0%}"
        last = f"each user's last {'rating' if self.last == 1 else f'{self.last} ratings'} held out"
        held_out = {
            "folds": f"shuffled {self.folds}-fold over all ratings",
            "random": f"a random {share} of all ratings held out",
            "per-user": f"a random {share} of each user's ratings held out",
            "leave-last": f"{last}, of equal times one drawn at random",
            "leave-last-shuffled": f"control: {last} and the order of all others dealt anew",
            "temporal": f"the latest {share} of all ratings held out",
        }[self.split]
        least = "4 of 5 stars" if self.liked_from is None else f"{self.liked_from:g} stars"
        relevant = f"relevant are held-out films with {least} and more (liked), or all held-out films (rated)"
        asked = (
            "stars of the held-out ratings predicted"
            if self.kind == "ratings"
            else f"full catalogue ranked without training movies, {relevant}"
        )
        seed = "" if self.split == "temporal" else f", seed {self.seed}"
        users = "" if self.max_users is None else f", at most {self.max_users:,} test users"
        return f"{held_out[0].upper()}{held_out[1:]}{seed}{users}; {asked}."

    def told(self, splits: Sequence[Mapping[str, Any]]) -> str:
        """Return what has to be told of the order in time on which figures rest, with what splits met; else nothing.

        Parameters
        ----------
        splits : sequence of mapping
            The descriptions of the splits.
        """
        if not self.in_time:
            return ""
        said = f" {TIMES_TELL}"
        people, tied, untimed = (
            sum(split.get(name, 0) for split in splits) for name in ("test_users", "tied_users", "untimed_users")
        )
        if tied:
            said += f" For {tied:,} of {people:,} people a lot decided which of several latest ratings was held out."
        if untimed:
            said += f" {untimed:,} people were not asked: a rating of theirs has no time."
        return said
