"""`cinematch keys`: who may ask the REST API for what."""

from __future__ import annotations

from typing import Annotated

import typer

from core.api_keys import READING, SCOPES, ApiKey, KeyStore
from core.commands.console import JsonOption, emit_json, print_table, settings_for

__all__ = ["register"]

_SCOPES_HELP = f"Comma-separated, of {', '.join(SCOPES)}; by default all but films."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    family = typer.Typer(help="Keys of the REST API.", no_args_is_help=True)
    family.command("add")(add)
    family.command("list")(show)
    family.command("revoke")(revoke)
    app.add_typer(family, name="keys")


def add(
    name: Annotated[str, typer.Argument(help="Whose it is, or what for.")],
    scopes: Annotated[str, typer.Option(help=_SCOPES_HELP)] = ",".join(READING),
    days: Annotated[
        int | None, typer.Option(help="Days until it expires; by default never.", min=1, max=3650)
    ] = None,
    rate_limit: Annotated[
        str | None, typer.Option(help="Instead of CINEMATCH_RATE_LIMIT, such as `100 per minute`.")
    ] = None,
    json_target: JsonOption = None,
) -> None:
    """Make a key and print it; it is told this once, and kept as a hash."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    key, text = _store().add(name, wanted, days=days, rate_limit=rate_limit)
    if json_target:
        emit_json({"key": text, **_shown(key)}, json_target)
        return
    typer.echo(f"Key {key.key_id} of {key.name} for {', '.join(key.scopes)}. It is not shown again:", err=True)
    typer.echo(text)


def show(json_target: JsonOption = None) -> None:
    """List all keys, without what is secret of them."""
    keys = _store().all_keys()
    if json_target:
        emit_json([_shown(key) for key in keys], json_target)
        return
    rows = [
        [key.key_id, key.name, ", ".join(key.scopes), key.created_at, _until(key), key.rate_limit or "the server's"]
        for key in keys
    ]
    print_table("Keys of the REST API", ["Key", "Name", "Scopes", "Made", "Until", "Limit"], rows)


def revoke(key_id: Annotated[str, typer.Argument(help="The key's eight digits, which `keys list` shows.")]) -> None:
    """Forget a key; servers refuse it at once."""
    key = _store().revoke(key_id)
    typer.echo(f"Key {key.key_id} of {key.name} is revoked.", err=True)


def _store() -> KeyStore:
    return KeyStore(settings_for(None).api_keys_file)


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "key_id": key.key_id,
        "name": key.name,
        "scopes": key.scopes,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "rate_limit": key.rate_limit,
    }


def _until(key: ApiKey) -> str:
    return "for ever" if key.expires_at is None else f"{key.expires_at}{' (expired)' if key.expired else ''}"
