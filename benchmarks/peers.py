"""Other libraries' recommenders on a split handed over as arrays; runs under any Python that has them.

``python benchmarks/peers.py TASK.npz RESULT.npz [KEY ...]``. The task holds ``n_users``, ``n_movies``, the training
ratings ``users``, ``items``, ``ratings``, from how many stars on a film is liked (``liked_from``) and either
``test_users``, ``test_items`` (predict stars) or ``ask_users`` and ``length`` (rank the catalogue without training
movies); as JSON in ``options``, by key and variant, hyper-parameters of peers that rank. The result holds one array
per key and variant (``implicit_als:liked``) and, as JSON in ``report``, CPU seconds, versions, and why a peer did not
run. The caller limits the threads of BLAS. Nothing of CineMatch is imported here, so that peers may live in an
environment of their own.

A peer that ranks learns from a signal: ``all`` ratings alike, the ``liked`` ones alone, or all ``weighted`` by their
stars, where it can. Whatever it learns from, its lists hold no movie that the user rated in training.
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
Options = dict[str, Any]
Peer = Callable[[Task, Options], np.ndarray]

PEERS: dict[str, tuple[str, str, str, Peer]] = {}
"""Key -> kind (``ratings`` or ``ranking``), package, title, function."""

SIGNALS = {"all": "all ratings", "liked": "liked ones", "weighted": "weights by stars"}


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


def _lenskit_data(users: np.ndarray, items: np.ndarray, ratings: np.ndarray) -> Any:
    import pandas as pd
    from lenskit.data import from_interactions_df

    return from_interactions_df(pd.DataFrame({"user_id": users, "item_id": items, "rating": ratings}))


def _lenskit_predict(task: Task, scorer: Any) -> np.ndarray:
    from lenskit import predict
    from lenskit.pipeline import predict_pipeline

    pipeline = predict_pipeline(scorer)
    pipeline.train(_lenskit_data(task["users"], task["items"], task["ratings"]))
    predicted = np.full(len(task["test_users"]), np.nan, dtype=np.float32)
    low, high = float(task["ratings"].min()), float(task["ratings"].max())
    for user, rows in _rows_by_user(task["test_users"]):
        found = predict(pipeline, user, items=task["test_items"][rows].tolist())
        predicted[rows] = np.clip(np.asarray(found.scores(), dtype=np.float32), low, high)
    return predicted


def _lenskit_rank(task: Task, options: Options, scorer: Any) -> np.ndarray:
    from lenskit import recommend
    from lenskit.pipeline import topn_pipeline

    depth = _depth(task)
    pipeline = topn_pipeline(scorer, n=depth)
    pipeline.train(_lenskit_data(*_learned_from(task, options)))
    lists = np.full((len(task["ask_users"]), depth), -1, dtype=np.int32)
    for row, user in enumerate(task["ask_users"].tolist()):
        found = np.asarray(recommend(pipeline, user, n=depth).ids(), dtype=np.int32)
        lists[row, : len(found)] = found
    return _without_training(lists, task)


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


@peer("lenskit_item_knn", "ranking", "lenskit", "LensKit item-kNN, implicit")
def lenskit_item_knn(task: Task, options: Options) -> np.ndarray:
    """Neighbours from the options."""
    from lenskit.knn import ItemKNNScorer

    return _lenskit_rank(task, options, ItemKNNScorer(max_nbrs=options.get("neighbours", 20), feedback="implicit"))


@peer("lenskit_user_knn", "ranking", "lenskit", "LensKit user-kNN, implicit")
def lenskit_user_knn(task: Task, options: Options) -> np.ndarray:
    """Neighbours from the options."""
    from lenskit.knn import UserKNNScorer

    return _lenskit_rank(task, options, UserKNNScorer(max_nbrs=options.get("neighbours", 50), feedback="implicit"))


@peer("lenskit_ease", "ranking", "lenskit", "LensKit EASE")
def lenskit_ease(task: Task, options: Options) -> np.ndarray:
    """Regularisation from the options."""
    from lenskit.knn import EASEScorer

    return _lenskit_rank(task, options, EASEScorer(regularization=options.get("regularization", 500.0)))


@peer("lenskit_als", "ranking", "lenskit", "LensKit ImplicitMF (ALS)")
def lenskit_als(task: Task, options: Options) -> np.ndarray:
    """Factors, weight of an interaction and regularisation from the options; stars are weights where asked for."""
    from lenskit.als import ImplicitMFScorer

    scorer = ImplicitMFScorer(
        embedding_size=options.get("factors", 32),
        weight=options.get("weight", 1.0),
        regularization=options.get("regularization", 1.0),
        use_ratings=options.get("signal") == "weighted",
    )
    return _lenskit_rank(task, options, scorer)


# --- implicit: ranking -----------------------------------------------------------------------------------------


def _implicit(task: Task, options: Options, model: Any) -> np.ndarray:
    matrix = _matrix(task, options)
    model.fit(matrix, show_progress=False)
    users, depth = task["ask_users"], _depth(task)
    ids, scores = model.recommend(users, matrix[users], N=depth, filter_already_liked_items=False)
    # What has no score is padded with arbitrary movies of the lowest float.
    return _without_training(np.where(scores > np.finfo(np.float32).min, ids, -1).astype(np.int32), task)


@peer("implicit_als", "ranking", "implicit", "implicit ALS")
def implicit_als(task: Task, options: Options) -> np.ndarray:
    """Factors, regularisation, weight of an interaction and iterations from the options."""
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(
        factors=options.get("factors", 32),
        regularization=options.get("regularization", 30.0),
        alpha=options.get("alpha", 5.0),
        iterations=options.get("iterations", 15),
        random_state=42,
        num_threads=1,
    )
    return _implicit(task, options, model)


@peer("implicit_cosine", "ranking", "implicit", "implicit cosine item-kNN")
def implicit_cosine(task: Task, options: Options) -> np.ndarray:
    """Number of neighbours from the options."""
    from implicit.nearest_neighbours import CosineRecommender

    return _implicit(task, options, CosineRecommender(K=options.get("neighbours", 20), num_threads=1))


@peer("implicit_bm25", "ranking", "implicit", "implicit BM25 item-kNN")
def implicit_bm25(task: Task, options: Options) -> np.ndarray:
    """Number of neighbours from the options; K1 = 1.2, B = .75."""
    from implicit.nearest_neighbours import BM25Recommender

    return _implicit(task, options, BM25Recommender(K=options.get("neighbours", 200), num_threads=1))


# --- irspack: ranking ------------------------------------------------------------------------------------------


def _irspack(task: Task, model: Any) -> np.ndarray:
    model.learn()
    scores = np.asarray(model.get_score(task["ask_users"].astype(np.int64)), dtype=np.float64)
    depth = _depth(task)
    lists = np.argsort(-scores, axis=1, kind="stable")[:, :depth].astype(np.int32)
    return _without_training(lists, task)


@peer("irspack_ials", "ranking", "irspack", "irspack iALS")
def irspack_ials(task: Task, options: Options) -> np.ndarray:
    """Factors, weight of what was not rated (``alpha0``) and regularisation from the options."""
    from irspack import IALSRecommender

    model = IALSRecommender(
        _matrix(task, options).astype(np.float64),
        n_components=options.get("factors", 32),
        alpha0=options.get("alpha0", 0.3),
        reg=options.get("regularization", 0.01),
        n_threads=1,
    )
    return _irspack(task, model)


@peer("irspack_slim", "ranking", "irspack", "irspack SLIM")
def irspack_slim(task: Task, options: Options) -> np.ndarray:
    """Penalty and its part of absolute values from the options."""
    from irspack import SLIMRecommender

    model = SLIMRecommender(
        _matrix(task, options).astype(np.float64),
        alpha=options.get("alpha", 0.05),
        l1_ratio=options.get("l1_ratio", 0.01),
        n_threads=1,
    )
    return _irspack(task, model)


@peer("irspack_p3alpha", "ranking", "irspack", "irspack P3alpha")
def irspack_p3alpha(task: Task, options: Options) -> np.ndarray:
    """Exponent and neighbours from the options."""
    from irspack import P3alphaRecommender

    model = P3alphaRecommender(
        _matrix(task, options).astype(np.float64),
        alpha=options.get("alpha", 1.0),
        top_k=options.get("neighbours", 100),
        n_threads=1,
    )
    return _irspack(task, model)


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


# --- running ---------------------------------------------------------------------------------------------------


def _learned_from(task: Task, options: Options) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return users, items and stars of the ratings that a peer's signal names."""
    kept = np.ones(len(task["users"]), dtype=bool)
    if options.get("signal") == "liked":
        kept = task["ratings"] >= float(task["liked_from"])
    return task["users"][kept], task["items"][kept], task["ratings"][kept]


