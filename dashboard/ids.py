"""Names of components that callbacks refer to, one namespace per page."""

from typing import Any

__all__ = ["Analytics", "Home", "Movie", "Recommend", "Search", "Shell", "System", "Together", "WhatIf"]


class Shell:
    """What every page shares."""

    URL = "url"
    ROUTE = "route"
    PAGE = "page"
    TITLE = "page-title"
    VISITOR = "visitor"
    WATCHLIST = "watchlist"
    ASK_WHY = "ask-why"
    NOTIFICATIONS = "notifications"
    BURGER = "burger"
    NAVBAR = "navbar"
    APP = "app-shell"
    SEARCH = "header-search"
    NAV_SEARCH = "nav-search"
    WHY_DRAWER = "why-drawer"
    WHY_BODY = "why-body"


class Home:
    """The first page."""

    MODE = "home-mode"
    USER = "home-user"
    FILMS = "home-films"
    RESULTS = "home-results"
    CHARTS = "home-charts"


class Recommend:
    """Lists for a stored user or a visitor."""

    ADDRESS = "rec-address"
    MODE = "rec-mode"
    USER = "rec-user"
    USER_PANEL = "rec-user-panel"
    RATE_PANEL = "rec-rate-panel"
    RATE_QUERY = "rec-rate-query"
    RATE_RESULTS = "rec-rate-results"
    MY_RATINGS = "rec-my-ratings"
    ALGORITHM = "rec-algorithm"
    ALGORITHM_NOTE = "rec-algorithm-note"
    COUNT = "rec-count"
    GENRES = "rec-genres"
    EXCLUDE = "rec-exclude"
    YEARS = "rec-years"
    MIN_RATINGS = "rec-min-ratings"
    ALL_GENRES = "rec-all-genres"
    RESET = "rec-reset"
    DIVERSITY = "rec-diversity"
    POPULARITY = "rec-popularity"
    RECENCY = "rec-recency"
    WISH_NOTE = "rec-wish-note"
    WISH_RESET = "rec-wish-reset"
    ONLY_WATCHLIST = "rec-only-watchlist"
    WATCHLIST = "rec-watchlist"
    RESULTS = "rec-results"
    SUMMARY = "rec-summary"
    TASTE = "rec-taste"
    CSV = "rec-csv"
    JSON = "rec-json"
    DOWNLOAD = "rec-download"


class Together:
    """One list for several people."""

    ADDRESS = "tog-address"
    USERS = "tog-users"
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


class Analytics:
    """Charts, comparison and similar films."""

    ADDRESS = "ana-address"
    RUN_ADDRESS = "ana-run-address"
    SIMILAR_ADDRESS = "ana-similar-address"
    QUERY = "ana-query"
    TABS = "ana-tabs"
    BODY = "ana-body"
    PROTOCOL = "ana-protocol"
    ALGORITHMS = "ana-algorithms"
    FOLDS = "ana-folds"
    SEED = "ana-seed"
    AGAIN = "ana-again"
    ORDER = "ana-order"
    RUN = "ana-run"
    CANCEL = "ana-cancel"
    PROGRESS = "ana-progress"
    PROGRESS_BOX = "ana-progress-box"
    PROGRESS_TEXT = "ana-progress-text"
    FINISHED = "ana-finished"
    SHOWN = "ana-shown"
    STORED = "ana-stored"
    RUN_VIEW = "ana-run-view"
    FILM = "ana-film"
    SIMILAR_ALGORITHM = "ana-similar-algorithm"
    SIMILAR_COUNT = "ana-similar-count"
    SIMILAR = "ana-similar"


class WhatIf:
    """The hybrid's weights, in a tab of the Analytics page."""

    ADDRESS = "what-address"
    USER = "what-user"
    RESET = "what-reset"
    LENGTH = "what-length"
    LISTS = "what-lists"
    RUN = "what-run"
    CANCEL = "what-cancel"
    PROGRESS = "what-progress"
    PROGRESS_BOX = "what-progress-box"
    PROGRESS_TEXT = "what-progress-text"
    ORDER = "what-order"
    FINISHED = "what-finished"
    MEASURED = "what-measured"

    @staticmethod
    def slider(part: Any, key: Any) -> dict[str, Any]:
        """Return the id of a member's slider."""
        return {"type": "what-slider", "part": part, "key": key}

    @staticmethod
    def bar(part: Any, key: Any) -> dict[str, Any]:
        """Return the id of a member's bar."""
        return {"type": "what-bar", "part": part, "key": key}


class Search:
    """The catalogue."""

    ADDRESS = "search-address"
    QUERY = "search-query"
    GENRES = "search-genres"
    YEARS = "search-years"
    MIN_RATINGS = "search-min-ratings"
    PAGE = "search-page"
    RESULTS = "search-results"
    SUMMARY = "search-summary"


class System:
    """The state of the machinery."""

    REFRESH = "system-refresh"
    LIVE = "system-live"


class Movie:
    """One film."""

    ADDRESS = "movie-address"
    ID = "movie-id"
    ALGORITHM = "movie-algorithm"
    SIMILAR = "movie-similar"
    SIMILAR_ALGORITHM = "movie-similar-algorithm"
    WHY_USER = "movie-why-user"
    WHY = "movie-why"
    MINE = "movie-mine"
