"""Neighbours of a film with raw ids, and how often the people who liked it liked them."""

from core.lists.similar import SimilarFilms, liked_together_sentence
from core.recommenders.results import Neighbours
from core.views import SimilarMovie

__all__ = ["similar_views"]


def similar_views(films: SimilarFilms, item: int, found: Neighbours) -> list[SimilarMovie]:
    """Return the neighbours of a film, whichever measure found them, with what its people say of each."""
    movies = films.dataset.movies
    together = films.liked_together(item, found.items)
    return [
        SimilarMovie(
            movie_id=int(movies.ids[other]),
            title=movies.title(other),
            year=movies.year(other),
            genres=movies.genres(other),
            similarity=similarity,
            share=likes.share,
            lift=likes.lift,
            count=likes.count,
            text=liked_together_sentence(likes),
            source_id=movies.source_id(other),
        )
        for other, similarity, likes in zip(found.items.tolist(), found.similarities.tolist(), together, strict=True)
    ]
