"""One film."""

from dashboard.page import Page
from dashboard.pages.movie.ids import Movie
from dashboard.pages.movie.layout import layout, title

__all__ = ["PAGE"]

PAGE = Page(
    path="/movie/{movie_id}",
    title=title,
    layout=layout,
    order=60,
    addresses=(Movie.ADDRESS,),
)
