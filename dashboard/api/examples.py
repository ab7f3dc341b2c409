"""Examples for the API's description: questions and answers as they are for ml-latest-small, shortened."""

import json
from pathlib import Path
from typing import Any

__all__ = ["ANSWERS", "BODIES", "PARAMETERS"]

_KEPT = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))

BODIES: dict[str, Any] = _KEPT["bodies"]
"""By the operation's id."""
ANSWERS: dict[str, Any] = _KEPT["answers"]
"""By the operation's id."""
PARAMETERS: dict[str, Any] = {
    "movie_id": "2571",
    "user_id": "1",
    "q": "matrix",
    "genre": ["Sci-Fi"],
    "genres": ["Sci-Fi", "Comedy"],
    "exclude_genres": ["Horror"],
    "year_min": 1980,
    "year_max": 1999,
    "n": 10,
    "limit": 20,
    "offset": 0,
    "min_ratings": 20,
    "max_ratings": 5000,
    "algorithm": "hybrid",
    "name": "ratings.csv",
    "tag": ["twist ending"],
    "near_tags": ["dark comedy"],
    "say": "like Heat but not like Die Hard, from the 90s",
}
"""By name."""
