"""Other libraries that predict stars: Surprise, LensKit, myFM."""

from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.peer_registry import Options, Task, lenskit_data, peer

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
def surprise_baseline(task: Task, _options: Options) -> np.ndarray:
    """Biases by alternating least squares."""
    from surprise import BaselineOnly

    return _surprise(task, BaselineOnly(verbose=False))


@peer("surprise_svd_default", "ratings", "scikit-surprise", "Surprise SVD, default")
def surprise_svd_default(task: Task, _options: Options) -> np.ndarray:
    """100 factors, 20 epochs, learning rate .005, regularisation .02."""
    from surprise import SVD

    return _surprise(task, SVD(random_state=42))


@peer("surprise_svd_tuned", "ratings", "scikit-surprise", "Surprise SVD, tuned")
def surprise_svd_tuned(task: Task, _options: Options) -> np.ndarray:
    """100 factors, 60 epochs, learning rate .008, regularisation .1."""
    from surprise import SVD

    return _surprise(task, SVD(n_factors=100, n_epochs=60, lr_all=0.008, reg_all=0.1, random_state=42))


@peer("surprise_svdpp", "ratings", "scikit-surprise", "Surprise SVD++, default")
def surprise_svdpp(task: Task, _options: Options) -> np.ndarray:
    """20 factors, 20 epochs."""
    from surprise import SVDpp

    return _surprise(task, SVDpp(random_state=42, cache_ratings=True))


def _surprise_knn(task: Task, *, user_based: bool) -> np.ndarray:
    from surprise import KNNBaseline

    options = {"name": "pearson_baseline", "shrinkage": 100, "user_based": user_based}
    return _surprise(task, KNNBaseline(k=40, sim_options=options, verbose=False))


@peer("surprise_knn_user", "ratings", "scikit-surprise", "Surprise KNNBaseline, user")
def surprise_knn_user(task: Task, _options: Options) -> np.ndarray:
    """40 neighbours, pearson_baseline, shrinkage 100."""
    return _surprise_knn(task, user_based=True)


@peer("surprise_knn_item", "ratings", "scikit-surprise", "Surprise KNNBaseline, item")
def surprise_knn_item(task: Task, _options: Options) -> np.ndarray:
    """40 neighbours, pearson_baseline, shrinkage 100."""
    return _surprise_knn(task, user_based=False)


# --- LensKit ---------------------------------------------------------------------------------------------------


def _lenskit_predict(task: Task, scorer: Any) -> np.ndarray:
    from lenskit import predict
    from lenskit.pipeline import predict_pipeline

    pipeline = predict_pipeline(scorer)
    pipeline.train(lenskit_data(task["users"], task["items"], task["ratings"]))
    predicted = np.full(len(task["test_users"]), np.nan, dtype=np.float32)
    low, high = float(task["ratings"].min()), float(task["ratings"].max())
    for user, rows in _rows_by_user(task["test_users"]):
        found = predict(pipeline, user, items=task["test_items"][rows].tolist())
        predicted[rows] = np.clip(np.asarray(found.scores(), dtype=np.float32), low, high)
    return predicted


@peer("lenskit_mf", "ratings", "lenskit", "LensKit BiasedMF (ALS)")
def lenskit_mf(task: Task, _options: Options) -> np.ndarray:
    """50 factors, 10 epochs, regularisation .1."""
    from lenskit.als import BiasedMFScorer

    return _lenskit_predict(task, BiasedMFScorer(embedding_size=50))


@peer("lenskit_item_knn_ratings", "ratings", "lenskit", "LensKit item-kNN")
def lenskit_item_knn_ratings(task: Task, _options: Options) -> np.ndarray:
    """20 neighbours, explicit feedback."""
    from lenskit.knn import ItemKNNScorer

    return _lenskit_predict(task, ItemKNNScorer(max_nbrs=20, feedback="explicit"))


@peer("lenskit_user_knn_ratings", "ratings", "lenskit", "LensKit user-kNN")
def lenskit_user_knn_ratings(task: Task, _options: Options) -> np.ndarray:
    """30 neighbours, explicit feedback."""
    from lenskit.knn import UserKNNScorer

    return _lenskit_predict(task, UserKNNScorer(max_nbrs=30, feedback="explicit"))


# --- myFM: rating prediction -----------------------------------------------------------------------------------


def _myfm(task: Task, *, implicit: bool) -> np.ndarray:
    from myfm import MyFMRegressor, RelationBlock

    n_users, n_movies = int(task["n_users"]), int(task["n_movies"])
    blocks = [sparse.identity(n_users, format="csr"), sparse.identity(n_movies, format="csr")]
    if implicit:
        # SVD++ in both directions: each person's films and each film's people, of unit length.
        watched = sparse.csr_matrix(
            (np.ones(len(task["users"])), (task["users"], task["items"])), (n_users, n_movies)
        )
        for side, matrix in enumerate((watched, watched.T.tocsr())):
            lengths = np.sqrt(np.maximum(np.diff(matrix.indptr), 1))
            blocks[side] = sparse.hstack([blocks[side], sparse.diags(1 / lengths) @ matrix], format="csr")

    def relations(users: np.ndarray, items: np.ndarray) -> list[Any]:
        return [RelationBlock(users.astype(np.int64), blocks[0]), RelationBlock(items.astype(np.int64), blocks[1])]

    model = MyFMRegressor(rank=12, random_seed=42)
    model.fit(
        None,
        task["ratings"].astype(np.float64),
        X_rel=relations(task["users"], task["items"]),
        n_iter=300,
        n_kept_samples=270,
        group_shapes=[n_users, n_movies, n_movies, n_users] if implicit else [n_users, n_movies],
    )
    predicted = model.predict(None, relations(task["test_users"], task["test_items"]))
    low, high = float(task["ratings"].min()), float(task["ratings"].max())
    return np.clip(predicted, low, high).astype(np.float32)


@peer("myfm", "ratings", "myfm", "myFM, users and films")
def myfm(task: Task, _options: Options) -> np.ndarray:
    """Bayesian factorisation machine of 12 factors, 300 Gibbs samples, the last 270 averaged."""
    return _myfm(task, implicit=False)


@peer("myfm_implicit", "ratings", "myfm", "myFM, with who rated what")
def myfm_implicit(task: Task, _options: Options) -> np.ndarray:
    """The same, with each person's films and each film's people as features."""
    return _myfm(task, implicit=True)


# --- shared ----------------------------------------------------------------------------------------------------


def _rows_by_user(users: np.ndarray) -> list[tuple[int, np.ndarray]]:
    order = np.argsort(users, kind="stable")
    found, starts = np.unique(users[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, starts[1:]), strict=True))