def _matrix(task: Task, options: Options) -> Any:
    """Return users times movies: 1 for each rating of the signal, or stars as a share of the highest."""
    users, items, stars = _learned_from(task, options)
    weights = stars / stars.max() if options.get("signal") == "weighted" else np.ones(len(users))
    shape = (int(task["n_users"]), int(task["n_movies"]))
    return sparse.csr_matrix((weights.astype(np.float32), (users, items)), shape=shape)


def _depth(task: Task) -> int:
    """Return how long a list must be so that enough is left without the user's training movies."""
    return min(int(task["n_movies"]), int(task["length"]) + int(np.bincount(task["users"]).max()))


def _without_training(lists: np.ndarray, task: Task) -> np.ndarray:
    """Return lists of the length asked for, without movies that the user rated in training."""
    ones = np.ones(len(task["users"]), dtype=bool)
    shape = (int(task["n_users"]), int(task["n_movies"]))
    rated = sparse.csr_matrix((ones, (task["users"], task["items"])), shape=shape)
    length = int(task["length"])
    short = np.full((len(lists), length), -1, dtype=np.int32)
    for row, (user, items) in enumerate(zip(task["ask_users"].tolist(), lists, strict=True)):
        known = items[items >= 0]
        left = known[~np.isin(known, rated.indices[rated.indptr[user] : rated.indptr[user + 1]])][:length]
        short[row, : len(left)] = left
    return short


