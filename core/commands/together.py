"""`cinematch recommend` for several people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import emit_json, print_table
from core.views import GroupMethod

if TYPE_CHECKING:
    from core.views import GroupList

__all__ = ["GroupOption", "show_group"]

GroupOption = Annotated[
    GroupMethod | None,
    typer.Option(
        "--group",
        help="How several --user (and the person of --rate) decide: by the mean of their scores, the default, or "
        "the best of these by the lowest predicted stars.",
    ),
]


def show_group(found: GroupList, json_target: str | None) -> None:
    """Print a list for a group, with everybody's predicted stars."""
    from core.display.titles import short_title

    if json_target:
        emit_json(found, json_target)
        return
    names = [_name(viewer.source_id or viewer.user_id) for viewer in found.members]
    print_table(
        f"{found.algorithm} for {', '.join(names)} on {found.dataset}, {found.method}",
        ["Rank#", "Id#", "Title", "Score#", *(f"{name}#" for name in names)],
        [
            [
                item.rank,
                item.source_id or item.movie_id,
                short_title(item.title),
                f"{item.score:.2f}",
                *(_stars(opinion.predicted_rating, opinion.least_pleased) for opinion in item.members),
            ]
            for item in found.items
        ],
        caption=_caption(found),
    )


def _name(user: int | str | None) -> str:
    return "you" if user is None else f"user {user}"


def _stars(rating: float | None, least: bool) -> str:
    return f"{'*' if least else ''}{'?' if rating is None else f'{rating:.1f}'}"


def _caption(found: GroupList) -> str:
    if not found.items:
        return "No movie qualifies: loosen the filters."
    by = "the stars" if found.method == "least-misery" else "the ten best films for that viewer"
    return f"Predicted stars; * marks who is pleased least, measured by {by}."
