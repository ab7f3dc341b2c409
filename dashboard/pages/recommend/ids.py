"""Names of this page's components, for its callbacks."""

__all__ = ["Recommend"]


class Recommend:
    """Lists for a stored user or a visitor."""

    ADDRESS = "rec-address"
    MODE = "rec-mode"
    USER = "rec-user"
    USER_PANEL = "rec-user-panel"
    FRIEND = "rec-friend"
    FRIEND_PANEL = "rec-friend-panel"
    BODY = "rec-body"
    RATE_QUERY = "rec-rate-query"
    RATE_RESULTS = "rec-rate-results"
    FILMS = "rec-films"
    ALGORITHM = "rec-algorithm"
    ALGORITHM_NOTE = "rec-algorithm-note"
    COUNT = "rec-count"
    GENRES = "rec-genres"
    EXCLUDE = "rec-exclude"
    YEARS = "rec-years"
    MIN_RATINGS = "rec-min-ratings"
    MAX_RATINGS = "rec-max-ratings"
    ALL_GENRES = "rec-all-genres"
    TAGS = "rec-tags"
    EXCLUDE_TAGS = "rec-exclude-tags"
    NEAR_TAGS = "rec-near-tags"
    SAY = "rec-say"
    READING = "rec-reading"
    OTHERS = "rec-others"
    PASSED = "rec-passed"
    RESET = "rec-reset"
    WISH_NOTE = "rec-wish-note"
    WISH_RESET = "rec-wish-reset"
    ONLY_WATCHLIST = "rec-only-watchlist"
    WATCHLIST = "rec-watchlist"
    UPLOAD = "rec-import"
    UPLOAD_SENT = "rec-import-sent"
    PASTE = "rec-import-paste"
    IMPORT_STATUS = "rec-import-status"
    IMPORT_REVIEW = "rec-import-review"
    IMPORT_TABLE = "rec-import-table"
    KEPT = "rec-kept"
    TAKE_OUT = "rec-take-out"
    RESULTS = "rec-results"
    SHAPING = "rec-shaping"
    SUMMARY = "rec-summary"
    TASTE = "rec-taste"
    CSV = "rec-csv"
    JSON = "rec-json"
    DOWNLOAD = "rec-download"

    @staticmethod
    def take_out(form: str) -> str:
        """Return the id of the button that takes one's films out in a form."""
        return f"rec-take-out-{form}"

    @staticmethod
    def wish(name: str) -> str:
        """Return the id of a wish's slider."""
        return f"rec-{name}"

    @staticmethod
    def wish_cost(name: str) -> str:
        """Return the id of the text below it."""
        return f"rec-{name}-cost"
