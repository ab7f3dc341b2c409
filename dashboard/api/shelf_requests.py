"""What clients may ask for a visitor's first page."""

from typing import Annotated

from pydantic import Field

from core.lists.requests import ShelvesRequest
from dashboard.api.requests import Algorithm, Body, Count, Ids, Ratings, ratings_by_movie

__all__ = ["ShelvesBody"]


class ShelvesBody(Body):
    """Whose shelves, and what may stand on them."""

    ratings: Ratings
    """A visitor's ratings in the order in which they were given: shelves resemble the latest that were liked."""
    watchlist: Ids = Field(default_factory=list)
    """Movies that are kept for later; they have a shelf of their own."""
    exclude: Ids = Field(default_factory=list)
    """Movies that stand on no shelf."""
    algorithm: Algorithm | None = None
    """By default the best model that is loaded."""
    n: Annotated[Count, Field(le=50)] = 12
    """Movies on a shelf at most."""

    def asked(self) -> ShelvesRequest:
        """Return what the service takes."""
        return ShelvesRequest(
            ratings_by_movie(self.ratings), self.watchlist, self.exclude, algorithm=self.algorithm, n=self.n
        )
