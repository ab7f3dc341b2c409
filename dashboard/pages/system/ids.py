"""Names of this page's components, for its callbacks."""

__all__ = ["System"]


class System:
    """The state of the machinery."""

    REFRESH = "system-refresh"
    LIVE = "system-live"
