"""The recipes of docs/CONTRIBUTING.md, followed to the letter in a copy of the sources."""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.servers import ROOT

TEXT = (ROOT / "docs" / "CONTRIBUTING.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def _section(heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}.*?(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found.group()


def _follow(heading: str, place: Path) -> set[str]:
    """Write the files of a recipe and add its lines to a copy of the sources; return which files it touched."""
    for package in ("core", "dashboard", "callbacks", "tests"):
        shutil.copytree(ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("assets", "gunicorn.conf.py"):
        (place / name).symlink_to(ROOT / name)
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, place)
    touched = set()
    for kind, name, body in _BLOCK.findall(_section(heading)):
        file = place / name
        touched.add(name)
        if kind == "diff":
            text = file.read_text(encoding="utf-8")
            former = "".join(line[1:] for line in body.splitlines(keepends=True) if not line.startswith("+"))
            assert text.count(former) == 1, f"{name} holds these lines {text.count(former)} times:\n{former}"
            added = "".join(line[1:] for line in body.splitlines(keepends=True))
            file.write_text(text.replace(former, added), encoding="utf-8")
        else:
            assert not file.exists(), f"{name} exists already"
            file.parent.mkdir(exist_ok=True)
            file.write_text(body, encoding="utf-8")
    return touched


def _run(place: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=place,
        env={"PYTHONPATH": str(place), "PATH": "/usr/bin:/bin", "HOME": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _lint(place: Path, files: set[str]) -> None:
    sources = sorted(name for name in files if name.endswith(".py"))
    _run(place, "-m", "ruff", "check", "--no-cache", *sources)
    _run(place, "-m", "ruff", "format", "--no-cache", "--check", *sources)


def test_an_algorithm(tmp_path: Path) -> None:
    touched = _follow("An algorithm", tmp_path)
    assert len(touched) == 4
    _lint(tmp_path, touched)
    _run(tmp_path, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    tests = [f"tests/unit/recommenders/test_{name}.py" for name in ("contract", "co_rated")]
    said = _run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", "CoRated or co_rated")
    passed = re.search(r"^(\d+) passed", said, re.MULTILINE)
    assert passed, said
    assert int(passed.group(1)) > 60, "the contract did not run over the new algorithm"


def test_a_data_reader(tmp_path: Path) -> None:
    touched = _follow("A data reader", tmp_path)
    assert len(touched) == 2
    _lint(tmp_path, touched)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "ratings.tsv").write_text("user\tmovie\trating\ttime\n1\t7\t4.5\t12\n2\t7\t1\t13\n")
    (folder / "titles.tsv").write_text("movie\ttitle\tgenres\n7\tHeat (1995)\tAction,Crime\n")
    script = """
        from pathlib import Path
        from core.data.readers import read_folder
        tables = read_folder(Path("folder"))
        assert tables.ratings.half_stars.tolist() == [9, 2], tables
        assert tables.movies.title(0) == "Heat (1995)"
        assert tables.movies.genres(0) == ["Action", "Crime"]
    """
    _run(tmp_path, "-c", textwrap.dedent(script))


def test_a_page(tmp_path: Path) -> None:
    touched = _follow("A page", tmp_path)
    assert len(touched) == 5
    _lint(tmp_path, touched)
    _run(tmp_path, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    _run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/dashboard/pages/test_decades.py")
    registered = "import dash, callbacks.decades; callbacks.decades.register(dash.Dash('decades'), None)"
    _run(tmp_path, "-W", "ignore", "-c", registered)


@pytest.mark.parametrize("link", re.findall(r"\]\(([A-Z_]+\.md)\)", TEXT))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / "docs" / link).is_file()
