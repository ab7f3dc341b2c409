"""The container's files: they lint, agree with each other, and prepare an empty volume exactly once."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

from core.settings import Settings
from tests.servers import ROOT

ENTRYPOINT = ROOT / "deploy" / "entrypoint.sh"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())

# Stands for `cinematch`: writes down what it was asked and does as little as possible of it.
STAND_IN = """#!/bin/sh
echo "$$ begin $*" >> "$CALLS"
sleep "${SLOWNESS:-0}"
case "$1 $2" in
  "data fetch") mkdir -p "$CINEMATCH_DATA_DIR/$3"; echo '{}' > "$CINEMATCH_DATA_DIR/$3/manifest.json" ;;
  "train --missing") [ -z "${TRAINING_FAILS:-}" ] || exit 1 ;;
esac
echo "$$ end $*" >> "$CALLS"
"""


@pytest.fixture
def volume(tmp_path: Path) -> dict[str, str]:
    """An environment in which `cinematch` and `gunicorn` are stand-ins."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("cinematch", STAND_IN), ("gunicorn", '#!/bin/sh\necho "serving $*"\n')):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "CINEMATCH_DATA_DIR": str(tmp_path / "data"),
        "CINEMATCH_DATASET": "ml-1m",
    }


def start(env: Mapping[str, str], *command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [str(ENTRYPOINT), *command], env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def calls(env: Mapping[str, str], word: str = "begin") -> list[str]:
    path = Path(env["CALLS"])
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.split(f" {word} ")[1] for line in lines if f" {word} " in line]


def test_the_dockerfile_passes_its_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    ended = subprocess.run(
        [linter, "--failure-threshold", "info", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_entrypoint_prepares_once_and_then_serves(volume: dict[str, str]) -> None:
    first = finish(start(volume, "gunicorn", "-c", "x"))
    assert first == (0, "serving -c x\n", "")
    assert calls(volume) == ["data fetch ml-1m", "train --missing"]
    assert finish(start(volume, "gunicorn"))[0] == 0
    assert calls(volume) == ["data fetch ml-1m", "train --missing", "train --missing"]


def test_a_server_of_published_models_prepares_nothing(volume: dict[str, str]) -> None:
    env = {**volume, "CINEMATCH_ARTIFACTS_URL": "s3://bucket/cinematch"}
    assert finish(start(env, "gunicorn")) == (0, "serving \n", "")
    assert calls(volume) == []


def test_other_commands_prepare_nothing(volume: dict[str, str]) -> None:
    assert finish(start(volume, "cinematch", "memory")) == (0, "", "")
    assert calls(volume) == ["memory"]


def test_two_containers_on_one_volume_take_turns(volume: dict[str, str]) -> None:
    slow = {**volume, "SLOWNESS": "0.3"}
    first = start(slow, "gunicorn")
    deadline = time.monotonic() + 10
    while not calls(slow) and time.monotonic() < deadline:
        time.sleep(0.01)
    second = start(slow, "gunicorn")
    outcomes = [finish(first), finish(second)]
    assert [outcome[0] for outcome in outcomes] == [0, 0]
    assert "Another container is preparing" in outcomes[1][2]
    assert calls(slow).count("data fetch ml-1m") == 1
    lines = Path(slow["CALLS"]).read_text().splitlines()
    # Never two at a time: each call ends before the next begins.
    assert [line.split()[1] for line in lines] == ["begin", "end"] * 3


def test_a_container_that_was_killed_does_not_block_the_next(volume: dict[str, str]) -> None:
    first = start({**volume, "SLOWNESS": "1"}, "gunicorn")
    while not calls(volume):
        time.sleep(0.01)
    first.kill()
    first.communicate()
    code, _, _ = finish(start(volume, "gunicorn"))
    assert code == 0


def test_what_was_trained_is_served_when_not_all_could_be(volume: dict[str, str]) -> None:
    code, out, err = finish(start({**volume, "TRAINING_FAILS": "yes"}, "gunicorn"))
    assert (code, out) == (0, "serving \n")
    assert "Not every model could be trained" in err


def test_a_failed_fetch_does_not_start_a_server_without_data(volume: dict[str, str]) -> None:
    stand_in = Path(volume["PATH"].split(":")[0]) / "cinematch"
    stand_in.write_text("#!/bin/sh\nexit 1\n")
    code, out, _ = finish(start(volume, "gunicorn"))
    assert code != 0
    assert "serving" not in out


def test_what_the_image_copies_is_let_through_and_exists() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from=" not in line
        for source in line.split()[1:-1]
    }
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_does_not_run_as_root_and_is_checked_for_readiness() -> None:
    last_stage = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last_stage, re.MULTILINE)
    assert "/readyz" in last_stage.split("HEALTHCHECK")[1]
    assert '"tini"' in last_stage.split("ENTRYPOINT")[1]
    assert "--require-hashes" in DOCKERFILE
    assert DOCKERFILE.count("${BASE_IMAGE}") == 2


def test_a_container_that_is_made_anew_has_the_address_that_nginx_knows() -> None:
    # nginx resolves the names of an upstream once, when it starts.
    address = COMPOSE["services"]["app"]["networks"]["default"]["ipv4_address"]
    subnet = COMPOSE["networks"]["default"]["ipam"]["config"][0]["subnet"]
    plain = [re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", text) for text in (address, subnet)]
    assert ip_address(plain[0]) in ip_network(plain[1])
    assert "server app:8050 fail_timeout=2s;" in (ROOT / "deploy" / "nginx.conf").read_text()


def test_compose_sets_only_variables_that_exist_and_limits_memory() -> None:
    app = COMPOSE["services"]["app"]
    known = {f"CINEMATCH_{name.upper()}" for name in Settings.model_fields}
    assert set(app["environment"]) <= known
    assert app["environment"]["CINEMATCH_TRUSTED_PROXIES"] == "1"
    for service in COMPOSE["services"].values():
        assert service["mem_limit"]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    assert "server app:8050 fail_timeout=2s;" in (ROOT / "deploy" / "nginx.conf").read_text()
    assert app["expose"] == ["8050"]


def test_what_libraries_write_goes_where_a_read_only_image_allows_it() -> None:
    found = dict(re.findall(r"(\w+_(?:DIR|FOLDER))=(\S+)", DOCKERFILE.split("\nFROM ")[-1]))
    # Numba compiles kernels there, and Surprise makes its folder when it is imported.
    assert {"NUMBA_CACHE_DIR", "SURPRISE_DATA_FOLDER"} <= found.keys()
    assert all(path.startswith(("/var/lib/cinematch/", "/tmp/")) for path in found.values())
