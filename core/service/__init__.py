"""The one door to the library: what pages, the REST API, the command line and notebooks call."""

from core.data.conventions import MAX_ID, MAX_RATING, MIN_RATING
from core.data.personal import MAX_BYTES
from core.lists.requests import MAX_LIST
from core.profiles.rates import rate_gap
from core.recommenders.registry import algorithm_keys
from core.search import LONGEST_SENTENCE
from core.service.cinematch import CineMatch
from core.service.opening import open_service, people_of
from core.service.personal import kept_films
from core.store.first_models import await_first_models

__all__ = [
    "LONGEST_SENTENCE",
    "MAX_BYTES",
    "MAX_ID",
    "MAX_LIST",
    "MAX_RATING",
    "MIN_RATING",
    "CineMatch",
    "algorithm_keys",
    "await_first_models",
    "kept_films",
    "open_service",
    "people_of",
    "rate_gap",
]
