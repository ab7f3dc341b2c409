"""The documents and the API reference build without a warning and without the network."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT


def _build(target: Path, configuration: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--config-file", str(configuration), "--site-dir", str(target)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    done = _build(target)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def test_every_module_of_the_library_has_a_page(site: Path) -> None:
    parts = [file.relative_to(ROOT).with_suffix("").parts for file in (ROOT / "core").rglob("*.py")]
    modules = {".".join(part[:-1] if part[-1] == "__init__" else part) for part in parts}
    assert {page.stem for page in (site / "reference").glob("*.html")} == modules


def test_a_page_shows_what_the_docstrings_say(site: Path) -> None:
    text = re.sub(r"<[^>]+>", "", (site / "reference" / "core.files.html").read_text(encoding="utf-8"))
    for words in ("write_atomically", "whose permission bits it keeps", "Parameters", "Raises"):
        assert words in text


def test_nothing_is_fetched_from_another_host(site: Path) -> None:
    loads = re.compile(r"<(?:script|img|iframe)[^>]+src=[\"']?(?:https?:)?//|<link[^>]+href=[\"']?(?:https?:)?//")
    for page in site.rglob("*.html"):
        assert not loads.search(page.read_text(encoding="utf-8")), page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import", sheet.read_text(encoding="utf-8")), sheet


def test_a_docstring_that_does_not_fit_its_function_fails(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("::: broken\n")
    docstring = "Return it.\n\n    Parameters\n    ----------\n    height : float\n    "
    (tmp_path / "broken.py").write_text(f'def area(width: float) -> float:\n    """{docstring}"""\n')
    own = re.compile(r"^(?:nav|hooks|exclude_docs):.*?(?=^\w)", re.MULTILINE | re.DOTALL)
    options = own.sub("", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    (tmp_path / "mkdocs.yml").write_text(options)
    done = _build(tmp_path / "site", tmp_path / "mkdocs.yml")
    assert done.returncode != 0
    assert "Parameter 'height' does not appear in the function signature" in done.stderr


def test_the_hooks_are_valid_and_local() -> None:
    from pre_commit.clientlib import load_config

    repositories = load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"]
    assert {repository["repo"] for repository in repositories} == {"local"}
