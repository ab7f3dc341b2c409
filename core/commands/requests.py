"""What a command asks for: its options become the parts of a request."""

from __future__ import annotations

import inspect
from typing import Annotated

import typer

from core.commands.options import OptionGroup
from core.errors import InvalidInputError
from core.lists.requests import ProfileRequest
from core.views import WISHES, Filters, Near, Reranking

__all__ = ["FILTERS", "NEAR", "WISH", "RateOption", "WithoutOption", "names", "one_profile", "stars"]

RateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rate", help="A rating of your own, MOVIE=STARS; repeat it. Instead of --user.", metavar="ID=STARS"
    ),
]

WithoutOption = Annotated[
    str | None,
    typer.Option("--without", help="Rated movies whose ratings do not count: ids, comma-separated.", metavar="ID,ID"),
]


def one_profile(user: str | None, rate: list[str] | None, without: str | None = None) -> ProfileRequest:
    """Return whose taste is meant: a stored user's or that of the ratings given, without those that do not count."""
    ratings = stars(rate) if rate else None
    try:
        return ProfileRequest(user, ratings, names(without))
    except InvalidInputError as error:
        raise typer.BadParameter("give either --user ID or at least one --rate ID=STARS") from error


def stars(rate: list[str]) -> dict[str, float]:
    """Return stars by movie id."""
    found: dict[str, float] = {}
    for text in rate:
        movie, _, given = text.rpartition("=")
        try:
            found[movie] = float(given)
        except ValueError as error:
            raise typer.BadParameter(f"{text!r} is not ID=STARS, such as 318=4.5", param_hint="--rate") from error
    return found


def _filters(
    genres: Annotated[str | None, typer.Option(help="At least one of these, comma-separated.")] = None,
    exclude_genres: Annotated[str | None, typer.Option(help="None of these, comma-separated.")] = None,
    year_min: Annotated[int | None, typer.Option(help="Released in this year or later.")] = None,
    year_max: Annotated[int | None, typer.Option(help="Released in this year or earlier.")] = None,
    min_ratings: Annotated[int, typer.Option(help="Rated by at least this many people.", min=0)] = 0,
    max_ratings: Annotated[int | None, typer.Option(help="Rated by at most this many people.", min=0)] = None,
    all_genres: Annotated[bool, typer.Option("--all-genres", help="All of --genres, not just one of them.")] = False,
    only: Annotated[
        str | None, typer.Option(help="Only these movies, such as a watchlist: ids, comma-separated.")
    ] = None,
    exclude: Annotated[str | None, typer.Option(help="None of these movies: ids, comma-separated.")] = None,
    tags: Annotated[str | None, typer.Option(help="At least one of these that people gave, comma-separated.")] = None,
    exclude_tags: Annotated[str | None, typer.Option(help="None of these that people gave, comma-separated.")] = None,
) -> Filters:
    return Filters(
        genres=names(genres),
        exclude_genres=names(exclude_genres),
        year_min=year_min,
        year_max=year_max,
        min_ratings=min_ratings,
        all_genres=all_genres,
        movie_ids=None if only is None else names(only),
        exclude_ids=names(exclude),
        tags=names(tags),
        exclude_tags=names(exclude_tags),
        max_ratings=max_ratings,
    )


def names(text: str | None) -> tuple[str, ...]:
    """Return what stands between commas."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _near(
    near_tags: Annotated[
        str | None, typer.Option(help="What --closeness is about: tags that people gave, comma-separated.")
    ] = None,
    near_movies: Annotated[
        str | None, typer.Option(help="What --closeness is about: movies, ids, comma-separated.")
    ] = None,
) -> Near:
    return Near(names(near_tags), names(near_movies))


NEAR = OptionGroup.of(_near)
"""What the wish for closeness is about: `Near`."""
FILTERS = OptionGroup.of(_filters)
"""Which movies may be listed: `Filters`."""
WISH = OptionGroup(
    [
        inspect.Parameter(
            wish.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=wish.default,
            annotation=Annotated[float, typer.Option(f"--{wish.name}", help=wish.help, min=wish.low, max=wish.high)],
        )
        for wish in WISHES
    ],
    Reranking,
)
"""How far a list may move away from the algorithm's own order: `Reranking`."""
