"""The 18 public helpers on one import path."""

import json
import subprocess
import sys

import core.utils

NAMES = {
    "format_genres",
    "format_rating",
    "calculate_diversity_score",
    "get_recommendation_stats",
    "extract_year_from_title",
    "format_movie_title",
    "create_genre_color_map",
    "get_genre_emoji",
    "create_rating_stars",
    "load_model_safe",
    "get_model_metadata",
    "save_model_standard",
    "load_model_with_gc",
    "load_models_sequential",
    "aggressive_gc",
    "get_memory_usage_mb",
    "estimate_model_memory_requirement",
    "print_memory_report",
}
HEAVY = ("numpy", "scipy", "pandas", "pydantic", "numba", "sklearn", "surprise", "dash", "flask", "rich", "psutil")


def test_exactly_the_documented_names_are_public():
    assert set(core.utils.__all__) == NAMES
    assert len(NAMES) == 18


def test_every_name_is_a_documented_function():
    for name in NAMES:
        function = getattr(core.utils, name)
        assert callable(function)
        assert function.__doc__


def test_importing_them_loads_no_heavy_library():
    code = f"import sys, json, core.utils; print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == []
