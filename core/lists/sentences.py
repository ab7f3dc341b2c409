"""Plain sentences from contributions: to a visitor about "you", about a stored user by number."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.conventions import LIKED
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.display.spans import span
from core.display.titles import short_title
from core.recommenders.parts.rating_weights import FULL, own_mean, signed
from core.recommenders.parts.recency import PAUSE
from core.recommenders.results import Contribution, Explanation

_WORTH_A_WORD = 0.1
"""What low ratings take off a score is told from this share of what other films add to it on."""
_DISPLEASING = -1.0
"""From this sum on, on the scale of the list's order, what is said of liking keeps a film down."""

_TIMES_FROM = 100_000_000
"""What an order of a profile begins with from here on are seconds since 1970, not places."""
__all__ = ["Person", "describe", "without_rating"]


@dataclass(frozen=True)
class Person:
    """How sentences speak of whose profile it is.

    Attributes
    ----------
    subject : str
        ``you`` or ``user 5``.
    possessive : str
        ``your`` or ``user 5's``.
    """

    subject: str
    possessive: str

    @classmethod
    def of(cls, dataset: Dataset, profile: Profile) -> "Person":
        """Return the person of a profile."""
        if profile.user is None:
            return cls("you", "your")
        name = f"user {dataset.user_label(profile.user)}"
        return cls(name, f"{name}'s")


def without_rating(person: Person, title: str, rating: float, rank: int | None, rank_without: int | None) -> str:
    """Return where a movie would stand without one rating, and where it stands now."""
    condition = f"Without {person.possessive} rating of {short_title(title)} ({rating:.1f})"
    now = "not ranked" if rank is None else f"rank {rank:,}"
    if rank_without is None:
        return f"{condition} there would be nothing to rank this by (now {now})."
    if rank_without == rank:
        return f"{condition} this would still be {now}."
    return f"{condition} this would be rank {rank_without:,} (now {now})."


def describe(dataset: Dataset, profile: Profile, explanation: Explanation) -> str:
    """Return a few sentences on why a movie has its place.

    They name what carries the most weight and what is held against it most, and tell that people with such a history
    watch it from that this person would like it. A low rating is never given as a reason.
    """
    person = Person.of(dataset, profile)
    parts = explanation.films or explanation.contributions
    told = [
        _reason(dataset, profile, person, explanation.item, parts),
        _held_against(dataset, profile, person, parts),
        _verdict(person, explanation),
    ]
    return " ".join(sentence for sentence in told if sentence)


def _verdict(person: Person, explanation: Explanation) -> str:
    """Return how much the person would like it, apart from who watches it where the algorithm tells the two apart."""
    predicted = explanation.predicted_rating
    if predicted is None:
        return ""
    stars = f"{predicted:.1f} stars"
    pleasing = [part.value for part in explanation.contributions if part.pleasing]
    watched = f"People with {person.possessive} history watch it"
    if pleasing and predicted >= LIKED:
        return f"{watched}, and {person.subject} would like it: probably {stars}."
    if sum(pleasing) < _DISPLEASING:
        return (
            f"{watched}, but {person.subject} would like it less than others, which keeps it down: probably {stars}."
        )
    return f"{person.subject[:1].upper()}{person.subject[1:]} would probably give it {stars}."


def _held_against(dataset: Dataset, profile: Profile, person: Person, parts: Sequence[Contribution]) -> str:
    """Return which low rating takes the most off a film's score, where it is worth a word beside what adds to it."""
    against = _stars_against(profile, dataset.global_mean)
    taken = [part for part in parts if part.kind == "movie" and part.value < 0 and part.id in against]
    added = sum(part.value for part in parts if part.kind == "movie" and part.value > 0)
    if not taken or -sum(part.value for part in taken) < _WORTH_A_WORD * added:
        return ""
    worst = min(taken, key=lambda part: part.value)
    stars = against[worst.id]
    called = "half star" if stars == 0.5 else "one star" if stars == 1 else f"{stars:.1f} stars"
    return f"It is kept down by {person.possessive} {called} for {short_title(worst.label)}."


