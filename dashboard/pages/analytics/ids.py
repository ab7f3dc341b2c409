"""Names of this page's components, for its callbacks."""

from typing import Any

__all__ = ["Analytics", "Curves", "Map", "WhatIf"]


class Analytics:
    """Charts, comparison and similar films."""

    RUN_ADDRESS = "ana-run-address"
    SIMILAR_ADDRESS = "ana-similar-address"
    PROTOCOL = "ana-protocol"
    ALGORITHMS = "ana-algorithms"
    FOLDS = "ana-folds"
    SEED = "ana-seed"
    AGAIN = "ana-again"
    RUN = "ana-run"
    TOLD = "ana-told"
    STORED = "ana-stored"
    RUN_QUERY = "ana-run-query"
    RUN_VIEW = "ana-run-view"
    SIMILAR_FILMS = "an-similar-films"
    FILM = "ana-film"
    SIMILAR_ALGORITHM = "ana-similar-algorithm"
    SIMILAR_COUNT = "ana-similar-count"
    SIMILAR = "ana-similar"

    @staticmethod
    def pick(name: Any, drawn: Any) -> dict[str, Any]:
        """Return the id of a choice that stands in the address, drawn with a value."""
        return {"type": "ana-pick", "name": name, "drawn": drawn}


class Curves:
    """Curves, in a tab of the Analytics page."""

    ALGORITHMS = "curves-algorithms"
    ASKED = "curves-asked"
    RUN = "curves-run"
    VIEW = "curves-view"


class Map:
    """The map of films, in a tab of the Analytics page."""

    ADDRESS = "map-address"
    ASKED = "map-asked"
    CANVAS = "map-canvas"
    COLOUR = "map-colour"
    DATA = "map-data"
    DRAW = "map-draw"
    FOUND = "map-found"
    LEGEND = "map-legend"
    MATCHES = "map-matches"
    SEARCH = "map-search"
    VIEW = "map-view"


class WhatIf:
    """The hybrid's weights, in a tab of the Analytics page."""

    ADDRESS = "what-address"
    USER = "what-user"
    RESET = "what-reset"
    LENGTH = "what-length"
    LISTS = "what-lists"
    RUN = "what-run"
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
