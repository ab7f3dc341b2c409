"""Lists of stored users that were made before, kept for who asks the same again.

A stored user's list is a function of the data set, the models, the user and what is asked of it. The first two are
one object, the state of all models of a data set, which a swap, a retrained model or new figures replace: what was
made under another one is worth nothing. The rest is the key, whole, by value. What a visitor rated, hid or wrote is
never kept; nor is a list that names films, which hardly two people ask for.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from core.data.dataset import Dataset
    from core.lists.requests import ListRequest
    from core.views import RecommendationList

__all__ = ["KeptLists", "key_of"]

_EACH, _ROW, _GENRE, _LETTER = 800, 300, 8, 1
"""Bytes that a list takes with its key, that each of its rows takes, each of a row's genres, and each letter of what
the key names: as tracemalloc counts them, rounded up by a tenth."""


def key_of(dataset: Dataset, request: ListRequest, algorithm: str) -> Hashable | None:
    """Return what a list depends on beside data and models; None where it is not to be kept.

    Raises
    ------
    UnknownIdError
        For a user that the data set does not hold.
    """
    who, filters = request.profile, request.filters
    if who.user_id is None or who.without or request.what_if is not None or request.say or request.near.movie_ids:
        return None
    if filters.movie_ids is not None or filters.exclude_ids:
        return None
    near = request.near.tags if request.wish.closeness else ()
    key = (
        dataset.user_index(who.user_id),
        algorithm,
        request.n,
        request.exclude_rated,
        filters,
        request.wish,
        near,
    )
    try:
        hash(key)
    except TypeError:  # a caller's own lists in place of tuples: they may change
        return None
    return key


class KeptLists:
    """Lists up to a number of bytes, those that were asked for longest ago given up first.

    Parameters
    ----------
    limit : int
        Bytes; 0 keeps nothing.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        """Bytes of what is kept, as it is reckoned."""
        self.tell: Callable[[bool, int], object] = lambda _found, _size: None
        """Told of each question for a list that could be kept, whether it was, and of the size of all."""
        self._lists: OrderedDict[Hashable, tuple[RecommendationList, int]] = OrderedDict()
        self._state: weakref.ref[object] = weakref.ref(self)
        self._turn = threading.Lock()

    def find(self, state: object, key: Hashable | None) -> RecommendationList | None:
        """Return the list of a key, its rows the caller's own; None where it was not made with this state.

        Parameters
        ----------
        state : object
            Of all models, told from others by identity, read before the models are.
        """
        if key is None or not self.limit:
            return None
        with self._turn:
            found = self._lists.get(key) if self._state() is state else None
            if found is not None:
                self._lists.move_to_end(key)
        self.tell(found is not None, self.size)
        return None if found is None else replace(found[0], items=[*found[0].items])

    def keep(self, state: object, key: Hashable | None, found: RecommendationList) -> None:
        """Keep a list that was made with this state from its beginning on."""
        if key is None or (size := _size(key, found)) > self.limit:
            return
        with self._turn:
            if self._state() is not state:
                self._lists.clear()
                self.size, self._state = 0, weakref.ref(state)
            _, former = self._lists.pop(key, (None, 0))
            self._lists[key] = replace(found, items=[*found.items]), size
            self.size += size - former
            while self.size > self.limit:
                _, (_, freed) = self._lists.popitem(last=False)
                self.size -= freed


def _size(key: Hashable, found: RecommendationList) -> int:
    return _EACH + _LETTER * len(repr(key)) + sum(_ROW + _GENRE * len(item.genres) for item in found.items)
