"""The penalties of MLlib's least squares, chosen on ratings that nothing is reported on.

``python -m benchmarks.spark_penalties [--dataset ml-100k] [--master URL] [--seed 42]``

`benchmarks.spark` holds a fifth of each user's ratings out. Here a fifth of the others is held out in turn: models
learn from what is left and are measured on that inner fifth, so that nothing is chosen by what it is reported on.
"""

import argparse
from collections.abc import Sequence

from core.commands.console import print_table
from core.data.dataset import Dataset
from core.evaluation.manifest import HeldOut
from core.progress import silent
from core.recommenders.als import ALS
from core.recommenders.base import Recommender
from core.recommenders.svd import SVD
from core.settings import load_settings
from core.spark.baseline import fit_baseline
from core.spark.factors import fit_svd, implicit_factors, rating_factors
from core.spark.ratings import from_dataset
from core.spark.session import MASTER, spark_session

EXPLICIT = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
"""For each rating, in stars squared."""
IMPLICIT = (0.125, 0.25, 0.5, 1.0, 2.0)
"""Shares of the penalty that sums up to that of one machine."""


def measured(held: HeldOut, model: Recommender, metric: str) -> float:
    """Return one metric on the held-out ratings."""
    return float(held.judge(model, 0.0).document["values"][metric])


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and measure with each penalty, and print which is best."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--master", default=MASTER)
    parser.add_argument("--seed", type=int, default=42)
    given = parser.parse_args(arguments)
    data = Dataset.open(load_settings(dataset=given.dataset).dataset_dir)
    keys = [SVD.key, ALS.key]
    outer = HeldOut.of(data, keys, seed=given.seed)
    inner = HeldOut.of(outer.split.train, keys, seed=given.seed)
    train = inner.split.train
    rows: list[list[str]] = []
    with spark_session(given.master) as session:
        part = from_dataset(session, train)
        movies = fit_baseline(part)
        svd, als = SVD(), ALS()
        arrays = fit_svd(svd, part, movies, silent)

        def stars(penalty: float) -> float:
            changed = {**arrays, "rating_factors": rating_factors(svd, part, movies, penalty)}
            return measured(inner, SVD.restored(svd.config, train, changed), "rmse")

        def lists(share: float) -> float:
            kept = als.kept(train, implicit_factors(als, part, movies, share), movies.baseline)
            return measured(inner, ALS.restored(als.config, train, kept), "liked_ndcg@10")

        errors = {penalty: stars(penalty) for penalty in EXPLICIT}
        gains = {share: lists(share) for share in IMPLICIT}
    best = min(errors, key=lambda penalty: errors[penalty])
    rows += [["svd, RMSE", f"{one:g}", f"{value:.4f}", "*" * (one == best)] for one, value in errors.items()]
    best = max(gains, key=lambda share: gains[share])
    rows += [["als, NDCG@10 liked", f"{one:g}", f"{value:.4f}", "*" * (one == best)] for one, value in gains.items()]
    title = (
        f"{data.name}, a fifth of the {outer.split.train.n_ratings:,} training ratings held out, seed {given.seed}"
    )
    print_table(title, ["Measured", "Penalty#", "Value#", "Best"], rows)


if __name__ == "__main__":
    main()
