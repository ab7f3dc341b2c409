"""`cinematch films`: what other services export of one's own films, matched with the data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import DatasetOption, JsonOption, emit_json, print_table, settings_for
from core.errors import InvalidInputError
from core.files import write_atomically

if TYPE_CHECKING:
    from core.service import CineMatch
    from core.views import FilmImport, ImportedFilm, KeptFilms

__all__ = ["ProfileOption", "profile_films", "register"]

ProfileOption = Annotated[
    Path | None,
    typer.Option(
        "--profile", help="Your own films: an export of another service, or what `cinematch films --out` wrote."
    ),
]
_SHOWN = 30


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(films)


def films(
    files: Annotated[list[Path], typer.Argument(help="Exports: zip, CSV, JSON or XML.", metavar="FILE...")],
    out: Annotated[Path | None, typer.Option(help="Write the films that matched, for --profile.")] = None,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """Match exports of Letterboxd, IMDb, Trakt, MovieLens, Netflix, Simkl, Criticker, TV Time with the data set."""
    from core.service import kept_films, open_service

    service = open_service(settings_for(dataset), load=False)
    found = {str(path): _imported(service, path) for path in files}
    if out:
        matched = [film for one in found.values() for film in one.matched]
        write_atomically(out, service.export_films(kept_films(matched), "json"))
    if json_target:
        emit_json(found, json_target)
        return
    for path, one in found.items():
        _show(path, one)
    if out:
        typer.echo(f"Written to {out}; `cinematch recommend --profile {out}` makes a list of it.")


def profile_films(service: CineMatch, path: Path) -> KeptFilms:
    """Return the films of an export whose match is certain.

    Raises
    ------
    InvalidInputError
        Also when there is none.
    """
    from core.service import kept_films

    found = _imported(service, path)
    if not found.matched:
        raise InvalidInputError(
            f"{path} holds no film of this data set. `cinematch films {path}` shows what it holds."
        )
    return kept_films(found.matched)


def _imported(service: CineMatch, path: Path) -> FilmImport:
    from core.service import MAX_BYTES

    # One byte more than is taken shows that a file is too large, however large it is, and pipes tell no size.
    with path.open("rb") as file:
        return service.import_films(file.read(MAX_BYTES + 1), path.name)


def _show(path: str, found: FilmImport) -> None:
    typer.echo(
        f"{path}: {', '.join(found.services)}, {found.rows:,} rows. {len(found.matched):,} films matched, "
        f"{len(found.doubtful):,} doubtful, {len(found.not_here):,} not in this data set; "
        f"{len(found.set_aside):,} rows set aside, {len(found.refused):,} refused."
    )
    if found.doubtful:
        rows = [
            [_named(film), "; ".join(f"{choice.movie_id} {choice.title}" for choice in film.movies)]
            for film in found.doubtful[:_SHOWN]
        ]
        print_table("Doubtful: not taken. Which is meant?", ["Title", "May be"], rows, _more(len(found.doubtful)))
    if found.not_here:
        rows = [[_named(film)] for film in found.not_here[:_SHOWN]]
        print_table("Not in this data set", ["Title"], rows, _more(len(found.not_here)))
    if found.refused:
        rows = [[row.file, str(row.line), row.why] for row in found.refused[:_SHOWN]]
        print_table("Refused", ["File", "Line#", "Why"], rows, _more(len(found.refused)))
    for note in found.notes:
        typer.echo(note)


def _named(film: ImportedFilm) -> str:
    return f"{film.title or 'no title'}{f' ({film.year})' if film.year else ''}"


def _more(count: int) -> str:
    return f"{count - _SHOWN:,} more: --json lists all." if count > _SHOWN else ""
