"""The public helpers on one import path; each lives where its family does.

>>> from core.utils import format_genres
>>> format_genres("Action|Comedy|Drama", max_genres=2)
'Action, Comedy (+1 more)'
"""

from core.display.genres import create_genre_color_map, format_genres, get_genre_emoji
from core.display.ratings import create_rating_stars, format_rating
from core.display.statistics import calculate_diversity_score, get_recommendation_stats
from core.display.titles import extract_year_from_title, format_movie_title
from core.memory import (
    aggressive_gc,
    estimate_model_memory_requirement,
    get_memory_usage_mb,
    load_model_with_gc,
    load_models_sequential,
    print_memory_report,
)
from core.store.artifact import get_model_metadata, save_model_standard
from core.store.loader import load_model_safe

__all__ = [
    "aggressive_gc",
    "calculate_diversity_score",
    "create_genre_color_map",
    "create_rating_stars",
    "estimate_model_memory_requirement",
    "extract_year_from_title",
    "format_genres",
    "format_movie_title",
    "format_rating",
    "get_genre_emoji",
    "get_memory_usage_mb",
    "get_model_metadata",
    "get_recommendation_stats",
    "load_model_safe",
    "load_model_with_gc",
    "load_models_sequential",
    "print_memory_report",
    "save_model_standard",
]
