"""What recommenders return."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile

__all__ = ["Contribution", "ContributionKind", "Explanation", "Neighbours", "Recommendations", "Scoring"]

ContributionKind = Literal["movie", "neighbour", "genre", "factor", "bias", "model"]


@dataclass(frozen=True)
class Scoring:
    """One scoring pass over all movies, from which lists, explanations and ranks can be taken.

    Attributes
    ----------
    profile : Profile
    scores : ndarray of float32, shape (n_movies,)
        As of `Recommender.score`.
    members : mapping of key to ndarray of float32, shape (n_movies,)
        An ensemble's members' own scores, of those that were asked; empty for other algorithms.
    """

    profile: Profile
    scores: NDArray[np.float32]
    members: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recommendations:
    """A ranked list, best first. Fewer rows than asked for rather than padded ones.

    Attributes
    ----------
    algorithm : str
    items : ndarray of int32, shape (n,)
        Dense movie indices.
    scores : ndarray of float32, shape (n,)
        What the list is ordered by; comparable within one list only.
    predicted : ndarray of float32, shape (n,)
        Predicted ratings in stars, NaN where the algorithm cannot say.
    """

    algorithm: str
    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    predicted: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Neighbours:
    """Movies that resemble one movie, most similar first.

    Attributes
    ----------
    items : ndarray of int32, shape (n,)
    similarities : ndarray of float32, shape (n,)
        In the algorithm's own measure.
    """

    items: NDArray[np.int32]
    similarities: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Contribution:
    """One summand of a score.

    Attributes
    ----------
    kind : str
        ``movie`` (a film of the profile), ``neighbour`` (a user), ``genre``, ``factor``, ``bias`` (what does not
        depend on the profile), ``model`` (a member of an ensemble).
    id : int
        Dense movie or user index, genre bit, factor number; -1 for sums of many small summands.
    label : str
        What people read.
    value : float
    popularity : bool
        Whether it is there because many people watched the film, which an explanation then says.
    pleasing : bool
        Whether it says how much the person would like the film, not whether the person would come to watch it.
    back : int or None
        Of a film of the profile how many were rated after it, where the algorithm goes by that and it is known.
    unborn : bool
        Whether it says that nobody had rated the film yet at the time for which the list is made.
    """

    kind: ContributionKind
    id: int
    label: str
    value: float
    popularity: bool = False
    pleasing: bool = False
    back: int | None = None
    unborn: bool = False


@dataclass(frozen=True)
class Explanation:
    """Why a movie has its score: `contributions` add up to `score`.

    Attributes
    ----------
    predicted_rating : float or None
        Stars, None where the algorithm cannot say.
    films : list of Contribution
        A second exact split of the same score by the profile's films, for algorithms whose `contributions`
        are of another kind and that have one; empty otherwise.
    """

    algorithm: str
    item: int
    score: float
    predicted_rating: float | None
    contributions: list[Contribution]
    films: list[Contribution] = field(default_factory=list)
