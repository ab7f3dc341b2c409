"""`cinematch recommend`, `explain`, `similar`, `next` and `tags`: the main job without a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import DatasetOption, JsonOption, emit_json, print_table, settings_for
from core.commands.films import ProfileOption, profile_films
from core.commands.options import takes
from core.commands.requests import FILTERS, NEAR, WISH, RateOption, WithoutOption, names, one_profile, stars
from core.commands.together import GroupOption, show_group
from core.commands.weights import WHAT_IF
from core.lists.requests import GroupRequest, ListRequest, ProfileRequest, WhatIf, in_order, seconds
from core.views import OWN_ORDER, Filters, Near, Reading, RecommendationList, Reranking

if TYPE_CHECKING:
    from core.service import CineMatch
    from core.views import ListItem

__all__ = ["register"]

AlgorithmOption = Annotated[
    str | None, typer.Option("--algorithm", help="Key of the algorithm; by default the best one.", metavar="A")
]
UserOption = Annotated[str | None, typer.Option("--user", help="A user of the data set, by id.", metavar="ID")]
UsersOption = Annotated[
    list[str] | None,
    typer.Option("--user", help="A user of the data set, by id; several are a group.", metavar="ID"),
]
MovieOption = Annotated[str, typer.Option("--movie", help="A movie of the data set, by id.", metavar="ID")]
CountOption = Annotated[int, typer.Option("-n", "--count", help="How many rows at most.", min=1, max=500)]
_LARGEST = 12


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(recommend)
    app.command()(explain)
    app.command()(similar)
    app.command("next")(watched_next)
    app.command()(tags)


@takes(filters=FILTERS, wish=WISH, near=NEAR, what_if=WHAT_IF)
def recommend(
    *,
    user: UsersOption = None,
    rate: RateOption = None,
    without: WithoutOption = None,
    profile: ProfileOption = None,
    group: GroupOption = None,
    algorithm: AlgorithmOption = None,
    n: CountOption = 10,
    filters: Filters,
    wish: Reranking,
    near: Near,
    say: Annotated[
        str | None, typer.Option("--say", help='A sentence: "like Heat but not like Die Hard, from the 90s".')
    ] = None,
    what_if: WhatIf | None,
    include_rated: Annotated[bool, typer.Option("--include-rated", help="List rated movies, too.")] = False,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """List the best movies for a user, for ratings given here, or for two to five people together."""
    users = user or []
    if profile and (users or group):
        raise typer.BadParameter("it is one's own list: leave out --user and --group", param_hint="--profile")
    if group or len(users) > 1:
        if what_if:
            raise typer.BadParameter("a group's list is made with the weights as learned", param_hint="--weight")
        if include_rated:
            raise typer.BadParameter("a group gets what nobody of it has rated", param_hint="--include-rated")
        for name in wish.weights.keys() - OWN_ORDER:
            raise typer.BadParameter("a group's list is not re-ranked", param_hint=f"--{name}")
        if without:
            raise typer.BadParameter("of a group all ratings count", param_hint="--without")
        if say or near.named:
            raise typer.BadParameter("a group's list is not re-ranked", param_hint="--say" if say else "--near-tags")
        people = [ProfileRequest(user_id=one) for one in users]
        visitors = [ProfileRequest(ratings=stars(rate))] if rate else []
        together = GroupRequest([*people, *visitors], algorithm, n, group or "average", filters, **wish.own)
        show_group(_service(dataset, algorithm).recommend_group(together), json_target)
        return
    service = _service(dataset, algorithm)
    if profile:
        kept = profile_films(service, profile)
        own = [(str(movie), value, seconds(kept.rated[movie])) for movie, value in kept.ratings.items()]
        now = [(movie, value, None) for movie, value in stars(rate or []).items()]
        whom = ProfileRequest(ratings=in_order([*own, *now]), without=names(without))
        unwanted = (*kept.hidden, *(() if include_rated else kept.seen))
        filters = replace(filters, exclude_ids=(*filters.exclude_ids, *unwanted))
    elif say and not users and not rate and not without:
        whom = ProfileRequest(ratings={})
    else:
        whom = one_profile(users[0] if users else None, rate, without)
    found = service.recommend(ListRequest(whom, algorithm, n, not include_rated, filters, wish, what_if, near, say))
    if json_target:
        emit_json(found, json_target)
        return
    _show_reading(found.reading)
    _show_list(found, f"user {whom.user_id}" if whom.ratings is None else f"{len(whom.ratings)} ratings")


def _show_reading(reading: Reading | None) -> None:
    if reading is None:
        return
    told = "; ".join(part.told for part in reading.parts) or "nothing that is known here"
    unread = f" Not understood: {', '.join(reading.unread)}." if reading.unread else ""
    typer.echo(f"Understood: {told}.{unread}")


def _show_list(found: RecommendationList, whom: str) -> None:
    from core.display.genres import format_genres
    from core.display.titles import short_title

    print_table(
        f"{found.algorithm} for {whom} on {found.dataset}",
        ["Rank#", "Id#", "Title", "Genres", "Score#", "Stars#", "Match#"],
        [
            [
                item.rank,
                item.source_id or item.movie_id,
                short_title(item.title),
                format_genres(item.genres),
                f"{item.score:.4f}",
                _stars(item),
                None if item.match is None else f"{item.match:.0%}",
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
    without: WithoutOption = None,
    algorithm: AlgorithmOption = None,
    counterfactuals: Annotated[
        bool, typer.Option("--counterfactuals", help="Say what rank it would have without the heaviest ratings.")
    ] = False,
    love: Annotated[
        float | None,
        typer.Option("--love", help="Of the list that is asked about: watch (0) to love (1).", min=0, max=1),
    ] = None,
    lately: Annotated[
        float | None,
        typer.Option(
            "--lately", help="Of the list that is asked about: all films (0) to the last ones (1).", min=0, max=1
        ),
    ] = None,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """Say why a movie has its score; the contributions add up to it."""
    profile = one_profile(user, rate, without)
    service = _service(dataset, algorithm)
    own = {name: weight for name, weight in (("love", love), ("lately", lately)) if weight is not None}
    found = service.explain(movie, profile.user_id, profile.ratings, algorithm, counterfactuals, own, profile.without)
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
    for one in found.counterfactuals or []:
        typer.echo(one.text)


def similar(
    movie: MovieOption,
    algorithm: AlgorithmOption = None,
    n: CountOption = 10,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """List the movies most similar to a movie."""
    from core.display.genres import format_genres
    from core.display.titles import short_title
    from core.service import open_service

    service = open_service(settings_for(dataset), load=False)
    found = service.similar(movie, algorithm, n)
    if json_target:
        emit_json({"algorithm": algorithm, "movie_id": service.movie(movie).movie_id, "items": found}, json_target)
        return
    print_table(
        f"Similar to {short_title(service.movie(movie).title)}",
        ["Id#", "Title", "Genres", "Similarity#", "Who liked it"],
        [
            [
                item.source_id or item.movie_id,
                short_title(item.title),
                format_genres(item.genres),
                f"{item.similarity:.3f}",
                item.text,
            ]
            for item in found
        ],
    )


def watched_next(
    movie: MovieOption,
    n: CountOption = 10,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """List what people rated soon after a movie, more often than chance has it."""
    from core.display.titles import short_title
    from core.service import open_service

    service = open_service(settings_for(dataset), load=False)
    found = service.company.watched_next(movie, n)
    if json_target:
        emit_json(found, json_target)
        return
    print_table(
        f"Watched after {short_title(service.movie(movie).title)}",
        ["Id#", "Title", "Right after#", f"Within {found.within}#", "By chance#"],
        [
            [item.source_id or item.movie_id, short_title(item.title), item.next, item.soon, f"{item.by_chance:.1f}"]
            for item in found.items
        ],
        caption="" if found.items else "No movie was rated soon after it more often than chance has it.",
    )
    typer.echo(found.text)


def tags(
    text: Annotated[str, typer.Argument(help="Part of a tag; without it those of most movies are listed.")] = "",
    n: CountOption = 20,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """List the tags that people gave, for --tags, --exclude-tags and --near-tags."""
    from core.service import open_service

    found = open_service(settings_for(dataset), load=False).tags(text, n)
    if json_target:
        emit_json({"items": found}, json_target)
        return
    nothing = "" if found else "No tag holds this text; this data set may have none."
    print_table("Tags", ["Tag", "Movies#"], [[tag.tag, tag.films] for tag in found], caption=nothing)


def _stars(item: ListItem) -> str | None:
    if item.predicted_rating is None:
        return None
    return f"{item.predicted_rating:.1f}" + (
        "" if item.predicted_spread is None else f" ± {item.predicted_spread:.1f}"
    )


def _service(dataset: str | None, algorithm: str | None) -> CineMatch:
    """Open the service; only the model that is asked is loaded where one is named."""
    from core.commands.console import split_keys
    from core.service import open_service

    settings = settings_for(dataset)
    split_keys(algorithm, settings)
    return open_service(settings, load=algorithm is None)
