"""What is installed is listed, and no secret is in the repository."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

PROGRAMS = Path(sys.executable).parent


def test_the_bill_of_materials_lists_all_that_is_locked(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    # As `make sbom` does it, and from the same file that the image is made of.
    recipe = makefile.split("\nsbom:")[1].split("\n\n")[0].replace("\\\n", " ")
    words = recipe.split("cyclonedx-py ")[1].replace("build/sbom.cdx.json", str(tmp_path / "sbom.json")).split()
    subprocess.run([PROGRAMS / "cyclonedx-py", *words], cwd=ROOT, check=True, capture_output=True)
    found = json.loads((tmp_path / "sbom.json").read_text())
    assert found["bomFormat"] == "CycloneDX"
    locked = (ROOT / "requirements.lock").read_text()
    pinned = set(re.findall(r"^([\w.-]+)==(\S+)", locked, re.MULTILINE))
    assert {(one["name"], one["version"]) for one in found["components"]} == pinned
    hashes = {digest["content"] for one in found["components"] for digest in one["externalReferences"][0]["hashes"]}
    assert hashes == set(re.findall(r"sha256:([0-9a-f]{64})", locked))
    assert "requirements.lock" in words


def test_the_image_holds_its_bill_of_materials() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "--requirement requirements-sbom.lock" in dockerfile
    assert "COPY --from=build /opt/sbom.cdx.json /usr/share/doc/cinematch/sbom.cdx.json" in dockerfile


# Put together here, so that they are none where they stand.
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("key = '" + "AKIA" + "IOSFODNN7EXAMPLX" + "'", True),
        ("-----BEGIN " + "RSA PRIVATE KEY-----", True),
        ("url = 'postgresql://cinematch:" + "Tr0ub4dor" + "@db/cinematch'", True),
        ("token = 'ghp_" + "a1B2" * 9 + "'", True),
        ("url = 'postgresql://user:password@host/database'", False),
        ("secret_key = load_settings().secret_key", False),
    ],
)
def test_secrets_are_found_and_examples_are_none(tmp_path: Path, text: str, found: bool) -> None:
    file = tmp_path / "settings.py"
    file.write_text(text + "\n")
    command = [PROGRAMS / "detect-secrets-hook", "--no-verify", "--baseline", ROOT / ".secrets.baseline", file]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == int(found), done.stdout + done.stderr