def _stars_against(profile: Profile, mean: float) -> dict[int, float]:
    """Return the stars of the films that count against their like, by dense index."""
    counts = signed(np.ones(len(profile), dtype=np.float32), profile, mean) < 0
    return dict(zip(profile.items[counts].tolist(), profile.ratings[counts].tolist(), strict=True))


def _reason(
    dataset: Dataset, profile: Profile, person: Person, item: int, contributions: Sequence[Contribution]
) -> str:
    title = short_title(dataset.movies.title(item))
    if any(part.unborn for part in contributions):
        return f"{title} stands behind all others: nobody had rated it a month after {person.possessive} last rating."
    by_kind = {
        kind: [part for part in contributions if part.kind == kind and part.value > 0 and part.id >= 0]
        for kind in ("movie", "neighbour", "genre", "factor", "model")
    }
    if films := by_kind["movie"]:
        good = profile.ratings >= own_mean(profile, dataset.global_mean) - FULL
        stars = dict(zip(profile.items[good].tolist(), profile.ratings[good].tolist(), strict=True))
        before = _before_the_last(profile) if any(part.back is not None for part in films) else {}
        named = [_rated(part, stars[part.id], before.get(part.id, "")) for part in films if part.id in stars][:3]
        if named and _mostly_popular(contributions):
            watched = f"so many watched it ({int(dataset.movie_counts[item]):,} ratings)"
            return f"{title} is here mainly because {watched}, and because {person.subject} rated {_join(named)}."
        if named:
            return f"{title} is here mainly because {person.subject} rated {_join(named)}."
    if neighbours := by_kind["neighbour"]:
        people = "1 person" if len(neighbours) == 1 else f"{len(neighbours)} people"
        whose = "yours" if person.subject == "you" else person.possessive
        return f"{title} is here because {people} with a taste close to {whose} rated it well."
    if genres := by_kind["genre"][:3]:
        likes = "like" if person.subject == "you" else "likes"
        return f"{title} fits what {person.subject} {likes}: {_join([part.label for part in genres])}."
    if factors := by_kind["factor"][:2]:
        return f"{title} fits {person.possessive} taste for {_join([part.label for part in factors])}."
    if models := by_kind["model"][:3]:
        return f"{title} is placed here by {_join([part.label for part in models])}."
    index = next((part.id for part in contributions if part.kind == "bias" and part.id >= 0), None)
    count = int(dataset.movie_counts[index]) if index is not None else 0
    return f"{title} is well liked by many: {count:,} ratings." if count else f"{title} is well liked in general."


def _rated(film: Contribution, stars: float, before: str) -> str:
    """Return a film with its stars and, where the order matters and is known, its place in it and its time."""
    place = {None: "", 0: "rated last", 1: "1 film before the last"}.get(
        film.back, f"{film.back} films before the last"
    )
    time = f"{before} earlier" if place and before else f"{before} before the last" if before else ""
    return f"{short_title(film.label)} ({', '.join(part for part in (f'{stars:.1f}', place, time) if part)})"


def _before_the_last(profile: Profile) -> dict[int, str]:
    """Return how long before the last rating each film was rated, by dense index, in an earlier sitting at least."""
    if profile.order is None or profile.order.min() < _TIMES_FROM:
        return {}
    gaps = (int(profile.order.max()) - profile.order.astype(np.int64)).tolist()
    return {item: span(gap) for item, gap in zip(profile.items.tolist(), gaps, strict=True) if gap > PAUSE}


def _mostly_popular(contributions: Sequence[Contribution]) -> bool:
    """Return whether popularity weighs more than all films of the profile together."""
    popularity = sum(part.value for part in contributions if part.popularity)
    return popularity > sum(part.value for part in contributions if part.kind == "movie")


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
