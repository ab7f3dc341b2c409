"""Names of this page's components, for its callbacks."""

from typing import Any

__all__ = ["Analytics", "WhatIf"]


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
