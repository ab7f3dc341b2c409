"""Words that say something of films, beside titles and tags: the vocabulary of `core.search.reading`."""

from typing import NamedTuple

from core.views import PartKind

__all__ = ["FILLERS", "LIKE", "PHRASES", "UNLIKE", "Phrase"]


class Phrase(NamedTuple):
    """What a phrase says and, where that can be said, what it says behind a negation."""

    kind: PartKind
    value: str
    otherwise: str = ""


def _genres() -> dict[str, Phrase]:
    words = {
        "Action": "action",
        "Adventure": "adventure, adventures, adventurous",
        "Animation": "animation, animated, cartoon, cartoons",
        "Children": "children, childrens, kids, family, for kids, for children, for the family",
        "Comedy": "comedy, comedies, funny, hilarious, humorous, laughs",
        "Crime": "crime, gangster, gangsters, heist, mafia film",
        "Documentary": "documentary, documentaries",
        "Drama": "drama, dramas, dramatic",
        "Fantasy": "fantasy, fantastic",
        "Film-Noir": "film noir, noir, noirs",
        "Horror": "horror, scary, frightening, creepy",
        "IMAX": "imax",
        "Musical": "musical, musicals",
        "Mystery": "mystery, mysteries, mysterious, whodunit",
        "Romance": "romance, romances, romantic, love story, love stories",
        "Sci-Fi": "sci fi, scifi, science fiction",
        "Thriller": "thriller, thrillers, thrilling, suspense, suspenseful",
        "War": "war, war film, war films, war movie",
        "Western": "western, westerns",
    }
    return {one.strip(): Phrase("genre", genre) for genre, said in words.items() for one in said.split(",")}


def _wishes() -> dict[str, Phrase]:
    known = "known, well known, popular, famous, mainstream, blockbuster, blockbusters, a hit, hits"
    unknown = (
        "unknown, little known, lesser known, less known, obscure, underrated, hidden gem, hidden gems, niche, "
        "off the beaten path"
    )
    new, old = "new, newer, recent, modern", "old, older, old school, classic, classics"
    mixed = "varied, mixed, diverse, of all kinds"
    rows = (
        (known, Phrase("popularity", "0.4", "-0.4")),
        (unknown, Phrase("popularity", "-0.4", "0.4")),
        (new, Phrase("recency", "0.4", "-0.4")),
        (old, Phrase("recency", "-0.4", "0.4")),
        (mixed, Phrase("diversity", "0.4")),
    )
    return {one.strip(): phrase for said, phrase in rows for one in said.split(",")}


PHRASES: dict[tuple[str, ...], Phrase] = {
    tuple(said.split()): phrase for said, phrase in (_genres() | _wishes()).items()
}
"""By their plain words."""

_CUES = ("like", "similar to", "in the style of", "in the vein of", "reminiscent of")
UNLIKE = ("unlike",)
"""Behind this stands a film that the others are not to be like."""
LIKE: tuple[tuple[str, ...], ...] = (*(tuple(said.split()) for said in _CUES), UNLIKE)
"""Behind these stands a film."""
_FILLER_WORDS = (
    "a an the and but or nor too very so really quite rather that this it is are be was were something anything some "
    "any i want would id please show me us give find film films movie movies one ones with in of from about to for "
    "on much more bit little made released set which who what my we lets watch see tonight good great best nice also "
    "just only maybe plus lot exactly entirely at all else everything as feel like"
)
FILLERS = frozenset(_FILLER_WORDS.split())
"""Words that say nothing of a film."""
