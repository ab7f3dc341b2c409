"""Stored measurements as the options of a select."""

from collections.abc import Sequence

from core.evaluation.runs import RunSummary

__all__ = ["PROTOCOLS", "run_options"]

PROTOCOLS = {
    "ranking": "Ranking films",
    "next": "The next film",
    "next-shuffled": "The next film, orders shuffled",
    "later": "The latest fifth",
    "ratings": "Predicting stars",
}
"""Questions in people's words, by the name of the protocol."""


def run_options(runs: Sequence[RunSummary]) -> list[dict[str, str]]:
    """Return stored runs as options of a select, the latest first."""
    return [
        {
            "value": run.run_id,
            "label": f"{PROTOCOLS.get(run.protocol, run.protocol)} · {run.dataset} · "
            f"{len(run.algorithms)} algorithm{'' if len(run.algorithms) == 1 else 's'} · "
            f"{run.created_at[:16].replace('T', ' ')} UTC",
        }
        for run in runs
    ]
