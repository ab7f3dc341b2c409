"""Names of this page's components, for its callbacks."""

__all__ = ["Home"]


class Home:
    """The first page."""

    FRIEND = "home-friend"
    STARTERS = "home-starters"
    SHELVES = "home-shelves"
    STANDING = "home-standing"
    FILMS = "home-films"
    RESULTS = "home-results"
