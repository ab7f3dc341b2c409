"""Whether similar films are similar: to a person who knows them, and to people whose likes were held out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.similar_films import FILMS, Expectation, short_titles
from core.data.conventions import LIKED
from core.data.dataset import Dataset
from core.evaluation.benchmark import fit_on
from core.lists.similar import SimilarFilms
from core.progress import silent
from core.recommenders.registry import recommender_class
from core.recommenders.results import Neighbours

LENGTH = 10
_SEEDS_PER_PERSON = 5
_PEOPLE = 0.2

Ten = Callable[[int], NDArray[np.int32]]


@dataclass(frozen=True)
class Scores:
    """What a measure of similarity is worth.

    Attributes
    ----------
    kind : float
        Of ten neighbours of a well-known film, the share that have the genres that make it what it is.
    kin : float
        Of the films that a person would name beside it, the share that is among the ten, of at most ten.
    ndcg : float
        NDCG@10 of the neighbours of a film that somebody liked, whose ratings were held out, by the other likes.
    share, lift : float
        Of those neighbours, the share that these people liked, and that divided by the share of all held-out people.
    """

    kind: float
    kin: float
    ndcg: float
    share: float
    lift: float


def similar(dataset: Dataset, keys: Sequence[str], seed: int = 42) -> str:
    """Return the default similarity beside that of each algorithm, as Markdown."""
    held_out = np.random.default_rng(seed).random(dataset.n_users) < _PEOPLE
    train = dataset.with_ratings(~held_out[dataset.rating_users()])
    rows = {"no algorithm (the default)": measured(dataset, held_out, SimilarFilms(train).similar, seed)}
    for key, model, _, _ in fit_on(train, keys, {}, silent):
        if key in keys and recommender_class(key).similarity:
            rows[f"`{key}`"] = measured(dataset, held_out, model.similar, seed)
    known = len(expected(dataset))
    lines = [
        f"### {dataset.name}, similar films",
        "",
        f"Ten neighbours of {known} well-known films (`benchmarks/similar_films.py`): the share that has the genres "
        "which make the film what it is, and of the films that a person would name beside it. Neighbours of up to "
        f"{_SEEDS_PER_PERSON} films that each of {int(held_out.sum()):,} people liked (4 stars and more), none of "
        f"whose ratings training saw (a random fifth, seed {seed}): NDCG@10 of their other likes, the share that "
        "they liked, and how many times more often than all of these people.",
        "",
        "| alike by | of its kind | named by a person | NDCG@10 of likes | liked | times chance |",
        "| --- |" + " ---: |" * 5,
    ]
    lines += [
        f"| {name} | {row.kind:.3f} | {row.kin:.3f} | {row.ndcg:.3f} | {row.share:.3f} | {row.lift:.2f} |"
        for name, row in rows.items()
    ]
    return "\n".join(lines) + "\n"


def measured(
    dataset: Dataset, held_out: NDArray[np.bool_], find: Callable[[int, int], Neighbours], seed: int
) -> Scores:
    """Return what a measure of similarity, learned on the training part, is worth."""
    found: dict[int, NDArray[np.int32]] = {}

    def neighbours(item: int) -> NDArray[np.int32]:
        if item not in found:
            found[item] = find(item, LENGTH).items
        return found[item]

    return Scores(*_known(dataset, neighbours), *_liked(dataset, held_out, neighbours, seed))


def expected(dataset: Dataset) -> dict[int, Expectation]:
    """Return the well-known films that a data set holds."""
    titles = short_titles(dataset)
    return {titles[film.title.casefold()]: film for film in FILMS if film.title.casefold() in titles}


def _known(dataset: Dataset, neighbours: Ten) -> tuple[float, float]:
    titles = short_titles(dataset)
    kind, kin = [], []
    for item, film in expected(dataset).items():
        ten = neighbours(item)
        # A data set that spells a film's genres otherwise cannot ask its neighbours for more.
        wanted = set(film.genres) & set(dataset.movies.genres(item))
        kind.append(sum(wanted <= set(dataset.movies.genres(int(other))) for other in ten) / LENGTH)
        kin.append(_named(film, titles, item, ten))
    return float(np.mean(kind)), float(np.nanmean(kin))


def _named(film: Expectation, titles: Mapping[str, int], item: int, ten: NDArray[np.int32]) -> float:
    named = {titles[title.casefold()] for title in film.kin if title.casefold() in titles} - {item}
    return len(named & set(ten.tolist())) / min(LENGTH, len(named)) if named else float("nan")


def _liked(dataset: Dataset, held_out: NDArray[np.bool_], neighbours: Ten, seed: int) -> tuple[float, float, float]:
    rng = np.random.default_rng(seed)
    liked = (dataset.stars() >= LIKED) & held_out[dataset.rating_users()]
    base = np.bincount(dataset.user_items[liked], minlength=dataset.n_movies) / held_out.sum()
    discounts = 1 / np.log2(np.arange(2, LENGTH + 2))
    gained, hit, chance = [], [], []
    for user in np.flatnonzero(held_out):
        span = slice(int(dataset.user_indptr[user]), int(dataset.user_indptr[user + 1]))
        likes = dataset.user_items[span][liked[span]]
        if len(likes) < 2:
            continue
        for item in rng.choice(likes, min(_SEEDS_PER_PERSON, len(likes)), replace=False).tolist():
            ten = neighbours(item)
            hits = np.isin(ten, likes)
            gained.append((hits * discounts[: len(ten)]).sum() / discounts[: len(likes) - 1].sum())
            hit.append(hits.sum() / LENGTH)
            chance.append(base[ten].sum() / LENGTH)
    return float(np.mean(gained)), float(np.mean(hit)), float(np.mean(hit) / np.mean(chance))
