"""Other libraries' recommenders on a split handed over as arrays; runs under any Python that has them.

``python benchmarks/peers.py TASK.npz RESULT.npz [KEY ...]``. The task holds ``n_users``, ``n_movies``, the training
ratings ``users``, ``items``, ``ratings`` and either ``test_users``, ``test_items`` (predict stars) or ``ask_users``
and ``length`` (rank the catalogue without training movies). The result holds one array per key and, as JSON in
``report``, CPU seconds, versions, and why a peer did not run. The caller limits the threads of BLAS. Nothing of
CineMatch is imported here, so that peers may live in an environment of their own.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from scipy import sparse

Task = dict[str, Any]
Peer = Callable[[Task], np.ndarray]

PEERS: dict[str, tuple[str, str, str, Peer]] = {}
"""Key -> kind (``ratings`` or ``ranking``), package, title, function."""


def peer(key: str, kind: str, package: str, title: str) -> Callable[[Peer], Peer]:
    """Register a peer under a key."""

    def register(function: Peer) -> Peer:
        PEERS[key] = (kind, package, title, function)
        return function

    return register


# --- Surprise: rating prediction -------------------------------------------------------------------------------


def _surprise(task: Task, algorithm: Any) -> np.ndarray:
    import pandas as pd
    from surprise import Dataset, Reader

    frame = pd.DataFrame({"user": task["users"], "item": task["items"], "rating": task["ratings"]})
    reader = Reader(rating_scale=(float(task["ratings"].min()), float(task["ratings"].max())))
    algorithm.fit(Dataset.load_from_df(frame, reader).build_full_trainset())
    pairs = zip(task["test_users"].tolist(), task["test_items"].tolist(), strict=True)
    return np.array([algorithm.predict(user, item).est for user, item in pairs], dtype=np.float32)


@peer("surprise_baseline", "ratings", "scikit-surprise", "Surprise BaselineOnly")
def surprise_baseline(task: Task) -> np.ndarray:
    """Biases by alternating least squares."""
    from surprise import BaselineOnly

    return _surprise(task, BaselineOnly(verbose=False))


@peer("surprise_svd_default", "ratings", "scikit-surprise", "Surprise SVD, default")
def surprise_svd_default(task: Task) -> np.ndarray:
    """100 factors, 20 epochs, learning rate .005, regularisation .02."""
    from surprise import SVD

    return _surprise(task, SVD(random_state=42))


@peer("surprise_svd_tuned", "ratings", "scikit-surprise", "Surprise SVD, tuned")
def surprise_svd_tuned(task: Task) -> np.ndarray:
    """100 factors, 60 epochs, learning rate .008, regularisation .1."""
    from surprise import SVD

    return _surprise(task, SVD(n_factors=100, n_epochs=60, lr_all=0.008, reg_all=0.1, random_state=42))


@peer("surprise_svdpp", "ratings", "scikit-surprise", "Surprise SVD++, default")
def surprise_svdpp(task: Task) -> np.ndarray:
    """20 factors, 20 epochs."""
    from surprise import SVDpp

    return _surprise(task, SVDpp(random_state=42, cache_ratings=True))


def _surprise_knn(task: Task, *, user_based: bool) -> np.ndarray:
    from surprise import KNNBaseline

    options = {"name": "pearson_baseline", "shrinkage": 100, "user_based": user_based}
    return _surprise(task, KNNBaseline(k=40, sim_options=options, verbose=False))


@peer("surprise_knn_user", "ratings", "scikit-surprise", "Surprise KNNBaseline, user")
def surprise_knn_user(task: Task) -> np.ndarray:
    """40 neighbours, pearson_baseline, shrinkage 100."""
    return _surprise_knn(task, user_based=True)


@peer("surprise_knn_item", "ratings", "scikit-surprise", "Surprise KNNBaseline, item")
def surprise_knn_item(task: Task) -> np.ndarray:
    """40 neighbours, pearson_baseline, shrinkage 100."""
    return _surprise_knn(task, user_based=False)


# --- LensKit ---------------------------------------------------------------------------------------------------


def _lenskit_pipeline(task: Task, scorer: Any, *, predicts: bool) -> Any:
    import pandas as pd
    from lenskit.data import from_interactions_df
    from lenskit.pipeline import predict_pipeline, topn_pipeline

    frame = pd.DataFrame({"user_id": task["users"], "item_id": task["items"], "rating": task["ratings"]})
    data = from_interactions_df(frame)
    pipeline = predict_pipeline(scorer) if predicts else topn_pipeline(scorer, n=int(task["length"]))
    pipeline.train(data)
    return pipeline


def _lenskit_predict(task: Task, scorer: Any) -> np.ndarray:
    from lenskit import predict

    pipeline = _lenskit_pipeline(task, scorer, predicts=True)
    predicted = np.full(len(task["test_users"]), np.nan, dtype=np.float32)
    low, high = float(task["ratings"].min()), float(task["ratings"].max())
    for user, rows in _rows_by_user(task["test_users"]):
        found = predict(pipeline, user, items=task["test_items"][rows].tolist())
        predicted[rows] = np.clip(np.asarray(found.scores(), dtype=np.float32), low, high)
    return predicted


def _lenskit_rank(task: Task, scorer: Any) -> np.ndarray:
    from lenskit import recommend

    pipeline = _lenskit_pipeline(task, scorer, predicts=False)
    lists = _empty_lists(task)
    for row, user in enumerate(task["ask_users"].tolist()):
        found = np.asarray(recommend(pipeline, user, n=int(task["length"])).ids())
        lists[row, : len(found)] = found
    return lists


@peer("lenskit_mf", "ratings", "lenskit", "LensKit BiasedMF (ALS)")
def lenskit_mf(task: Task) -> np.ndarray:
    """50 factors, 10 epochs, regularisation .1."""
    from lenskit.als import BiasedMFScorer

    return _lenskit_predict(task, BiasedMFScorer(embedding_size=50))


@peer("lenskit_item_knn_ratings", "ratings", "lenskit", "LensKit item-kNN")
def lenskit_item_knn_ratings(task: Task) -> np.ndarray:
    """20 neighbours, explicit feedback."""
    from lenskit.knn import ItemKNNScorer

    return _lenskit_predict(task, ItemKNNScorer(max_nbrs=20, feedback="explicit"))


@peer("lenskit_user_knn_ratings", "ratings", "lenskit", "LensKit user-kNN")
def lenskit_user_knn_ratings(task: Task) -> np.ndarray:
    """30 neighbours, explicit feedback."""
    from lenskit.knn import UserKNNScorer

    return _lenskit_predict(task, UserKNNScorer(max_nbrs=30, feedback="explicit"))


@peer("lenskit_item_knn", "ranking", "lenskit", "LensKit item-kNN, implicit")
def lenskit_item_knn(task: Task) -> np.ndarray:
    """20 neighbours, implicit feedback."""
    from lenskit.knn import ItemKNNScorer

    return _lenskit_rank(task, ItemKNNScorer(max_nbrs=20, feedback="implicit"))


@peer("lenskit_user_knn", "ranking", "lenskit", "LensKit user-kNN, implicit")
def lenskit_user_knn(task: Task) -> np.ndarray:
    """50 neighbours, implicit feedback."""
    from lenskit.knn import UserKNNScorer

    return _lenskit_rank(task, UserKNNScorer(max_nbrs=50, feedback="implicit"))


@peer("lenskit_ease", "ranking", "lenskit", "LensKit EASE, tuned")
def lenskit_ease(task: Task) -> np.ndarray:
    """Regularisation from the task."""
    from lenskit.knn import EASEScorer

    return _lenskit_rank(task, EASEScorer(regularization=float(task.get("ease", 500))))


@peer("lenskit_als", "ranking", "lenskit", "LensKit ImplicitMF (ALS), tuned")
def lenskit_als(task: Task) -> np.ndarray:
    """Factors, weight of an interaction and regularisation from the task."""
    from lenskit.als import ImplicitMFScorer

    factors, weight, regularization = task.get("lenskit_als", (32, 1, 1))
    scorer = ImplicitMFScorer(embedding_size=int(factors), weight=float(weight), regularization=float(regularization))
    return _lenskit_rank(task, scorer)


# --- implicit: ranking -----------------------------------------------------------------------------------------


def _implicit(task: Task, model: Any) -> np.ndarray:
    ones = np.ones(len(task["users"]), dtype=np.float32)
    shape = (int(task["n_users"]), int(task["n_movies"]))
    matrix = sparse.csr_matrix((ones, (task["users"], task["items"])), shape=shape)
    model.fit(matrix, show_progress=False)
    users = task["ask_users"]
    ids, scores = model.recommend(users, matrix[users], N=int(task["length"]), filter_already_liked_items=True)
    # What has no score is padded with arbitrary movies of the lowest float.
    return np.where(scores > np.finfo(np.float32).min, ids, -1).astype(np.int32)


@peer("implicit_als", "ranking", "implicit", "implicit ALS, tuned")
def implicit_als(task: Task) -> np.ndarray:
    """Factors, regularisation, weight of an interaction and iterations from the task."""
    from implicit.cpu.als import AlternatingLeastSquares

    factors, regularization, alpha, iterations = task.get("als", (32, 30, 5, 15))
    return _implicit(
        task,
        AlternatingLeastSquares(
            factors=int(factors),
            regularization=float(regularization),
            alpha=float(alpha),
            iterations=int(iterations),
            random_state=42,
            num_threads=1,
        ),
    )


@peer("implicit_cosine", "ranking", "implicit", "implicit cosine item-kNN, tuned")
def implicit_cosine(task: Task) -> np.ndarray:
    """Number of neighbours from the task."""
    from implicit.nearest_neighbours import CosineRecommender

    return _implicit(task, CosineRecommender(K=int(task.get("cosine", 20)), num_threads=1))


@peer("implicit_bm25", "ranking", "implicit", "implicit BM25 item-kNN, tuned")
def implicit_bm25(task: Task) -> np.ndarray:
    """Number of neighbours from the task; K1 = 1.2, B = .75."""
    from implicit.nearest_neighbours import BM25Recommender

    return _implicit(task, BM25Recommender(K=int(task.get("bm25", 200)), num_threads=1))


# --- running ---------------------------------------------------------------------------------------------------


def _rows_by_user(users: np.ndarray) -> list[tuple[int, np.ndarray]]:
    order = np.argsort(users, kind="stable")
    found, starts = np.unique(users[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, starts[1:]), strict=True))


def _empty_lists(task: Task) -> np.ndarray:
    return np.full((len(task["ask_users"]), int(task["length"])), -1, dtype=np.int32)


def main(arguments: list[str]) -> None:
    """Run the peers that a task can ask for and write what they answered."""
    source, target, *keys = arguments
    with np.load(source, allow_pickle=False) as archive:
        task = {name: archive[name] for name in archive.files}
    kind = "ratings" if "test_items" in task else "ranking"
    report: dict[str, Any] = {"seconds": {}, "missing": {}, "versions": {}, "titles": {}}
    results = {}
    for key, (its_kind, package, title, function) in PEERS.items():
        if its_kind != kind or (keys and key not in keys):
            continue
        try:
            report["versions"][package] = version(package)
        except PackageNotFoundError:
            report["missing"][key] = f"{package} is not installed"
            continue
        began = time.process_time()
        results[key] = function(task)
        report["seconds"][key] = round(time.process_time() - began, 2)
        report["titles"][key] = title
        print(f"{title}: {report['seconds'][key]} s", file=sys.stderr, flush=True)
    np.savez(target, report=json.dumps(report), **results)


if __name__ == "__main__":
    main(sys.argv[1:])
