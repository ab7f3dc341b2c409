"""Films on a plane: those that a model takes to be alike stand near each other."""

import hashlib
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInputError
from core.files import write_atomically
from core.progress import Progress
from core.recommenders.base import Recommender
from core.views import FilmMap

__all__ = ["MOST_FILMS", "draw_film_map", "has_factors", "stored_film_map"]

MOST_FILMS = 9000
"""The most rated ones: of films with a rating or two the factors tell nothing."""
_LEAST_RATINGS = 3
_VECTORS = ("factors", "watched_directions")
_ITERATIONS = 500
_SPAN = 10_000


def has_factors(model: Recommender) -> bool:
    """Return whether a model has a vector for each film."""
    return _vectors(model) is not None


def draw_film_map(model: Recommender, cache_dir: Path, progress: Progress, seed: int = 42) -> None:
    """Lay the films out by t-SNE of their unit vectors, and keep the places for this very model.

    Van der Maaten and Hinton (2008), Visualizing data using t-SNE, JMLR 9, as scikit-learn computes it (Barnes-Hut,
    begun from the first two principal components).

    Raises
    ------
    InvalidInputError
        When the model has no vectors of films, or there are too few films.
    """
    from sklearn.manifold import TSNE

    vectors, items = _chosen(model)
    progress(0.05, f"laying out {len(items):,} films")
    layout = TSNE(
        n_components=2,
        perplexity=min(30.0, (len(items) - 1) / 3),
        metric="euclidean",
        init="pca",
        max_iter=_ITERATIONS,
        random_state=seed,
        n_jobs=1,
    )
    places = layout.fit_transform(vectors[items]).astype(np.float64)
    low, high = places.min(axis=0), places.max(axis=0)
    scaled = np.rint((places - low) / np.maximum((high - low).max(), 1e-9) * _SPAN).astype(np.int32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, items=items, places=scaled)
    write_atomically(_file(model, cache_dir), buffer.getvalue())
    progress(1.0, "done")


def stored_film_map(model: Recommender, cache_dir: Path) -> FilmMap | None:
    """Return the map that was drawn of this very model; None where there is none.

    Raises
    ------
    InvalidInputError
        When the model has no vectors of films.
    """
    try:
        with np.load(io.BytesIO(_file(model, cache_dir).read_bytes()), allow_pickle=False) as archive:
            items, places = archive["items"], archive["places"]
    except (FileNotFoundError, ValueError, OSError, KeyError):
        return None
    movies = model.dataset.movies
    numbers = items.tolist()
    return FilmMap(
        movie_ids=[int(movies.ids[item]) for item in numbers],
        titles=[movies.title(item) for item in numbers],
        years=[movies.year(item) for item in numbers],
        genres=[next(iter(movies.genres(item)), "") for item in numbers],
        ratings=[int(count) for count in model.dataset.movie_counts[items]],
        x=places[:, 0].tolist(),
        y=places[:, 1].tolist(),
    )


def _chosen(model: Recommender) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    vectors = _known_vectors(model)
    counts = model.dataset.movie_counts
    lengths = np.linalg.norm(vectors, axis=1)
    able = np.flatnonzero((counts >= _LEAST_RATINGS) & (lengths > 0))
    items = np.sort(able[np.argsort(-counts[able], kind="stable")[:MOST_FILMS]]).astype(np.int32)
    if len(items) < 10:
        raise InvalidInputError(f"{model.dataset.name} has too few rated films for a map.")
    return vectors / np.maximum(lengths, 1e-12)[:, None], items


def _vectors(model: Recommender) -> NDArray[np.float64] | None:
    for name in _VECTORS:
        array = model.arrays.get(name)
        if array is not None and array.ndim == 2 and len(array) == model.dataset.n_movies:
            return np.asarray(array, dtype=np.float64)
    return None


def _known_vectors(model: Recommender) -> NDArray[np.float64]:
    vectors = _vectors(model)
    if vectors is None:
        raise InvalidInputError(f"{model.title} has no vectors of films to lay out. Choose another algorithm.")
    return vectors


def _file(model: Recommender, cache_dir: Path) -> Path:
    # Of another model, trained anew or on other data, it is another map.
    digest = hashlib.sha256(_known_vectors(model).tobytes()).hexdigest()[:16]
    return Path(cache_dir) / "maps" / f"{model.key}-{digest}.npz"
