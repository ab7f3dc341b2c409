"""What clients may ask of a movie and of tags."""

from typing import Annotated

from pydantic import Field

from dashboard.api.requests import Algorithm, Count, Strict

__all__ = ["NextQuery", "SimilarQuery", "TagQuery"]


class TagQuery(Strict):
    """A search among the tags."""

    q: Annotated[str, Field(max_length=200)] = ""
    """Part of a tag. Empty lists those of most films."""
    limit: Count = 20
    """How many at most."""


class SimilarQuery(Strict):
    """How to look for similar movies."""

    algorithm: Algorithm | None = None
    """Whose measure of similarity; by default who likes both beyond chance, with genres, years and tags, which needs
    no model."""
    n: Count = 10
    """How many at most."""


class NextQuery(Strict):
    """How much to tell of what people watched next."""

    n: Count = 10
    """How many movies at most."""
