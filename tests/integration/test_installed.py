"""CineMatch as it is installed from its wheel: from nothing to a served page, wherever one happens to stand."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.servers import ROOT, free_port, wait_for

pytestmark = pytest.mark.integration

_PACKAGES = ("core", "dashboard", "callbacks")
_FILES = ("gunicorn.conf.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


@dataclass(frozen=True)
class Place:
    """Somebody's machine: a home, a virtual environment with CineMatch in it, and where they stand."""

    home: Path
    bin: Path
    here: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment of a process that knows nothing of the repository."""
        path = f"{self.bin}:/usr/bin:/bin"
        return {"HOME": str(self.home), "PATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

    def run(self, *words: str) -> str:
        """Run `cinematch` and return what it prints."""
        command = [self.bin / "cinematch", *words]
        done = subprocess.run(command, cwd=self.here, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the source archive of a clean copy, and the wheel that was built from this archive."""
    copy, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("archives")
    for name in (*_PACKAGES, "assets"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=unwanted)
    for name in _FILES:
        shutil.copy(ROOT / name, copy)
    _build("sdist", copy, out)
    (archive,) = out.glob("*.tar.gz")
    shutil.unpack_archive(archive, out / "unpacked", filter="data")
    (unpacked,) = (out / "unpacked").iterdir()
    _build("wheel", unpacked, out)
    return out


def _build(kind: str, sources: Path, out: Path) -> None:
    script = f"from setuptools import build_meta; build_meta.build_{kind}({str(out)!r})"
    done = subprocess.run([sys.executable, "-c", script], cwd=sources, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def place(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The wheel in an environment of its own, which finds its dependencies in that of the tests."""
    root = tmp_path_factory.mktemp("machine")
    made = Place(root / "home", root / "venv" / "bin", root / "elsewhere")
    venv.create(root / "venv", symlinks=True)
    python = made.bin / "python"
    said = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    dependencies = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    # A path alone: the files there that would lead to the repository are read in a site directory only.
    (Path(said.stdout.strip()) / "dependencies.pth").write_text("\n".join(sorted(dependencies)))
    (wheel,) = archives.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install", "--quiet"]
    options = ["--no-deps", "--no-index", "--ignore-installed", "--no-compile"]
    subprocess.run([*pip, *options, str(wheel)], check=True, env={**os.environ, "PYTHONPATH": ""})
    made.home.mkdir()
    # Where somebody works on a program of their own, with a package of the same name.
    (made.here / "core").mkdir(parents=True)
    (made.here / "core" / "__init__.py").write_text("raise ImportError('another program was imported')\n")
    return made


@pytest.fixture(scope="module")
def ratings(place: Place) -> Path:
    """A small table of ratings."""
    rows = [f"{user},{movie},{1 + (user * movie) % 5}" for user in range(1, 31) for movie in range(1, 21) if user % 7]
    file = place.here / "mine.csv"
    file.write_text("\n".join(["who,film,stars", *rows]))
    return file


@pytest.fixture(scope="module")
def url(place: Place, ratings: Path) -> Iterator[str]:
    """Where the installed program serves, from an imported table and trained models."""
    place.run("data", "import", ratings.name, "--columns", "user=who,movie=film,rating=stars")
    place.run("train", "--dataset", "mine", "--algorithms", "popularity,ease", "--no-measure")
    port = free_port()
    log = place.home / "log"
    with log.open("w") as stream:
        command = [place.bin / "cinematch", "serve", "--dataset", "mine", "--port", str(port), "--workers", "1"]
        process = subprocess.Popen(command, cwd=place.here, env=place.env, stdout=stream, stderr=stream)
    try:
        wait_for(lambda: _serves(process, f"http://127.0.0.1:{port}/readyz", log), "the installed program", 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _serves(process: "subprocess.Popen[bytes]", address: str, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        return requests.get(address, timeout=5).status_code < 500
    except requests.ConnectionError:
        return False


def test_the_wheel_carries_what_is_served_and_no_more(archives: Path) -> None:
    (wheel,) = archives.glob("*.whl")
    found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    sources = {
        str(file.relative_to(ROOT))
        for package in _PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if file.is_file()
    }
    assets = {f"dashboard/{file.relative_to(ROOT)}" for file in (ROOT / "assets").rglob("*") if file.is_file()}
    data = {"core/py.typed", "core/profiles/migrations/script.py.mako", "dashboard/api/examples.json"}
    assert found == sources | assets | data


def test_pages_scripts_and_style_sheets_are_served(url: str) -> None:
    page = requests.get(url, timeout=10)
    assert page.status_code == 200
    scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', page.text)
    own = re.findall(r'(?:src|href)="(/_dash-component-suites/cinematch/[^"]+)"', page.text)
    assert scripts
    assert {path.rpartition(".")[2] for path in own} == {"js", "css", "woff2", "ico"}
    for path in (*scripts[:1], *own):
        answer = requests.get(url + path, timeout=10)
        assert (answer.status_code, bool(answer.content)) == (200, True), path
    found = requests.get(f"{url}/api/v1/users/1/recommendations?algorithm=popularity", timeout=10)
    assert found.status_code == 200


def test_everything_is_kept_in_the_users_own_directory(place: Place, url: str) -> None:
    home = place.home / ".local" / "share" / "cinematch"
    if sys.platform == "darwin":
        home = place.home / "Library" / "Application Support" / "cinematch"
    assert (home / "data" / "mine" / "manifest.json").is_file()
    assert (home / "models" / "mine" / "ease" / "manifest.json").is_file()
    assert sorted(file.name for file in place.here.iterdir()) == ["core", "mine.csv"]
    assert sorted(file.name for file in place.home.iterdir() if not file.name.startswith(".")) == ["log"]
