"""A choice among friends whose films came by a link: the browser alone knows them (assets/js/30-friend-parts.js)."""

from dashboard.components.light import Node, own

__all__ = ["NO_FRIEND", "friend_picks"]

NO_FRIEND = "Choose a friend. One who sends you the link of “Share my films” on People stands here once you open it."
"""What to do where a page is about a friend and none is chosen."""


def friend_picks(component_id: str, *, needed: bool, many: bool = False) -> Node:
    """Return the choice; callbacks read who is chosen from its property ``chosen``.

    Parameters
    ----------
    needed : bool
        Whether the page is about a friend, so that callbacks wait until it is told who came with the address.
    many : bool
        Whether several can be chosen.
    """
    return own(
        "FriendPicks",
        id=component_id,
        label="Friends",
        many=many,
        needed=needed,
        empty="Nobody yet. Open the link that “Share my films” on People makes for somebody, who then stands here.",
    )
