"""The command line: `cinematch ...`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from core import __version__
from core.commands.console import expand_json
from core.errors import CineMatchError, ConfigurationError, InvalidInputError

__all__ = ["build_app", "main"]

_FAMILIES = (
    "data",
    "models",
    "artifacts",
    "evaluate",
    "wishes",
    "ask",
    "films",
    "batch",
    "profiles",
    "keys",
    "operate",
)


def build_app() -> typer.Typer:
    """Return the application with all commands."""
    app = typer.Typer(
        name="cinematch",
        help="Movie recommendations with reasons, from MovieLens ratings.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for family in _FAMILIES:
        import_module(f"core.commands.{family}").register(app)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _options(
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more to standard error.")] = False,
) -> None:
    import logging

    from core.logs import JsonFormatter, TextFormatter, configure_logging
    from core.settings import load_settings

    as_json = load_settings().log_format == "json"
    formatter = JsonFormatter() if as_json else TextFormatter("%(levelname)s %(message)s")
    configure_logging(formatter, logging.INFO if verbose else logging.WARNING)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 done, 1 the job failed, 2 wrong usage."""
    words = expand_json(sys.argv[1:] if arguments is None else arguments)
    try:
        build_app()(words, prog_name="cinematch")
    except (ConfigurationError, InvalidInputError) as error:
        _fail(str(error), 2)
    except CineMatchError as error:
        _fail(str(error), 1)
    except OSError as error:
        _fail(f"{error}. Check the path, its permissions and the space left, and retry.", 1)
    except KeyboardInterrupt:
        _fail("Interrupted; nothing that was there before has been changed.", 1)
    sys.exit(0)


def _fail(message: str, code: int) -> NoReturn:
    print(f"cinematch: {message}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
