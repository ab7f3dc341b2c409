"""`cinematch validate`, `serve`, `worker` and `queue`: is all well, and run it."""

from __future__ import annotations

import os
import sys
import time
from importlib.util import find_spec
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
from core.errors import ConfigurationError, InvalidInputError

__all__ = ["register"]

_ROOT = Path(__file__).resolve().parents[2]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(validate)
    app.command()(serve)
    app.command()(worker)
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(queue)


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
    config = _ROOT / "dashboard" / "gunicorn.conf.py"
    os.environ |= {
        "CINEMATCH_DATASET": settings.dataset,
        "CINEMATCH_HOST": settings.host,
        "CINEMATCH_PORT": str(settings.port),
        "CINEMATCH_WORKERS": str(settings.workers),
    }
    here = _know_ourselves_first()
    address = f"http://{settings.address}{settings.url_prefix}"
    if train_missing and settings.artifacts_url is not None:
        typer.echo("Nothing is trained here: what is published at CINEMATCH_ARTIFACTS_URL is served.", err=True)
    elif train_missing:
        from core.commands.first_models import train_beside

        train_beside(settings)
        typer.echo("Learning; what is learned first is served in seconds, the rest as it comes.", err=True)
    typer.echo(f"Serving {settings.dataset} at {address} (stop with Ctrl+C)", err=True)
    sys.stderr.flush()
    command = ["-P", "-m", "gunicorn", "-c", str(config), "--chdir", here, "dashboard.wsgi:server"]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606


def worker(
    places: Annotated[
        int, typer.Option("--places", help="Jobs at a time, each in a process of its own.", min=1, max=64)
    ] = 2,
    dataset: DatasetOption = None,
) -> None:
    """Do background jobs for all replicas that share CINEMATCH_REDIS_URL; this process becomes a Celery worker."""
    settings = settings_for(dataset)
    if settings.redis_url is None:
        raise ConfigurationError(
            "A worker takes its jobs from Redis: set CINEMATCH_REDIS_URL to the address that the servers have."
        )
    if find_spec("celery") is None:
        raise ConfigurationError(
            "A worker is one of Celery, which is not installed: `pip install 'cinematch[cluster]'`."
        )
    os.environ["CINEMATCH_DATASET"] = settings.dataset
    # Asked to stop, it gives back what it has not finished, instead of finishing it first.
    os.environ["REMAP_SIGTERM"] = "SIGQUIT"
    _know_ourselves_first()
    command = ["-m", "celery", "--quiet", "-A", "dashboard.worker:queue", "worker", "--concurrency", str(places)]
    # Two workers on one machine have names of their own, by which they are counted.
    command += ["--hostname", f"{os.getpid()}@%h"]
    # What workers have to know of each other's jobs stands in Redis: no second's wait for their answers at a start.
    command += ["--without-mingle", "--without-gossip"]
    typer.echo(f"Doing {places} background jobs at a time (stop with Ctrl+C)", err=True)
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-P", *command, "--loglevel", "WARNING"])  # noqa: S606


def queue(context: typer.Context) -> None:
    """Have `train`, `tune` or `evaluate` with all their options done by a worker, and follow it to its end."""
    if find_spec("celery") is None:
        raise ConfigurationError(
            "Workers are those of Celery, which is not installed: `pip install 'cinematch[cluster]'`."
        )
    _check_order(context)
    _know_ourselves_first()
    sys.stderr.flush()
    command = ["-P", "-m", "callbacks.jobs.cluster.commands", *context.args]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606


def _check_order(context: typer.Context) -> None:
    """Have an order refused here that a worker could not read, or whose outcome would stay there."""
    family: Any = context.parent and context.parent.command
    name = context.args[0] if context.args else ""
    if family is None or name not in family.commands:
        return  # said by who orders, which knows what workers run
    read = family.commands[name].make_context(name, context.args[1:], parent=context.parent)
    if read.params.get("json_target") not in (None, "-"):
        raise InvalidInputError("`--json FILE` would be written on the worker's disk. Write `--json > FILE`.")


def _know_ourselves_first() -> str:
    """Have the next program find our modules before those of the directory where one stands, which is returned."""
    here = str(Path.cwd())
    # It would look there before all other places, and a folder named core there need not be ours. It does not where
    # that place is known already, behind ours.
    known = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")]), here]
    os.environ["PYTHONPATH"] = os.pathsep.join(known)
    return here
