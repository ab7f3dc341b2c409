"""Tags by a part of them."""

from __future__ import annotations

import numpy as np

from core.data.movies import MovieTable
from core.views import TagView

__all__ = ["find_tags"]


def find_tags(movies: MovieTable, text: str = "", limit: int = 20) -> list[TagView]:
    """Return the tags that hold a text, those of most films first; without a text all of them."""
    films = np.bincount(movies.tag_ids, minlength=len(movies.tag_names))
    wanted = text.strip().lower()
    found: list[TagView] = []
    for number in np.argsort(-films, kind="stable").tolist():
        if len(found) == limit:
            break
        tag = movies.tag_names[number]
        if wanted in tag:
            found.append(TagView(tag, int(films[number])))
    return found
