"""What a model's manifest says of its quality: measured beside training, on ratings held out from a second fit."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.data.dataset import Dataset
from core.data.splits import Split, random_users
from core.evaluation.benchmark import (
    Configs,
    Costs,
    assemble,
    fit_on,
    metric_values,
    model_mb,
    run_request,
    split_by_split,
    tested,
)
from core.evaluation.match import measure_match
from core.evaluation.measure import Measured, judge_lists, measure_ratings, rank_users
from core.evaluation.next_gain import next_gain
from core.evaluation.people import People
from core.evaluation.protocols import Protocol
from core.evaluation.run_store import RunStore
from core.evaluation.runs import code_version
from core.evaluation.wishes import OWN, candidate_depth, own_rankings, wish_metrics
from core.lists.match import PLACES
from core.progress import Progress, part_of, silent
from core.recommenders.base import Recommender
from core.recommenders.registry import recommender_class, training_order

__all__ = ["SAMPLED_ABOVE", "SAMPLED_RATINGS", "HeldOut", "Judged", "measure_for_manifest"]

MAX_USERS = 10_000
"""So many people are asked at most."""
SAMPLED_ABOVE = 5_000_000
"""Ratings above which `measure_for_manifest` asks a sample of the users."""
SAMPLED_RATINGS = 500_000
"""How many ratings these users have together at most."""


def measure_for_manifest(
    dataset: Dataset,
    keys: Sequence[str],
    configs: Configs | None = None,
    progress: Progress | None = None,
    *,
    seed: int = 42,
    max_users: int | None = MAX_USERS,
    sample_above: int = SAMPLED_ABOVE,
    sample_ratings: int = SAMPLED_RATINGS,
    cache_dir: Path | str | None = None,
    left_out: dict[str, str] | None = None,
) -> dict[str, dict[str, Any]]:
    """Measure what a model trained on the whole data set cannot be asked any more.

    A random fifth of each user's ratings is held out once, every algorithm is fitted once on the rest, and that
    one fit answers for both: the held-out stars (RMSE, MAE) and the held-out movies' ranks. Holding out per user
    rather than over all ratings changes who is tested how often hardly at all (both hold out a uniform fifth) and
    saves the second fit.

    A data set of more than `sample_above` ratings is measured on all ratings of random users who have at most
    `sample_ratings` together: fitting everything twice would take as long as training. The figures are then lower
    than those of the models that know all people, but say which algorithm is worth its memory; ``sample`` and
    ``how`` tell of it.

    Parameters
    ----------
    cache_dir : path, optional
        Where the same measurement is kept as two runs that can be looked at and compared, `RunStore`: one of the
        stars, one of the lists. A sample of the users is not kept.
    left_out : dict, optional
        As of `fit_on`.

    Returns
    -------
    dict of dict
        Per key ``values`` and ``intervals`` by metric (of lists for both relevances), ``relevance`` (where liking
        begins), ``how`` (a sentence), ``wishes`` (see `wish_metrics`), ``match`` (see `match_metrics`), ``split``,
        ``seed`` and ``code_version``: what a model's manifest carries under ``metrics``.
    """
    held = HeldOut.of(dataset, keys, configs, seed, max_users, sample_above, sample_ratings)
    kept: dict[str, Judged] = {}
    started = time.perf_counter()
    for key, model, fit_seconds, share in fit_on(held.split.train, keys, held.configs, progress or silent, left_out):
        if key in keys:
            kept[key] = held.judge(model, fit_seconds, share)
    kept = {key: kept[key] for key in keys if key in kept}
    if cache_dir is not None:
        held.keep(kept, cache_dir, time.perf_counter() - started)
    return {key: judged.document for key, judged in kept.items()}


@dataclass(frozen=True)
class Judged:
    """What was measured of one algorithm: what its manifest says, and what a stored run is made of."""

    document: dict[str, Any]
    stars: tuple[Measured, Costs]
    lists: tuple[Measured, Costs]


@dataclass(frozen=True)
class HeldOut:
    """The ratings on which models are measured that are fitted on the rest, ``split.train``.

    Attributes
    ----------
    dataset, part : Dataset
        All ratings, and those of the people who are asked: the same where nobody was drawn.
    configs : mapping of key to configuration
        What models that know only the part are to be fitted with.
    """

    dataset: Dataset
    part: Dataset
    split: Split
    configs: Configs
    ratings: Protocol
    ranking: Protocol

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        keys: Sequence[str],
        configs: Configs | None = None,
        seed: int = 42,
        max_users: int | None = MAX_USERS,
        sample_above: int = SAMPLED_ABOVE,
        sample_ratings: int = SAMPLED_RATINGS,
    ) -> "HeldOut":
        """Hold ratings out; parameters as of `measure_for_manifest`."""
        asked = max_users if max_users is not None and max_users < dataset.n_users else None
        ranking = Protocol(kind="ranking", split="per-user", folds=1, seed=seed, max_users=asked)
        ratings = Protocol(kind="ratings", split="per-user", folds=1, seed=seed, max_users=asked)
        part, chosen = dataset, dict(configs or {})
        if dataset.n_ratings > sample_above:
            part = random_users(dataset, sample_ratings, seed)
            for key in training_order(tuple(keys)):
                settled = recommender_class(key)(chosen.get(key)).config_at(dataset.n_ratings)
                chosen[key] = settled.model_dump(mode="json")
        return cls(dataset, part, next(ranking.splits(part)), chosen, ratings, ranking)

    @property
    def drawn(self) -> bool:
        """Whether only some people are asked."""
        return self.part is not self.dataset

    def judge(self, model: Recommender, fit_seconds: float, progress: Progress = silent) -> Judged:
        """Ask a model that was fitted on ``split.train`` about the held-out ratings."""
        dataset, part, split, seed = self.dataset, self.part, self.split, self.ranking.seed
        of_part = (
            f"On all ratings of {part.n_users:,} randomly drawn users ({part.n_ratings:,} of "
            f"{dataset.n_ratings:,} ratings, seed {seed}), and models that know no others: "
        )
        whose = f"{dataset.name}: {of_part if self.drawn else ''}"
        # The same long lists are judged as they are and as people's wishes would reorder them.
        began = time.process_time()
        stars = measure_ratings(model, split, self.ratings, part_of(progress, 0.0, 0.3))
        star_costs = _costs(model, stars, fit_seconds, began)
        began = time.process_time()
        ranked = rank_users(model, split, self.ranking, part_of(progress, 0.3, 0.7), max(candidate_depth(), PLACES))
        lists = ranked.lists[:, : max(self.ranking.k)]
        shown = judge_lists(lists, ranked.users, split, self.ranking, ranked.below)
        list_costs = _costs(model, shown, fit_seconds, began)
        values = metric_values(stars, seed) | metric_values(shown, seed)
        known = {name: item for name, item in values.items() if np.isfinite(item.value)}
        document = {
            "values": {name: round(item.value, 6) for name, item in known.items()},
            "intervals": {
                name: [round(item.low, 6), round(item.high, 6)]
                for name, item in known.items()
                if item.low is not None and item.high is not None
            },
            "relevance": shown.details["relevance"],
            "how": f"{whose}{self.ranking.sentence()} The same held-out ratings give RMSE and MAE. "
            "A model of the same configuration was fitted on the rest; intervals are 95% over users.",
            "match": measure_match(model, split, ranked, whose, seed, part_of(progress, 0.7, 0.8)),
            "wishes": wish_metrics(
                ranked,
                split,
                self.ranking,
                whose,
                own_rankings(model, split, self.ranking, part_of(progress, 0.8, 1.0), OWN),
                next_gain(model, part, split, [wish.lately for wish in OWN if wish.lately], seed),
            ),
            "split": split.description,
            "sample": {"users": part.n_users, "ratings": part.n_ratings, "seed": seed} if self.drawn else None,
            "seed": seed,
            "code_version": code_version(),
            "fit_cpu_seconds": round(fit_seconds, 3),
        }
        return Judged(document, (stars, star_costs), (shown, list_costs))

    def keep(self, judged: Mapping[str, Judged], cache_dir: Path | str, seconds: float) -> None:
        """Keep a measurement as two runs, of the stars and of the lists, but not that of people who were drawn."""
        if self.drawn or not judged:
            return
        store = RunStore(cache_dir)
        request = partial(run_request, self.dataset, list(judged), configs=self.configs)
        stars = {key: found.stars for key, found in judged.items()}
        lists = {key: found.lists for key, found in judged.items()}
        _keep(store, request(protocol=self.ratings), self.ratings, stars, self.split, seconds)
        _keep(store, request(protocol=self.ranking), self.ranking, lists, self.split, seconds)


def _keep(
    store: RunStore,
    request: dict[str, Any],
    protocol: Protocol,
    measured: Mapping[str, tuple[Measured, Costs]],
    split: Split,
    seconds: float,
) -> None:
    """Store a measurement as a run."""
    of_algorithms = {key: found for key, (found, _) in measured.items()}
    store.save(
        assemble(
            request,
            protocol,
            of_algorithms,
            {key: split_by_split([found]) for key, found in of_algorithms.items()},
            {key: costs for key, (_, costs) in measured.items()},
            [split.description],
            seconds,
        ),
        People.of(of_algorithms, protocol.seed),
    )


def _costs(model: Recommender, measured: Measured, fit_seconds: float, began: float) -> Costs:
    return Costs(fit_seconds, time.process_time() - began, tested(measured), model_mb(model))
