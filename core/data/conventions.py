"""What MovieLens data agree on: the names of genres and the scale of ratings."""

NO_GENRES = "(no genres listed)"
GENRE_NAMES = (
    "Action",
    "Adventure",
    "Animation",
    "Children",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "IMAX",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
)
"""The 19 genres of MovieLens (18 and IMAX)."""

MIN_RATING = 0.5
MAX_RATING = 5.0
LIKED = 4.0
"""Stars from which on a rating says that somebody liked a film."""
TIMES_TELL = (
    "Times tell when films were rated, often many in one sitting and in the order in which the site showed them, not "
    "when they were watched."
)
"""What has to be said wherever something rests on the order of ratings."""
MAX_ID = 2**53 - 1
"""The largest id of a user or a movie that is a number; beyond it browsers and JSON lose digits. The least is 0."""
