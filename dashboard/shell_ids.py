"""Names of the frame's components, which stand on every page."""

__all__ = ["Shell"]


class Shell:
    """What every page shares."""

    URL = "url"
    ROUTE = "route"
    PAGE = "page"
    TITLE = "page-title"
    VISITOR = "visitor"
    WATCHLIST = "watchlist"
    OWN_FILMS = "own-films"
    FILM_LINKS = "film-links"
    OWN_SETTLED = "own-settled"
    ASK_WHY = "ask-why"
    NOTIFICATIONS = "notifications"
    BURGER = "burger"
    NAVBAR = "navbar"
    APP = "app-shell"
    SEARCH = "header-search"
    NAV_SEARCH = "nav-search"
    SUGGESTIONS = "suggestions"
    WHY_DRAWER = "why-drawer"
    WHY_BODY = "why-body"
    LEARNING = "learning"
    LEARNING_TICK = "learning-tick"
    LEARNED = "learned"