def _rows_by_user(users: np.ndarray) -> list[tuple[int, np.ndarray]]:
    order = np.argsort(users, kind="stable")
    found, starts = np.unique(users[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, starts[1:]), strict=True))


def _variants(
    key: str, kind: str, title: str, options: dict[str, dict[str, Options]]
) -> dict[str, tuple[str, Options]]:
    """Return what to run of a peer: name in the result -> title, options."""
    if kind == "ratings" or not options.get(key):
        return {key: (title, {})}
    return {
        f"{key}:{name}": (f"{title}, tuned for {name}: {SIGNALS[one.get('signal', 'all')]}", one)
        for name, one in options[key].items()
    }


def main(arguments: list[str]) -> None:
    """Run the peers that a task can ask for and write what they answered."""
    source, target, *keys = arguments
    with np.load(source, allow_pickle=False) as archive:
        task = {name: archive[name] for name in archive.files}
    options = json.loads(str(task.pop("options", "{}")))
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
        for name, (told, chosen) in _variants(key, kind, title, options).items():
            began = time.process_time()
            results[name] = function(task, chosen)
            report["seconds"][name] = round(time.process_time() - began, 2)
            report["titles"][name] = told
            print(f"{told}: {report['seconds'][name]} s", file=sys.stderr, flush=True)
    np.savez(target, report=json.dumps(report), **results)


if __name__ == "__main__":
    main(sys.argv[1:])
