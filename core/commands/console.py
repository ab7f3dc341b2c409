"""What all commands share: options, progress, JSON, tables and errors."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.files import write_atomically

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.progress import Progress
    from core.settings import Settings

__all__ = [
    "AlgorithmsOption",
    "DatasetOption",
    "JsonOption",
    "emit_json",
    "expand_json",
    "open_dataset",
    "print_table",
    "progress",
    "settings_for",
    "split_keys",
]

DatasetOption = Annotated[
    str | None, typer.Option("--dataset", help="Data set by name; by default CINEMATCH_DATASET.", metavar="NAME")
]
AlgorithmsOption = Annotated[
    str | None, typer.Option("--algorithms", help="Comma-separated keys; by default all.", metavar="A,B")
]
JsonOption = Annotated[
    str | None,
    typer.Option("--json", help="Write one JSON document to standard output, or to FILE.", metavar="[FILE]"),
]
"""Holds ``-`` for standard output, a path, or None."""

_LINE_EVERY_SECONDS = 5.0


def expand_json(arguments: Sequence[str]) -> list[str]:
    """Give a bare ``--json`` the value ``-``, since the parser knows no options with an optional value.

    The next word is its value when it is ``-``, ends with ``.json`` or holds a directory separator.
    """
    expanded: list[str] = []
    for position, word in enumerate(arguments):
        expanded.append(word)
        if word == "--json":
            following = arguments[position + 1] if position + 1 < len(arguments) else ""
            named = following.endswith(".json") or (os.sep in following and not following.startswith("-"))
            if following != "-" and not named:
                expanded.append("-")
    return expanded


def emit_json(document: Any, target: str | Path = "-") -> None:
    """Write one JSON document.

    Parameters
    ----------
    document : object
        Plain values, data classes, paths and numpy scalars or arrays; NaN becomes null.
    target : str or path
        ``-`` for standard output, or a file, which is replaced atomically.
    """
    text = json.dumps(_plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if str(target) == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    write_atomically(target, text)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> None:
    """Print a table to standard output; columns whose title ends with ``#`` are numbers, aligned to the right."""
    table = Table(
        title=_literal(title),
        caption=_literal(caption) if caption else None,
        title_justify="left",
        caption_justify="left",
    )
    for column in columns:
        table.add_column(_literal(column.removesuffix("#")), justify="right" if column.endswith("#") else "left")
    for row in rows:
        table.add_row(*(_literal("-" if cell is None else str(cell)) for cell in row))
    # Without a terminal the width is 80 columns by default, which would cut titles.
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def _literal(text: str) -> Text:
    """Return text as it is: brackets in a title are no markup, and control characters no commands to a terminal."""
    return Text("".join("\ufffd" if _is_control(char) else char for char in text))


def _is_control(char: str) -> bool:
    return (char < " " and char != "\n") or "\x7f" <= char <= "\x9f"


@contextmanager
def progress(title: str, *, plain: bool = False) -> Iterator[Progress]:
    """Yield a `Progress`: a bar with the time that is left on a terminal, plain lines on stderr elsewhere.

    Parameters
    ----------
    plain : bool
        Lines on a terminal, too, as where others write to it meanwhile.
    """
    if sys.stderr.isatty() and not plain:
        with _bar(title) as report:
            yield report
    else:
        yield _lines(title)


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", style="bold", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}", markup=False),
        TextColumn("{task.fields[text]}", markup=False),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=1.0, text="", left="")
        started = time.monotonic()

        def report(done: float, text: str) -> None:
            left = _left(done, time.monotonic() - started)
            bar.update(task, completed=min(max(done, 0.0), 1.0), text=text, left=left)

        yield report


def _lines(title: str) -> Progress:
    started = time.monotonic()
    shown, words = -_LINE_EVERY_SECONDS, ""

    def report(done: float, text: str) -> None:
        nonlocal shown, words
        elapsed = time.monotonic() - started
        finished = done >= 1.0 and text != words
        if not finished and elapsed - shown < _LINE_EVERY_SECONDS:
            return
        shown, words = elapsed, text
        left = _left(done, elapsed)
        print(f"{title}: {done:4.0%} {text} ({elapsed:.0f} s{left and ', '}{left})", file=sys.stderr, flush=True)

    return report


def _left(done: float, elapsed: float) -> str:
    return f"about {elapsed * (1 - done) / done:.0f} s left" if 0.02 < done < 1 else ""


def settings_for(dataset: str | None = None, **overrides: object) -> Settings:
    """Return the settings of the environment with what was given on the command line."""
    from core.settings import load_settings

    return load_settings(dataset=dataset, **overrides)


def open_dataset(settings: Settings) -> Dataset:
    """Open the configured data set."""
    from core.data.dataset import Dataset

    return Dataset.open(settings.dataset_dir)


def split_keys(algorithms: str | None, settings: Settings, *, unusable: bool = False) -> tuple[str, ...]:
    """Return the algorithm keys of an option, else of the settings, else all.

    Parameters
    ----------
    unusable : bool
        Whether all includes those of other packages that cannot be loaded.

    Raises
    ------
    InvalidInputError
        For a key that is no algorithm's.
    """
    from core.errors import InvalidInputError
    from core.recommenders.registry import algorithm_keys, loadable_keys

    known = algorithm_keys()
    given = tuple(part.strip() for part in (algorithms or "").split(",") if part.strip()) or settings.algorithms
    for key in given:
        if key not in known:
            raise InvalidInputError(f"There is no algorithm {key!r}. Choose from: {', '.join(known)}.")
    return tuple(dict.fromkeys(given)) or (known if unusable else loadable_keys())
