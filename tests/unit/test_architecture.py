"""The layers hold, names are unambiguous and files stay readable."""

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "dashboard", "callbacks", "tests", "benchmarks")
MOST_LINES = 400


def _modules() -> list[Path]:
    return sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))


def test_import_contracts_hold():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_on_architecture_states_the_contracts():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    page = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    contracts = [settings[section] for section in settings.sections() if section.startswith("importlinter:contract:")]
    rules = page.partition("## Who may import whom")[2].partition("\n## ")[0]
    assert [line[2:] for line in rules.splitlines() if line.startswith("- ")] == [rule["name"] for rule in contracts]
    (layers,) = [rule["layers"].strip() for rule in contracts if rule["name"] == "layers inside core"]
    assert f"```\n{layers}\n```" in rules


def _clashes(files: list[Path]) -> list[str]:
    return [
        str(file) for file in files if file.with_suffix("").is_dir() and any(file.with_suffix("").glob("**/*.py"))
    ]


def test_no_module_has_the_name_of_a_package_beside_it():
    top = [*ROOT.glob("*.py"), *_modules()]
    assert _clashes(top) == []


def test_the_check_of_names_finds_a_clash(tmp_path: Path):
    (tmp_path / "utils").mkdir()
    (tmp_path / "utils" / "__init__.py").touch()
    (tmp_path / "utils.py").touch()
    assert _clashes(list(tmp_path.glob("*.py"))) == [str(tmp_path / "utils.py")]


def test_no_package_of_ours_hides_an_installed_one():
    names = {name for name in PACKAGES if (ROOT / name).is_dir()}
    assert not names & set(sys.stdlib_module_names)


@pytest.mark.parametrize("file", _modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_files_stay_short(file: Path):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def _imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


def _strangers(page: str, imported: set[str], pages: set[str]) -> set[str]:
    others = [f"{room}.{other}" for room in ("callbacks", "dashboard.pages") for other in pages - {page}]
    return {name for name in imported for other in others if name == other or name.startswith(f"{other}.")}


def test_callbacks_of_a_page_know_no_other_page():
    pages = {file.parent.name for file in (ROOT / "dashboard" / "pages").glob("*/__init__.py")}
    assert len(pages) >= 7
    for page in pages:
        file = ROOT / "callbacks" / f"{page}.py"
        if file.exists():
            assert not _strangers(page, _imported(file), pages)


def test_the_check_of_strangers_finds_one(tmp_path: Path):
    file = tmp_path / "home.py"
    file.write_text(
        "import callbacks.movie\nfrom dashboard.pages.search.ids import Search\nfrom callbacks import home\n"
    )
    assert _strangers("home", _imported(file), {"home", "movie", "search"}) == {
        "callbacks.movie",
        "dashboard.pages.search.ids",
        "dashboard.pages.search.ids.Search",
    }


def _round_the_service(source: str) -> list[str]:
    return [
        f"{ast.unparse(node)}, line {node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in {"dataset", "model_cache", "titles", "settings"}
        and isinstance(node.value, ast.Name | ast.Attribute | ast.Call)
        and "service" in ast.unparse(node.value).rpartition(".")[2]
    ]


@pytest.mark.parametrize(
    "file",
    [file for file in _modules() if file.relative_to(ROOT).parts[0] in ("dashboard", "callbacks")],
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_nobody_above_the_library_goes_round_the_service(file: Path):
    # The composition root puts together what belongs together: it reads the settings of a service that it is given.
    root = {"service.settings"} if file == ROOT / "dashboard" / "app.py" else set()
    found = _round_the_service(file.read_text(encoding="utf-8"))
    assert [place for place in found if place.partition(",")[0] not in root] == []


def test_the_check_finds_who_goes_round_the_service():
    assert _round_the_service("a = service.dataset.n_users\nb = service.movie(1)") == ["service.dataset, line 1"]
    assert _round_the_service("def f(self):\n    _service().model_cache.get('x')") == [
        "_service().model_cache, line 2"
    ]
