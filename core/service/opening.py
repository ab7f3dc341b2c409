"""How a service comes to be: the configured data set, its models, and the people who keep something."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from core.memory_limit import model_budget_mb
from core.recommenders.registry import algorithm_keys
from core.service.cinematch import CineMatch
from core.service.published import open_published
from core.service.versions import best_version

if TYPE_CHECKING:
    from core.service.people import People
    from core.settings import Settings

__all__ = ["open_service", "people_of"]


def open_service(settings: Settings | None = None, load: bool = True) -> CineMatch:
    """Open the configured data set and its models.

    Parameters
    ----------
    settings : Settings, optional
        By default read from the environment.
    load : bool
        Load the models now; otherwise each is loaded when it is first asked for.

    Raises
    ------
    DataError
        When the data set is not installed, or nothing is published where CINEMATCH_ARTIFACTS_URL points.
    """
    from core.search import TitleIndex
    from core.settings import load_settings
    from core.store.cache import ModelCache

    chosen = settings or load_settings()
    keys = chosen.algorithms or algorithm_keys()
    version, dataset = (best_version if chosen.artifacts_url is None else open_published)(chosen, keys)
    budget = model_budget_mb(chosen.memory_budget_mb, chosen.workers)
    models = ModelCache(dataset, version.models, keys, budget)
    if load:
        models.load_all()
    return CineMatch(dataset, models, TitleIndex(dataset), chosen)


@lru_cache(maxsize=4)
def people_of(service: CineMatch) -> People | None:
    """Return the people of a service, None where no database is configured.

    Raises
    ------
    ConfigurationError
        When the database's address or the experiment is not valid.
    ProfilesUnavailableError
        When the database does not answer.
    """
    url = service.settings.database_url
    if url is None:
        return None
    from core.profiles.database import Database
    from core.service.people import People

    return People(service, Database(url.get_secret_value()))
