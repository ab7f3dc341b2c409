"""Typo-tolerant search over movie titles."""

from core.search.titles import TitleIndex
from core.search.words import title_keys

__all__ = ["TitleIndex", "title_keys"]
