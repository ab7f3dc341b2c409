"""Names of this page's components, for its callbacks."""

__all__ = ["Home"]


class Home:
    """The first page."""

    MODE = "home-mode"
    USER = "home-user"
    FILMS = "home-films"
    RESULTS = "home-results"
    CHARTS = "home-charts"
