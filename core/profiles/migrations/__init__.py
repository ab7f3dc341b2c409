"""How the tables came to be, one step a file in `versions`; `alembic` runs those that a database lacks."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from core.errors import ConfigurationError

__all__ = ["current", "head", "upgrade"]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "core.profiles:migrations")
    return config


def head() -> str:
    """Return the name of the latest step."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(connection: Connection) -> str | None:
    """Return the name of the step at which a database is; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Bring a database to the latest step, within the transaction of `connection`.

    Raises
    ------
    ConfigurationError
        When it is at a step that this version does not know.
    """
    at = current(connection)
    if at == head():
        return
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ConfigurationError(
            f"The database of CINEMATCH_DATABASE_URL is of a later version (step {at!r}) than this one knows. "
            "Install that version again, or restore a backup into an empty database."
        ) from error
