"""Names of this page's components, for its callbacks."""

__all__ = ["People"]


class People:
    """Friends who came by a link, and people of the data set."""

    ADDRESS = "ppl-address"
    MODE = "ppl-mode"
    FRIEND = "ppl-friend"
    FRIEND_PANEL = "ppl-friend-panel"
    USER = "ppl-user"
    USER_PANEL = "ppl-user-panel"
    PAIR = "ppl-pair"
    LIKE_ME = "ppl-like-me"
