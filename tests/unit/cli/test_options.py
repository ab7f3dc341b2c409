"""Options that a command takes as one value."""

import inspect
from typing import Annotated

import typer
from typer.testing import CliRunner

from core.commands.options import OptionGroup, takes


def _box(width: Annotated[int, typer.Option(min=1)] = 2, height: int = 3) -> tuple[int, int]:
    return width, height


BOX = OptionGroup.of(_box)


@takes(box=BOX)
def draw(*, name: str = "box", box: tuple[int, int], filled: bool = False) -> None:
    """Draw a box."""
    typer.echo(f"{name} {box} {filled}")


def test_the_options_stand_in_place_of_the_value() -> None:
    assert list(inspect.signature(draw).parameters) == ["name", "width", "height", "filled"]
    app = typer.Typer()
    app.command()(draw)
    assert CliRunner().invoke(app, ["--height", "5", "--filled"]).output == "box (2, 5) True\n"
    refused = CliRunner().invoke(app, ["--width", "0"])
    assert refused.exit_code == 2
