"""`cinematch recommend`, `explain` and `similar`: the main job without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import DatasetOption, JsonOption, emit_json, print_table, settings_for
from core.commands.together import GroupOption, show_group
from core.commands.weights import WeightOption, what_if_of
from core.commands.wishes import DiversityOption, PopularityOption, RecencyOption

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["register"]

AlgorithmOption = Annotated[
    str | None, typer.Option("--algorithm", help="Key of the algorithm; by default the best one.", metavar="A")
]
UserOption = Annotated[str | None, typer.Option("--user", help="A user of the data set, by id.", metavar="ID")]
UsersOption = Annotated[
    list[str] | None,
    typer.Option("--user", help="A user of the data set, by id; several are a group.", metavar="ID"),
]
RateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rate", help="A rating of your own, MOVIE=STARS; repeat it. Instead of --user.", metavar="ID=STARS"
    ),
]
MovieOption = Annotated[str, typer.Option("--movie", help="A movie of the data set, by id.", metavar="ID")]
CountOption = Annotated[int, typer.Option("-n", "--count", help="How many rows at most.", min=1, max=500)]
_LARGEST = 12


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(recommend)
    app.command()(explain)
    app.command()(similar)


def recommend(
    user: UsersOption = None,
    rate: RateOption = None,
    group: GroupOption = None,
    algorithm: AlgorithmOption = None,
    n: CountOption = 10,
    genres: Annotated[str | None, typer.Option(help="At least one of these, comma-separated.")] = None,
    exclude_genres: Annotated[str | None, typer.Option(help="None of these, comma-separated.")] = None,
    year_min: Annotated[int | None, typer.Option(help="Released in this year or later.")] = None,
    year_max: Annotated[int | None, typer.Option(help="Released in this year or earlier.")] = None,
    min_ratings: Annotated[int, typer.Option(help="Rated by at least this many people.", min=0)] = 0,
    all_genres: Annotated[bool, typer.Option("--all-genres", help="All of --genres, not just one of them.")] = False,
    only: Annotated[
        str | None, typer.Option(help="Only these movies, such as a watchlist: ids, comma-separated.")
    ] = None,
    exclude: Annotated[str | None, typer.Option(help="None of these movies: ids, comma-separated.")] = None,
    diversity: DiversityOption = 0.0,
    popularity: PopularityOption = 0.0,
    recency: RecencyOption = 0.0,
    weight: WeightOption = None,
    include_rated: Annotated[bool, typer.Option("--include-rated", help="List rated movies, too.")] = False,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """List the best movies for a user, for ratings given here, or for two to five people together."""
    from core.display.genres import format_genres
    from core.display.titles import format_movie_title
    from core.lists.group_views import Member
    from core.lists.reranking import Reranking
    from core.views import Filters

    users = user or []
    filters = Filters(
        _names(genres),
        _names(exclude_genres),
        year_min,
        year_max,
        min_ratings,
        all_genres,
        None if only is None else _names(only),
        _names(exclude),
    )
    wish = Reranking(diversity, popularity, recency)
    what_if = what_if_of(weight)
    if group or len(users) > 1:
        if what_if:
            raise typer.BadParameter("a group's list is made with the weights as learned", param_hint="--weight")
        if include_rated:
            raise typer.BadParameter("a group gets what nobody of it has rated", param_hint="--include-rated")
        if wish.active:
            raise typer.BadParameter("a group's list is not re-ranked", param_hint="--diversity")
        people = [*(Member(user_id=one) for one in users), *([Member(ratings=_given(rate))] if rate else [])]
        show_group(_service(dataset, algorithm), people, algorithm, n, group or "average", filters, json_target)
        return
    alone = users[0] if users else None
    ratings = _ratings(alone, rate)
    service = _service(dataset, algorithm)
    found = service.recommend(alone, ratings, algorithm, n, not include_rated, filters, wish, what_if)
    if json_target:
        emit_json(found, json_target)
        return
    whom = f"user {alone}" if alone is not None else f"{len(ratings or {})} ratings"
    print_table(
        f"{found.algorithm} for {whom} on {found.dataset}",
        ["Rank#", "Id#", "Title", "Genres", "Score#", "Stars#"],
        [
            [
                item.rank,
                item.source_id or item.movie_id,
                format_movie_title(item.title),
                format_genres(item.genres),
                f"{item.score:.4f}",
                None if item.predicted_rating is None else f"{item.predicted_rating:.1f}",
            ]
            for item in found.items
        ],
        caption="" if found.items else "No movie qualifies: loosen the filters.",
    )
    if found.wish:
        typer.echo(f"The best {found.wish.candidates} re-ranked.")
        for cost in found.wish.costs:
            typer.echo(f"{cost.wish} {cost.weight:+g}: {cost.text}")


def explain(
    movie: MovieOption,
    user: UserOption = None,
    rate: RateOption = None,
    algorithm: AlgorithmOption = None,
    counterfactuals: Annotated[
        bool, typer.Option("--counterfactuals", help="Say what rank it would have without the heaviest ratings.")
    ] = False,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """Say why a movie has its score; the contributions add up to it."""
    ratings = _ratings(user, rate)
    found = _service(dataset, algorithm).explain(movie, user, ratings, algorithm, counterfactuals)
    if json_target:
        emit_json(found, json_target)
        return
    shown, rest = found.contributions[:_LARGEST], found.contributions[_LARGEST:]
    rows = [[part.kind, part.label, f"{part.value:+.4f}"] for part in shown]
    if rest:
        rows.append(["", f"{len(rest)} smaller ones", f"{sum(part.value for part in rest):+.4f}"])
    rows.append(["", "Score", f"{found.score:+.4f}"])
    print_table(f"{found.algorithm} for movie {movie}", ["Kind", "What", "Value#"], rows)
    typer.echo(found.text)
    for without in found.counterfactuals or []:
        typer.echo(without.text)


def similar(
    movie: MovieOption,
    algorithm: AlgorithmOption = None,
    n: CountOption = 10,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """List the movies most similar to a movie."""
    from core.display.genres import format_genres
    from core.display.titles import format_movie_title

    service = _service(dataset, algorithm)
    found = service.similar(movie, algorithm, n)
    if json_target:
        key = algorithm or service.default_algorithm()
        emit_json({"algorithm": key, "movie_id": service.movie(movie).movie_id, "items": found}, json_target)
        return
    print_table(
        f"Similar to {format_movie_title(service.movie(movie).title)}",
        ["Id#", "Title", "Genres", "Similarity#"],
        [
            [
                item.source_id or item.movie_id,
                format_movie_title(item.title),
                format_genres(item.genres),
                f"{item.similarity:.4f}",
            ]
            for item in found
        ],
    )


def _service(dataset: str | None, algorithm: str | None) -> CineMatch:
    """Open the service; only the model that is asked is loaded where one is named."""
    from core.commands.console import split_keys
    from core.service import open_service

    settings = settings_for(dataset)
    split_keys(algorithm, settings)
    return open_service(settings, load=algorithm is None)


def _ratings(user: str | None, rate: list[str] | None) -> dict[str, float] | None:
    if (user is None) == (not rate):
        raise typer.BadParameter("give either --user ID or at least one --rate ID=STARS")
    return _given(rate) if rate else None


def _given(rate: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in rate:
        movie, _, stars = text.rpartition("=")
        try:
            found[movie] = float(stars)
        except ValueError as error:
            raise typer.BadParameter(f"{text!r} is not ID=STARS, such as 318=4.5", param_hint="--rate") from error
    return found


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())
