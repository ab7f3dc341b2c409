"""The one door to the library: what pages, the REST API, the command line and notebooks call."""

from core.data.conventions import MAX_ID, MAX_RATING, MIN_RATING
from core.lists.requests import MAX_LIST
from core.recommenders.registry import algorithm_keys
from core.service.cinematch import CineMatch
from core.service.opening import open_service

__all__ = ["MAX_ID", "MAX_LIST", "MAX_RATING", "MIN_RATING", "CineMatch", "algorithm_keys", "open_service"]
