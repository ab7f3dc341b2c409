"""How well the last film of each person is foreseen, all films ranked, with orders shuffled as a control.

``python -m benchmarks.next_film DATASET`` prints a table; ``CINEMATCH_DATA_DIR`` says where the data set is.
``--least 5`` leaves out films with fewer ratings, as others do. The hybrid is fitted once and asked twice.
"""

import argparse
import time
from collections.abc import Iterator

from core.data.dataset import Dataset
from core.evaluation.manifest import metric_values
from core.evaluation.measure import measure_ranking
from core.evaluation.protocols import Protocol
from core.progress import silent
from core.recommenders.base import Recommender
from core.recommenders.registry import recommender_class
from core.settings import Settings

KEYS = ("popularity", "svd", "item_knn", "ease", "slist", "hybrid")
_SHOWN = ("rated_ndcg@10", "liked_ndcg@10", "rated_recall@10", "disliked@10")


def table(dataset: Dataset, seed: int) -> Iterator[str]:
    """Yield the lines of a table: every algorithm, and with orders shuffled those that look at the order."""
    yield "| algorithm | NDCG@10 | NDCG@10 of liked | Recall@10 | disliked in ten | fit, CPU s |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for question, keys in (("next", KEYS), ("next-shuffled", ("slist",))):
        protocol = Protocol.named(question, seed=seed)
        split = next(protocol.splits(dataset))
        for key in keys:
            began = time.process_time()
            model = recommender_class(key)().fit(split.train)
            took = time.process_time() - began
            asked: dict[str, Recommender] = {f"`{key}`": model}
            if model.loves:
                asked[f"`{key}`, lately 1"] = model.ordered(lately=1.0)
            for name, one in asked.items():
                found = metric_values(measure_ranking(one, split, protocol, silent), seed)
                cells = []
                for metric in _SHOWN:
                    value = found[metric]
                    cells.append(f"{value.value:.4f} [{value.low:.4f}, {value.high:.4f}]")
                control = ", orders shuffled" if question == "next-shuffled" else ""
                yield f"| {name}{control} | {' | '.join(cells)} | {took:.1f} |"
    yield ""
    yield f"{Protocol.named('next', seed=seed).sentence()}{protocol.told([split.description])}"


def main() -> None:
    """Print the table of a data set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset")
    parser.add_argument("--least", type=int, default=1, help="ratings of a film that takes part")
    parser.add_argument("--seed", type=int, default=42)
    asked = parser.parse_args()
    dataset = Dataset.open(Settings().data_dir / asked.dataset)
    if asked.least > 1:
        dataset = dataset.with_ratings(dataset.movie_counts[dataset.user_items] >= asked.least)
    films = int((dataset.movie_counts > 0).sum())
    print(f"### {asked.dataset}, the last film of {dataset.n_users:,} people, {films:,} films ranked\n", flush=True)
    for line in table(dataset, asked.seed):
        print(line, flush=True)


if __name__ == "__main__":
    main()
