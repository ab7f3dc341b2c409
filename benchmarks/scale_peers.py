"""One peer at scale in a fresh process: ``python -m benchmarks.scale_peers TASK RESULT``.

Needs numpy, scipy and the peer, nothing of CineMatch, so that peers may live in an environment of their own. Each
peer is a function of the training data that returns a function of a user, which gives that user's best ten.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

ALS_ITERATIONS = 15
Data = dict[str, np.ndarray]
Ask = Callable[[int], Any]


def als_scale(ratings: int) -> int:
    """Return how many times the time of the iterations that are done those would take that are not, and they."""
    return 5 if ratings > 20_000_000 else 1


def implicit_als(data: Data) -> Ask:
    """64 factors, 15 iterations; beyond 20 million ratings 3, and five times their time."""
    from implicit.cpu.als import AlternatingLeastSquares

    iterations = ALS_ITERATIONS // als_scale(len(data["users"]))
    model = AlternatingLeastSquares(
        factors=64, regularization=0.05, iterations=iterations, random_state=42, num_threads=1
    )
    return _implicit(data, model)


def implicit_cosine(data: Data) -> Ask:
    """100 neighbours."""
    from implicit.nearest_neighbours import CosineRecommender

    return _implicit(data, CosineRecommender(K=100, num_threads=1))


def _implicit(data: Data, model: Any) -> Ask:
    matrix = _matrix(data, np.ones(len(data["users"]), dtype=np.float32))
    model.fit(matrix, show_progress=False)
    return lambda user: model.recommend(user, matrix[user], N=10, filter_already_liked_items=True)


def lenskit_item_knn(data: Data) -> Ask:
    """20 of 100 stored neighbours, implicit feedback."""
    import pandas as pd
    from lenskit import recommend
    from lenskit.data import from_interactions_df
    from lenskit.knn import ItemKNNScorer
    from lenskit.pipeline import topn_pipeline

    frame = pd.DataFrame({"user_id": data["users"], "item_id": data["items"], "rating": data["ratings"]})
    pipeline = topn_pipeline(ItemKNNScorer(max_nbrs=20, save_nbrs=100, feedback="implicit"), n=10)
    pipeline.train(from_interactions_df(frame))
    return lambda user: recommend(pipeline, user, n=10)


def surprise_svd(data: Data) -> Ask:
    """100 factors, 20 epochs on the stock Trainset; a request predicts all movies one by one, as the library does."""
    import pandas as pd
    from surprise import SVD, Dataset, Reader

    frame = pd.DataFrame({"user": data["users"], "item": data["items"], "rating": data["ratings"]})
    model = SVD(random_state=42)
    model.fit(Dataset.load_from_df(frame, Reader(rating_scale=(0.5, 5))).build_full_trainset())
    movies = range(int(data["shape"][1]))

    def ask(user: int) -> Any:
        return sorted((model.predict(user, movie).est for movie in movies), reverse=True)[:10]

    return ask


def sklearn_svd(data: Data) -> Ask:
    """TruncatedSVD of the rating matrix, 100 components; a request is a product over all movies."""
    from sklearn.decomposition import TruncatedSVD

    matrix = _matrix(data, data["ratings"])
    model = TruncatedSVD(100, random_state=42).fit(matrix)

    def ask(user: int) -> Any:
        row = matrix[user]
        scores = (model.transform(row) @ model.components_)[0]
        scores[row.indices] = -np.inf
        return np.argpartition(-scores, 10)[:10]

    return ask


def sklearn_neighbors(data: Data) -> Ask:
    """NearestNeighbors, brute force, cosine, 100 users; a request sums what they rated."""
    from sklearn.neighbors import NearestNeighbors

    matrix = _matrix(data, data["ratings"])
    model = NearestNeighbors(n_neighbors=100, metric="cosine", algorithm="brute", n_jobs=1).fit(matrix)

    def ask(user: int) -> Any:
        row = matrix[user]
        distances, found = model.kneighbors(row)
        scores = np.asarray(matrix[found[0]].T @ (1 - distances[0])).ravel()
        scores[row.indices] = -np.inf
        return np.argpartition(-scores, 10)[:10]

    return ask


PEERS: dict[str, tuple[str, str, Callable[[Data], Ask]]] = {
    "implicit_als": ("implicit", "implicit ALS, 64 factors", implicit_als),
    "implicit_cosine": ("implicit", "implicit cosine item-kNN", implicit_cosine),
    "lenskit_item_knn": ("lenskit", "LensKit item-kNN", lenskit_item_knn),
    "surprise_svd": ("scikit-surprise", "Surprise SVD, stock Trainset", surprise_svd),
    "sklearn_svd": ("scikit-learn", "scikit-learn TruncatedSVD, 100", sklearn_svd),
    "sklearn_neighbors": ("scikit-learn", "scikit-learn NearestNeighbors", sklearn_neighbors),
}


BYTES_PER_RATING = {"surprise_svd": 400}
"""Of peers that need many: a stock Trainset keeps Python tuples in lists in two dictionaries."""


def _matrix(data: Data, values: np.ndarray) -> Any:
    shape = tuple(data["shape"].tolist())
    matrix = sparse.csr_matrix((values, (data["users"], data["items"])), shape=shape)
    matrix.sort_indices()
    return matrix


def main() -> None:
    """Train one peer, ask it for each user, and write CPU seconds of training and ms of a request."""
    source, target = map(Path, sys.argv[1:3])
    task = json.loads(source.read_text(encoding="utf-8"))
    with np.load(task["data"], allow_pickle=False) as archive:
        data = {name: archive[name] for name in archive.files}
    package, _title, train = PEERS[task["key"]]
    wall, cpu = time.perf_counter(), time.process_time()
    ask = train(data)
    times = als_scale(len(data["users"])) if task["key"] == "implicit_als" else 1
    measured: dict[str, Any] = {
        "fit_cpu_s": round(times * (time.process_time() - cpu), 2),
        "fit_s": round(times * (time.perf_counter() - wall), 2),
        "version": f"{package} {version(package)}",
    }
    users = data["ask_users"].tolist()
    spent: list[float] = []
    until = time.monotonic() + task["request_seconds"]
    ask(users[0])
    # A shuffled order, so that a peer that runs out of time has still answered users of all activities.
    for user in np.random.default_rng(0).permutation(users).tolist():
        cpu = time.process_time()
        ask(user)
        spent.append((time.process_time() - cpu) * 1000)
        if time.monotonic() > until:
            break
    middle, high = np.percentile(spent, [50, 99])
    measured |= {"cpu_p50": round(float(middle), 3), "cpu_p99": round(float(high), 3), "asked": len(spent)}
    target.write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
