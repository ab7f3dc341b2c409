"""Names of this page's components, for its callbacks."""

__all__ = ["Search"]


class Search:
    """The catalogue."""

    ADDRESS = "search-address"
    QUERY = "search-query"
    GENRES = "search-genres"
    TAGS = "search-tags"
    YEARS = "search-years"
    MIN_RATINGS = "search-min-ratings"
    PAGE = "search-page"
    RESULTS = "search-results"
    SUMMARY = "search-summary"
