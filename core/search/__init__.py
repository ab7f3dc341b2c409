"""Search over titles and tags, and what sentences about films ask for."""

from core.search.reading import LONGEST_SENTENCE, most_alike, read_sentence
from core.search.tags import find_tags
from core.search.titles import TitleIndex
from core.search.words import title_keys

__all__ = ["LONGEST_SENTENCE", "TitleIndex", "find_tags", "most_alike", "read_sentence", "title_keys"]
