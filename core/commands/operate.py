"""`cinematch validate` and `serve`: is all well, and run it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from core.commands.console import (
    AlgorithmsOption,
    DatasetOption,
    JsonOption,
    emit_json,
    print_table,
    settings_for,
    split_keys,
)

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(validate)
    app.command()(serve)


def validate(
    dataset: DatasetOption = None, algorithms: AlgorithmsOption = None, json_target: JsonOption = None
) -> None:
    """Check imports, data, every artifact and one recommendation per model; exit code 1 when anything is wrong."""
    from core.commands.validation import validate_installation

    settings = settings_for(dataset)
    started = time.perf_counter()
    checks = validate_installation(settings, split_keys(algorithms, settings, unusable=True))
    passed = all(check.passed for check in checks)
    if json_target:
        document: dict[str, Any] = {"passed": passed, "dataset": settings.dataset, "checks": checks}
        emit_json(document, json_target)
    else:
        print_table(
            f"CineMatch with {settings.dataset}: {'all is well' if passed else 'something is wrong'}",
            ["Check", "What", "Result", "Detail"],
            [[check.kind, check.name, "ok" if check.passed else "FAILED", check.detail] for check in checks],
            caption=f"{len(checks)} checks in {time.perf_counter() - started:.1f} s",
        )
    if not passed:
        raise typer.Exit(1)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; by default CINEMATCH_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; by default CINEMATCH_PORT.", min=1, max=65535)] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes; by default CINEMATCH_WORKERS.", min=1, max=64)
    ] = None,
    train_missing: Annotated[
        bool,
        typer.Option(
            "--train-missing",
            help="Train what is missing, and serve as soon as the first models stand: the rest is learned beside the "
            "server, which takes it up.",
        ),
    ] = False,
    dataset: DatasetOption = None,
) -> None:
    """Serve the dashboard and the REST API with gunicorn; this process becomes its master."""
    settings = settings_for(dataset, host=host, port=port, workers=workers)
    root = Path(__file__).resolve().parents[2]
    config = root / "dashboard" / "gunicorn.conf.py"
    os.environ |= {
        "CINEMATCH_DATASET": settings.dataset,
        "CINEMATCH_HOST": settings.host,
        "CINEMATCH_PORT": str(settings.port),
        "CINEMATCH_WORKERS": str(settings.workers),
    }
    here = str(Path.cwd())
    # gunicorn would look for modules where one stands before all other places, and a folder named core there need not
    # be ours. It does not where that place is known already, behind ours.
    known = [str(root), *filter(None, [os.environ.get("PYTHONPATH")]), here]
    os.environ["PYTHONPATH"] = os.pathsep.join(known)
    address = f"http://{settings.address}{settings.url_prefix}"
    if train_missing:
        from core.commands.first_models import train_beside

        train_beside(settings)
        typer.echo("Learning; what is learned first is served in seconds, the rest as it comes.", err=True)
    typer.echo(f"Serving {settings.dataset} at {address} (stop with Ctrl+C)", err=True)
    sys.stderr.flush()
    command = ["-P", "-m", "gunicorn", "-c", str(config), "--chdir", here, "dashboard.wsgi:server"]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606
