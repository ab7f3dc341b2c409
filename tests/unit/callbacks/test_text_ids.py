"""Where the source's ids are text, people see that text; the numbers given at the import stay inside."""

import pandas as pd
import pytest
from dash import Dash

from callbacks.selects import user_name
from callbacks.together import GroupControls, _summary
from core import dataset_from_frames
from core.recommenders.registry import recommender_class
from core.service import CineMatch, open_service
from core.settings import load_settings
from core.store.artifact import save_model
from dashboard.address import FilterState
from dashboard.pages.together.group_list import group_list


@pytest.fixture(scope="module")
def textual(tmp_path_factory: pytest.TempPathFactory) -> CineMatch:
    """A service over data whose users and films are called by text."""
    root = tmp_path_factory.mktemp("text")
    films = {"Ann": range(4), "bob": range(9), "Cy": range(2, 5)}
    ratings = [(user, f"tt{film:02d}", 4) for user, seen in films.items() for film in seen]
    frame = pd.DataFrame(ratings, columns=["userId", "movieId", "rating"])
    places = {"data_dir": root / "data", "models_dir": root / "models", "cache_dir": root / "cache"}
    settings = load_settings(dataset="text", algorithms="popularity", **places)
    dataset = dataset_from_frames(frame, name="text", save=True, settings=settings)
    save_model(recommender_class("popularity")().fit(dataset), root / "models" / "text" / "popularity")
    Dash("text", suppress_callback_exceptions=True)
    return open_service(settings)


def test_a_user_is_called_by_the_sources_id(textual: CineMatch, service: CineMatch) -> None:
    number = textual.user_named("Cy")
    assert number is not None
    assert [user_name(textual, number), user_name(textual, "Cy"), user_name(service, 3)] == ["Cy", "Cy", "3"]


def test_a_group_is_called_by_text_and_asked_for_by_number(textual: CineMatch) -> None:
    users = tuple(textual.user_named(name) or 0 for name in ("Ann", "Cy"))
    found = textual.recommend_group(GroupControls(users, None, "popularity", "average", 3, FilterState()).request())
    assert "for user Ann and user Cy, by Popularity" in _summary(found, 3, "Popularity")
    assert {(one["name"], one["user"]) for one in group_list(found)["viewers"]} == {
        ("User Ann", users[0]),
        ("User Cy", users[1]),
    }
