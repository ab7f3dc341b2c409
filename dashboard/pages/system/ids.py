"""Names of this page's components, for its callbacks."""

__all__ = ["System"]


class System:
    """The state of the machinery."""

    TICK = "system-tick"
    FOLLOW = "system-follow"
    LIVE = "system-live"
    RELOAD = "system-reload"
