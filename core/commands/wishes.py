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
from core.commands.options import takes
from core.commands.requests import WISH
from core.views import WISHES, Reranking

if TYPE_CHECKING:
    from core.evaluation.wishes import WishResult

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("wishes")(wishes_command)


@takes(wish=WISH)
def wishes_command(
    wish: Reranking,
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
    from core.evaluation.wishes import candidate_depth, judge_wish, own_rankings
    from core.lists.reranking import ordered
    from core.progress import part_of

    if not wish.active:
        *others, last = (f"--{one.name}" for one in WISHES)
        raise typer.BadParameter(f"give at least one of {', '.join(others)} and {last}")
    settings = settings_for(dataset)
    (key,) = split_keys(algorithm, settings)
    data = open_dataset(settings)
    protocol = Protocol(kind="ranking", split="per-user", folds=1, seed=seed, max_users=max_users)
    split = next(protocol.splits(data))
    with progress(f"Measuring {key}") as report:
        *_, (_, model, _, rest) = fit_on(split.train, [key], {}, part_of(report, 0.0, 0.95))
        if not model.loves:
            ordered(model, wish.own)
        ranked = rank_users(model, split, protocol, part_of(rest, 0.0, 0.5), candidate_depth())
        own = own_rankings(model, split, protocol, part_of(rest, 0.5, 1.0), [wish])
        found = judge_wish(key, ranked, split, protocol, wish, own)
        report(1.0, "measured")
    if json_target is not None:
        emit_json({"dataset": data.name, **found.to_dict()}, json_target)
    if json_target != "-":
        _show(data.name, found)


def _show(dataset: str, found: WishResult) -> None:
    wish = found.wish
    asked = ", ".join(f"{name} {weight:+g}" for name, weight in wish.weights.items())
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
