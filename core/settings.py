"""One typed settings object, read from `CINEMATCH_*` variables."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.errors import ConfigurationError

__all__ = ["Settings", "home", "load_settings"]

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_ROOT = Path(__file__).resolve().parents[1]


def home() -> Path:
    """Return where data, models and the cache are when nobody says otherwise.

    That is the repository where CineMatch runs from one, and the user's own data directory where it is installed:
    ``~/.local/share/cinematch``, below ``XDG_DATA_HOME`` where that is set; on macOS
    ``~/Library/Application Support/cinematch``. Never the directory where one happens to stand.
    """
    return _ROOT if (_ROOT / "pyproject.toml").is_file() else user_data_path("cinematch", appauthor=False)


class Settings(BaseSettings):
    """Everything that can be configured from outside; see docs/CONFIGURATION.md."""

    model_config = SettingsConfigDict(env_prefix="CINEMATCH_", frozen=True, env_ignore_empty=True)

    dataset: str = "ml-latest-small"
    """Name of the data set to serve; a directory of `data_dir`."""
    data_dir: Path = Field(default_factory=lambda: home() / "data")
    """Where data sets are installed."""
    models_dir: Path = Field(default_factory=lambda: home() / "models")
    """Where trained models are kept, one directory per data set and algorithm."""
    cache_dir: Path = Field(default_factory=lambda: home() / "cache")
    """Background jobs, stored evaluation runs and downloads."""
    algorithms: Annotated[tuple[str, ...], NoDecode] = ()
    """Comma-separated keys of the algorithms to train and serve; empty means all that ship."""
    memory_budget_mb: int | None = Field(default=None, ge=1)
    """Memory that models may take, in MB; by default derived from the container's limit."""
    kept_lists_mb: int = Field(default=8, ge=0, le=4096)
    """MB that each process may take for lists of stored users that were made before; 0 makes every list anew."""
    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=1, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=4, ge=1, le=64)
    url_prefix: str = "/"
    """Path under which the whole application is mounted, such as `/cinematch/`."""
    secret_key: SecretStr | None = None
    """Signs background jobs; generated once and kept in `cache_dir` when not given."""
    redis_url: str | None = None
    """Redis that all replicas share: background jobs on Celery's workers, rate limits, the generated key."""
    rate_limit: str = "1000 per second"
    """What one client may ask of the API, like `100 per minute`; `off` for no limit."""
    api_access: Literal["open", "keys"] = "open"
    """Whether anybody may ask the API, or only who has a key; see `cinematch keys`."""
    api_keys_file: Path = Field(default_factory=lambda given: given["data_dir"] / "api_keys.json")
    """Where the hashes of API keys are kept; by default `api_keys.json` in `data_dir`."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Comma-separated origins whose pages may ask the API from a browser, or `*`; none by default."""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """Number of reverse proxies in front whose `X-Forwarded-*` headers are believed."""
    database_url: SecretStr | None = None
    """Where visitors' ratings are kept, SQLite or PostgreSQL; nothing is kept of anybody without it."""
    named_profiles: bool = False
    """Whether visitors may take a name and a passphrase, by which they find their profile again from anywhere."""
    ab_split: str | None = None
    """Two orders between which people are split, such as `hybrid,ease` or `hybrid,hybrid:love=1`."""
    artifacts_url: SecretStr | None = None
    """Where data sets and models are published for several machines, any address that fsspec opens."""
    artifacts_version: str | None = None
    """The published version to serve; by default the one that is current there."""
    artifacts_poll_s: float = Field(default=30, gt=0, le=86400)
    """Seconds between two looks at what is published."""
    artifacts_keep: int = Field(default=2, ge=1, le=100)
    """How many published versions are kept in `cache_dir`, the one that is served among them."""
    log_format: Literal["text", "json"] = "text"

    @field_validator("algorithms", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError("an origin is written like https://example.org or http://localhost:3000, or *")
        return value

    @field_validator("url_prefix")
    @classmethod
    def _normalise_prefix(cls, value: str) -> str:
        inner = value.strip("/")
        return f"/{inner}/" if inner else "/"

    @property
    def address(self) -> str:
        """Host and port as one listens on them; an IPv6 host stands in brackets."""
        host = f"[{self.host}]" if ":" in self.host and not self.host.startswith("[") else self.host
        return f"{host}:{self.port}"

    @property
    def dataset_dir(self) -> Path:
        """Directory of the configured data set."""
        return self.data_dir / self.dataset

    @property
    def dataset_models_dir(self) -> Path:
        """Directory that holds the models trained on the configured data set."""
        return self.models_dir / self.dataset


def load_settings(**overrides: object) -> Settings:
    """Read settings from the environment.

    Parameters
    ----------
    **overrides : object
        Values that win over the environment; ``None`` means "not given".

    Raises
    ------
    ConfigurationError
        When a variable does not parse; the message names the variable.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [
            f"CINEMATCH_{'_'.join(map(str, item['loc'])).upper()}: {item['msg']} (got {item['input']!r})"
            for item in error.errors()
        ]
        raise ConfigurationError(
            "The configuration is not valid. Correct these variables and start again:\n  " + "\n  ".join(lines)
        ) from error


@lru_cache(maxsize=1)
def default_settings() -> Settings:
    """Return the process's settings, read once."""
    return load_settings()
