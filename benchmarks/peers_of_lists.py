"""Other libraries that rank: LensKit, implicit, irspack."""

from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.peer_registry import Options, Task, learned_from, lenskit_data, peer, signal_matrix

# --- LensKit ---------------------------------------------------------------------------------------------------


def _lenskit_rank(task: Task, options: Options, scorer: Any) -> np.ndarray:
    from lenskit import recommend
    from lenskit.pipeline import topn_pipeline

    depth = _depth(task)
    pipeline = topn_pipeline(scorer, n=depth)
    pipeline.train(lenskit_data(*learned_from(task, options)))
    lists = np.full((len(task["ask_users"]), depth), -1, dtype=np.int32)
    for row, user in enumerate(task["ask_users"].tolist()):
        found = np.asarray(recommend(pipeline, user, n=depth).ids(), dtype=np.int32)
        lists[row, : len(found)] = found
    return _without_training(lists, task)


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
    matrix = signal_matrix(task, options)
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
        signal_matrix(task, options).astype(np.float64),
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
        signal_matrix(task, options).astype(np.float64),
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
        signal_matrix(task, options).astype(np.float64),
        alpha=options.get("alpha", 1.0),
        top_k=options.get("neighbours", 100),
        n_threads=1,
    )
    return _irspack(task, model)


# --- shared ----------------------------------------------------------------------------------------------------


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
