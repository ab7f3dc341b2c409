"""Calls of callbacks that no browser of ours sends: refused for their form, answered where only values are odd."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from traceback import extract_tb
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from dashboard.app import create_app
from tests.conftest import Installation

CALL = "/_dash-update-component"
VALUES: list[Any] = [
    *(None, "", "x", "²", "9" * 5000, "1_0", "../../etc/passwd", -1, 5.5, 2**70, True, float("nan"), float("inf")),
    *([], [None], ["x"], [[]], {}, {"a": {}}, {"ratings": {"x": {}}, "hidden": 5}, {"dataset": 5, "others": []}),
]


@pytest.fixture(scope="module")
def app(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Dash:
    return create_app(toy_installation.with_cache(tmp_path_factory.mktemp("cache")).settings)


@pytest.fixture(scope="module")
def client(app: Dash) -> FlaskClient:
    return app.server.test_client()


def call(app: Dash, output: str, value: Any) -> dict[str, Any]:
    """Return a call as a browser sends it, with one value for every input."""
    known = app.callback_map[output]

    def named(spec: dict[str, Any]) -> Any:
        rest = {"property": spec["property"], "value": value}
        if not spec["id"].startswith("{"):
            return {"id": spec["id"], **rest}
        pattern = json.loads(spec["id"])
        one = {"id": {name: "x" if isinstance(part, list) else part for name, part in pattern.items()}, **rest}
        return one if ["MATCH"] in pattern.values() else [one]

    declared = known["output"]
    outputs = [
        named({"id": one.component_id_str(), "property": one.component_property})
        for one in (declared if isinstance(declared, list | tuple) else [declared])
    ]

    inputs = [named(spec) for spec in known["inputs"]]
    changed = [f"{one['id']}.{one['property']}" for one in inputs if isinstance(one, dict)]
    return {
        "output": output,
        "outputs": outputs if isinstance(declared, list | tuple) else outputs[0],
        "inputs": inputs,
        "state": [named(spec) for spec in known["state"]],
        "changedPropIds": changed,
    }


def forms(good: dict[str, Any]) -> Iterator[Any]:
    """Yield what is like a good call, and none."""
    yield from ([], 5, "text", {}, {"output": 5}, {"output": []}, {"output": "nothing.at-all"}, {"inputs": []})
    for name, values in {
        "output": ["", "..", "x", None, {}, good["output"] + "x"],
        "inputs": [None, 5, {}, [], [5], [None], [{}], [{"id": 5, "property": "value"}], good["inputs"] * 2],
        "state": [5, {}, [5], [{}], "x"],
        "outputs": [5, [], "x", [5], [{}], {"id": [], "property": {}}],
        "changedPropIds": [5, {}, [5], [None], ["x"], "x.y"],
    }.items():
        for value in values:
            yield {**deepcopy(good), name: value}


def test_a_call_of_another_form_is_400_and_leaves_no_trace(
    app: Dash, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    output = next(name for name, known in app.callback_map.items() if known["inputs"] and known["state"])
    for form in forms(call(app, output, None)):
        answer = client.post(CALL, json=form)
        assert answer.status_code == 400, form
        assert answer.mimetype == "application/problem+json"
    for text in ("[" * 100_000, "{", "\x00"):
        assert client.post(CALL, data=text, content_type="application/json").status_code == 400
    assert client.post(CALL, data="x").status_code == 415
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_no_value_is_a_fault_of_the_server(
    app: Dash, client: FlaskClient, caplog: pytest.LogCaptureFixture, value: Any
) -> None:
    failed = []
    for output, known in app.callback_map.items():
        if known["background"] is None:
            answer = client.post(CALL, json=call(app, output, value))
            if answer.status_code not in (200, 204, 400):
                failed.append((answer.status_code, output[:80]))
    assert not failed, "\n".join(map(str, failed))
    # Of what is a fault of a callback, the way there is logged once.
    told = Counter(
        (record.exc_info[0], (last := extract_tb(record.exc_info[2])[-1]).filename, last.lineno)
        for record in caplog.records
        if record.exc_info
    )
    assert set(told.values()) <= {1}
