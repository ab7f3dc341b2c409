"""A wish is described once: whatever people meet of it derives from there."""

import inspect

import pytest
from flask.testing import FlaskClient

from core.commands.ask import recommend
from core.commands.wishes import wishes_command
from core.errors import InvalidInputError
from core.evaluation.wishes import WEIGHTS
from core.service import CineMatch
from core.views import WISHES, Reranking, Wish
from dashboard.address import href, query_of, wish_from_query, wish_query
from dashboard.pages.recommend.wishes import wish_of, wishes_fold
from tests.unit.dashboard.markup import nodes, text_of


def test_wishes_are_the_fields_of_a_reranking() -> None:
    assert [wish.name for wish in WISHES] == ["diversity", "popularity", "recency", "love", "lately", "closeness"]
    for wish in WISHES:
        assert getattr(Reranking(), wish.name) == wish.default
        assert wish.low <= wish.shown[0] <= wish.default <= wish.shown[1] <= wish.high


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.name)
def test_a_weight_outside_its_range_is_refused(wish: Wish) -> None:
    for weight in (wish.low, wish.high):
        assert getattr(Reranking(**{wish.name: weight}), wish.name) == weight
    for weight in (wish.low - 0.01, wish.high + 0.01, float("nan")):
        with pytest.raises(InvalidInputError, match=f"weight of {wish.name} must be between"):
            Reranking(**{wish.name: weight})


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.name)
def test_every_wish_is_an_option_of_the_command_line(wish: Wish) -> None:
    for command in (recommend, wishes_command):
        parameter = inspect.signature(command).parameters[wish.name]
        (option,) = parameter.annotation.__metadata__
        assert parameter.default == wish.default
        assert (option.min, option.max, option.help) == (wish.low, wish.high, wish.help)


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.name)
def test_every_wish_is_a_parameter_of_the_api(client: FlaskClient, wish: Wish) -> None:
    document = client.get("/api/v1/openapi.json").json
    operation = document["paths"]["/api/v1/users/{user_id}/recommendations"]["get"]
    (parameter,) = (one for one in operation["parameters"] if one["name"] == wish.name)
    body = document["components"]["schemas"]["RecommendationBody"]["properties"][wish.name]
    for schema in (parameter["schema"], body):
        assert (schema["minimum"], schema["maximum"], schema["default"]) == (wish.low, wish.high, wish.default)
    assert parameter["description"] == body["description"] == wish.help


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.name)
def test_every_wish_is_a_slider_a_part_of_the_address_and_measured(service: CineMatch, wish: Wish) -> None:
    weight = wish.measured[-1]
    held = wish_of({wish.name: weight}, loves=True)
    assert held == Reranking(**{wish.name: weight})
    assert wish_of({wish.name: None}, loves=True) == Reranking()
    assert wish_of({"love": 1.0}, loves=False) == Reranking()
    link = href("/recommend", **wish_query(held))
    assert wish_from_query(query_of(link.partition("?")[2])) == held
    page = wishes_fold(service, held, "hybrid")
    (slider,) = (node for node in nodes(page) if getattr(node, "id", None) == f"rec-{wish.name}")
    assert (slider.value, slider.min, slider.max) == (weight, *wish.shown)
    assert all(words in text_of(page) for words in (wish.label, *wish.ends))
    assert [one for name, one in WEIGHTS if name == wish.name] == list(wish.measured)
