"""Plain sentences from contributions: to a visitor about "you", about a stored user by number."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.display.titles import format_movie_title
from core.recommenders.results import Contribution, Explanation

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
        name = f"user {int(dataset.user_ids[profile.user])}"
        return cls(name, f"{name}'s")


def without_rating(person: Person, title: str, rating: float, rank: int | None, rank_without: int | None) -> str:
    """Return where a movie would stand without one rating, and where it stands now."""
    condition = f"Without {person.possessive} rating of {format_movie_title(title)} ({rating:.1f})"
    now = "not ranked" if rank is None else f"rank {rank:,}"
    if rank_without is None:
        return f"{condition} there would be nothing to rank this by (now {now})."
    if rank_without == rank:
        return f"{condition} this would still be {now}."
    return f"{condition} this would be rank {rank_without:,} (now {now})."


def describe(dataset: Dataset, profile: Profile, explanation: Explanation) -> str:
    """Return one or two sentences on why a movie has its place, naming what carries the most weight."""
    person = Person.of(dataset, profile)
    reason = _reason(dataset, profile, person, explanation.item, explanation.films or explanation.contributions)
    if explanation.predicted_rating is None:
        return reason
    subject = person.subject[:1].upper() + person.subject[1:]
    return f"{reason} {subject} would probably give it {explanation.predicted_rating:.1f} stars."


def _reason(
    dataset: Dataset, profile: Profile, person: Person, item: int, contributions: Sequence[Contribution]
) -> str:
    title = format_movie_title(dataset.movies.title(item))
    by_kind = {
        kind: [part for part in contributions if part.kind == kind and part.value > 0 and part.id >= 0]
        for kind in ("movie", "neighbour", "genre", "factor", "model")
    }
    if films := by_kind["movie"][:3]:
        stars = dict(zip(profile.items.tolist(), profile.ratings.tolist(), strict=True))
        named = [f"{format_movie_title(part.label)} ({stars[part.id]:.1f})" for part in films if part.id in stars]
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


def _mostly_popular(contributions: Sequence[Contribution]) -> bool:
    """Return whether popularity weighs more than all films of the profile together."""
    popularity = sum(part.value for part in contributions if part.popularity)
    return popularity > sum(part.value for part in contributions if part.kind == "movie")


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
