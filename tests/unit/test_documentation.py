"""The operator's documents name what exists."""

import re
from pathlib import Path

import pytest

from core.settings import Settings, home
from tests.servers import ROOT
from tests.unit.conftest import MakeClient

CONFIGURATION = (ROOT / "docs" / "CONFIGURATION.md").read_text()
OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text()
VARIABLES = {f"CINEMATCH_{name.upper()}": field for name, field in Settings.model_fields.items()}


def rows() -> dict[str, str]:
    """Return the default that is written down for each variable."""
    found = re.findall(r"^\| `(CINEMATCH_\w+)` \| ([^|]+) \|", CONFIGURATION, re.MULTILINE)
    return {name: default.strip().strip("`") for name, default in found}


def test_the_table_names_exactly_the_settings() -> None:
    assert set(rows()) == set(VARIABLES)


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_defaults_are_the_real_ones(name: str) -> None:
    given = {"data_dir": Path("<data>")}
    default = VARIABLES[name].get_default(call_default_factory=True, validated_data=given)
    if default not in (None, ()):
        assert rows()[name] == str(default).replace(str(home()), "<home>")


def test_no_document_names_a_variable_that_does_not_exist() -> None:
    deploy = [path for path in (ROOT / "deploy").rglob("*") if path.is_file()]
    documents = [ROOT / "README.md", ROOT / "Dockerfile", *(ROOT / "docs").glob("*.md"), *deploy]
    # Read by compose itself, not by the application.
    known = VARIABLES.keys() | {"CINEMATCH_MEMORY_LIMIT", "CINEMATCH_PUBLISH"}
    for document in documents:
        named = set(re.findall(r"CINEMATCH_[A-Z]+(?:_[A-Z]+)*", document.read_text()))
        assert named <= known, document


def test_every_metric_is_described(make_client: MakeClient) -> None:
    text = make_client().get("/metrics").text
    served = {name for name in re.findall(r"^# TYPE (cinematch_\w+) ", text, re.MULTILINE) if "_created" not in name}
    described = set(re.findall(r"`(cinematch_\w+)[{`]", OPERATIONS))
    assert served == described
