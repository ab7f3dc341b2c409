"""Names of this page's components, for its callbacks."""

__all__ = ["Compare"]


class Compare:
    """Several algorithms for one person."""

    MODE = "compare-mode"
    USER = "compare-user"
    USER_PANEL = "compare-user-panel"
    FRIEND = "compare-friend"
    FRIEND_PANEL = "compare-friend-panel"
    ALGORITHMS = "compare-algorithms"
    COUNT = "compare-count"
    SUMMARY = "compare-summary"
    SIDE = "compare-side"
    OVERLAP = "compare-overlap"
    ADDRESS = "compare-address"
