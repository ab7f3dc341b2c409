"""Where a command works on a machine that serves what is published: on a copy of that."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import DataError
from core.files import scratch_dir
from core.published.local import LocalVersions

if TYPE_CHECKING:
    from core.settings import Settings

__all__ = ["workplace"]


@contextmanager
def workplace(settings: Settings | None) -> Iterator[dict[str, str]]:
    """Yield what a command's environment has to say, for it to find the data set with its models.

    That is nothing where the data set is installed, or nothing is published. Otherwise the published version that is
    here is laid out as an installation of its own (links, which take no room): what is trained there goes with it,
    unless it is published before.

    Parameters
    ----------
    settings : Settings or None
        Those of this machine; None where the command is about other data than those.

    Raises
    ------
    DataError
        When nothing is installed, and nothing that is published is here.
    """
    if settings is None or settings.artifacts_url is None or (settings.dataset_dir / "manifest.json").exists():
        yield {}
        return
    local = LocalVersions(settings)
    with scratch_dir(settings.cache_dir / "orders", "order") as here:
        with local.alone():
            version = local.current()
            if version is None:
                raise DataError(
                    f"{settings.dataset} is not installed on this machine, and no published version of it is here. "
                    "Publish one with `cinematch artifacts push`."
                )
            for what in ("data", "models"):
                target = here / what / settings.dataset
                shutil.copytree(local.directory(version) / what, target, copy_function=os.link)
        yield {f"CINEMATCH_{what.upper()}_DIR": str(here / what) for what in ("data", "models")}
