"""`cinematch wishes`: what any wish for a list costs and gains, its weights together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import (
    DatasetOption,
    JsonOption,
    emit_json,
    open_dataset,
    print_table,
    progress,
    settings_for,
    split_keys,
)

if TYPE_CHECKING:
    from core.evaluation.wishes import WishResult

__all__ = ["DiversityOption", "PopularityOption", "RecencyOption", "register"]

DiversityOption = Annotated[float, typer.Option("--diversity", help="Mix the list, by genres: 0 to 1.", min=0, max=1)]
PopularityOption = Annotated[
    float, typer.Option("--popularity", help="Well known (1) or off the beaten path (-1).", min=-1, max=1)
]
RecencyOption = Annotated[float, typer.Option("--recency", help="New (1) or old (-1).", min=-1, max=1)]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("wishes")(wishes_command)


def wishes_command(
    diversity: DiversityOption = 0.0,
    popularity: PopularityOption = 0.0,
    recency: RecencyOption = 0.0,
    algorithm: Annotated[str, typer.Option("--algorithm", help="Key of the algorithm.")] = "hybrid",
    seed: Annotated[int, typer.Option("--seed", help="Seed of the split and the bootstrap.")] = 42,
    max_users: Annotated[int, typer.Option("--max-users", help="At most so many test users.", min=1)] = 10_000,
    dataset: DatasetOption = None,
    json_target: JsonOption = None,
) -> None:
    """Measure what a wish costs in accuracy and gains otherwise, on held-out ratings.

    The algorithm is fitted on four fifths of each user's ratings; what a model carries was measured one weight at a
    time, this measures them together.
    """
    from core.evaluation.benchmark import fit_on
    from core.evaluation.measure import rank_users
    from core.evaluation.protocols import Protocol
    from core.evaluation.wishes import candidate_depth, judge_wish
    from core.lists.reranking import Reranking
    from core.progress import part_of

    wish = Reranking(diversity, popularity, recency)
    if not wish.active:
        raise typer.BadParameter("give at least one of --diversity, --popularity and --recency")
    settings = settings_for(dataset)
    (key,) = split_keys(algorithm, settings)
    data = open_dataset(settings)
    protocol = Protocol(kind="ranking", split="per-user", folds=1, seed=seed, max_users=max_users)
    split = next(protocol.splits(data))
    with progress(f"Measuring {key}") as report:
        *_, (_, model, _, rest) = fit_on(split.train, [key], {}, part_of(report, 0.0, 0.95))
        found = judge_wish(key, rank_users(model, split, protocol, rest, candidate_depth()), split, protocol, wish)
        report(1.0, "measured")
    if json_target is not None:
        emit_json({"dataset": data.name, **found.to_dict()}, json_target)
    if json_target != "-":
        _show(data.name, found)


def _show(dataset: str, found: WishResult) -> None:
    wish = found.wish
    weights = {"diversity": wish.diversity, "popularity": wish.popularity, "recency": wish.recency}
    asked = ", ".join(f"{name} {weight:+g}" for name, weight in weights.items() if weight)
    print_table(
        f"{found.algorithm} on {dataset}: {asked}",
        ["Metric", "Without#", "With#", "Change#", "95% interval#"],
        [
            [
                change.metric,
                f"{change.plain:.4f}",
                f"{change.wished:.4f}",
                f"{change.change:+.4f}",
                f"{change.low:+.4f} to {change.high:+.4f}",
            ]
            for change in found.changes
        ],
        caption=found.how,
    )
