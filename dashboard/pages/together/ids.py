"""Names of this page's components, for its callbacks."""

__all__ = ["Together"]


class Together:
    """One list for several people."""

    ADDRESS = "tog-address"
    UNNAMED = "tog-unnamed"
    USERS = "tog-users"
    FRIENDS = "tog-friends"
    ME = "tog-me"
    ME_NOTE = "tog-me-note"
    METHOD = "tog-method"
    METHOD_NOTE = "tog-method-note"
    ALGORITHM = "tog-algorithm"
    COUNT = "tog-count"
    GENRES = "tog-genres"
    EXCLUDE = "tog-exclude"
    YEARS = "tog-years"
    MIN_RATINGS = "tog-min-ratings"
    SUMMARY = "tog-summary"
    RESULTS = "tog-results"

    @staticmethod
    def wish(name: str) -> str:
        """Return the id of a wish's slider."""
        return f"tog-{name}"

    @staticmethod
    def wish_cost(name: str) -> str:
        """Return the id of what stands below it."""
        return f"tog-{name}-note"
