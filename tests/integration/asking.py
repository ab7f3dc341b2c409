"""Somebody who asks a server for lists while something else is done to it."""

from __future__ import annotations

import threading
from collections import Counter

import requests

__all__ = ["Answer", "Asking"]

Answer = tuple[tuple[int, float], ...]


class Asking(threading.Thread):
    """Somebody who asks for a list again and again, over new connections, to either worker."""

    def __init__(self, url: str, query: str) -> None:
        super().__init__()
        self.path = f"{url}/api/v1/users/1/recommendations?{query}"
        self.answers: Counter[Answer] = Counter()
        self.failed: list[str] = []
        self.enough = threading.Event()

    def run(self) -> None:
        """Ask until it is enough."""
        while not self.enough.wait(0.01):
            answer = requests.get(self.path, headers={"Connection": "close"}, timeout=20)
            if answer.status_code == 200:
                items = answer.json()["items"]
                self.answers[tuple((item["movie_id"], round(item["score"], 4)) for item in items)] += 1
            else:
                self.failed.append(answer.text)
