"""Maps of films, by the model that lays them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.progress import Progress
    from core.recommenders.base import Recommender
    from core.settings import Settings
    from core.views import FilmMap

__all__ = ["FilmMaps"]


class FilmMaps:
    """The maps of one data set.

    Parameters
    ----------
    model : callable
        Returns a loaded model by its key.
    settings : Settings
        Name the directory where maps are kept.
    """

    def __init__(self, model: Callable[[str], Recommender], settings: Settings) -> None:
        self._model = model
        self._settings = settings

    def possible(self, algorithm: str) -> bool:
        """Return whether an algorithm that is loaded has vectors of films."""
        from core.analytics.film_map import has_factors

        return has_factors(self._model(algorithm))

    def draw(self, algorithm: str, progress: Progress) -> None:
        """Lay the films out and keep the map for this very model; see `core.analytics.film_map`."""
        from core.analytics.film_map import draw_film_map

        draw_film_map(self._model(algorithm), self._settings.cache_dir, progress)

    def stored(self, algorithm: str) -> FilmMap | None:
        """Return the map of a model, None where it was not drawn."""
        from core.analytics.film_map import stored_film_map

        return stored_film_map(self._model(algorithm), self._settings.cache_dir)
