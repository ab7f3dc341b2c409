"""Alert rules, scrape configuration and dashboard ask for metrics that there are, and fire when they should."""

import json
import re
import subprocess

import pytest
import yaml
from flask.testing import FlaskClient

from tests.servers import ROOT

PLACE = ROOT / "deploy" / "prometheus"
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "cinematch.json").read_text())
_NAME = re.compile(r"cinematch_[a-z_]+")


@pytest.mark.parametrize(
    "command",
    [
        ["check", "rules", "--lint=all", "--lint-fatal", "alerts.yml"],
        ["check", "config", "prometheus.yml"],
        ["test", "rules", "alerts_test.yml"],
    ],
)
def test_promtool_finds_nothing(command: list[str]) -> None:
    done = subprocess.run(["promtool", *command], cwd=PLACE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_asked_for_is_there(client: FlaskClient) -> None:
    client.get("/api/v1/users/1/recommendations")
    told = set(_NAME.findall(client.get("/metrics").text))
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    asked = set(_NAME.findall(" ".join([*queries, (PLACE / "alerts.yml").read_text()])))
    # The toy models were never measured.
    assert asked - told == {"cinematch_model_quality"} & asked - told
    assert len(asked) > 8


def test_what_is_chosen_and_summed_by_is_a_label_of_it(client: FlaskClient) -> None:
    client.get("/api/v1/users/1/recommendations")
    labels: dict[str, set[str]] = {}
    for name, told in re.findall(r"^(cinematch_[a-z_]+)\{([^}]*)\}", client.get("/metrics").text, re.MULTILINE):
        labels.setdefault(name, set()).update(re.findall(r"(\w+)=", told))
    # Without a database nothing became of any list.
    labels["cinematch_feedback_films"] = {"algorithm", "variant", "kind"}
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    queries += [rule["expr"] for rule in yaml.safe_load((PLACE / "alerts.yml").read_text())["groups"][0]["rules"]]
    checked = 0
    for query in queries:
        names = [name for name in _NAME.findall(query) if name in labels]
        for by in re.findall(r"by \(([^)]*)\)", query):
            for name in names:
                assert set(by.split(", ")) <= labels[name], query
                checked += 1
        for name, chosen in re.findall(r"(cinematch_[a-z_]+)\{([^}]*)\}", query):
            assert set(re.findall(r"(\w+)=", chosen)) <= labels.get(name, {"measure"}), query
            checked += 1
    assert checked > 10


def test_metrics_pass_promtools_conventions(client: FlaskClient) -> None:
    client.get("/api/v1/users/1/recommendations")
    text = "".join(
        line
        for line in client.get("/metrics").text.splitlines(keepends=True)
        if "cinematch_" in line and "_created" not in line
    )
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
