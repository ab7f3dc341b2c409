"""What runs CineMatch on several machines: valid by its schema, and of one mind with the program that it runs."""

import configparser
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml

from core.cli import build_app
from core.settings import Settings
from tests.servers import ROOT

COMPOSE = yaml.safe_load((ROOT / "deploy" / "cluster.yaml").read_text())
PLACE = ROOT / "deploy" / "kubernetes"
MANIFESTS = [
    (file.name, document)
    for file in sorted(PLACE.glob("*.yaml"))
    if file.name != "kustomization.yaml"
    for document in yaml.safe_load_all(file.read_text())
]
UNIT = ROOT / "deploy" / "systemd" / "cinematch.service"
OWN = {f"CINEMATCH_{name.upper()}" for name in Settings.model_fields}
OF_THE_STORE = {"AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"}
TOGETHER = {"CINEMATCH_SECRET_KEY", "CINEMATCH_REDIS_URL", "CINEMATCH_DATABASE_URL", "CINEMATCH_ARTIFACTS_URL"}
"""What servers have to agree on."""


def kinds(kind: str) -> list[dict[str, Any]]:
    return [document for _, document in MANIFESTS if document["kind"] == kind]


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("Deployment", "Job"):
        for found in kinds(kind):
            name = found["metadata"].get("name") or found["metadata"]["generateName"]
            yield name, found["spec"]["template"]["spec"]


def commands_in(words: list[str]) -> list[list[str]]:
    """Return what of CineMatch a container runs, each as its words."""
    lines = words[2].split("&&") if words[:2] == ["sh", "-c"] else [shlex.join(words)]
    return [split for line in lines if (split := shlex.split(line))[0] in ("cinematch", "gunicorn")]


def exists(words: list[str]) -> bool:
    """Return whether a command of CineMatch's, with its options, is one."""
    if words[0] == "gunicorn":
        return words[1:] == ["-c", "gunicorn.conf.py", "dashboard.wsgi:server"]
    command: Any = typer.main.get_command(build_app())
    for word in words[1:]:
        if word.startswith("--"):
            if not any(word in (*option.opts, *option.secondary_opts) for option in command.params):
                return False
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return False
            command = command.commands[word]
    return not hasattr(command, "commands")


@pytest.mark.parametrize(
    ("file", "document"), MANIFESTS, ids=lambda value: value if isinstance(value, str) else value["kind"]
)
def test_manifests_are_valid(file: str, document: dict[str, Any]) -> None:
    kubernetes_validate.validate(document, "1.32", strict=True)


def test_a_wrong_manifest_is_found() -> None:
    wrong = {**kinds("PodDisruptionBudget")[0], "spec": {"minAvailible": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.32", strict=True)


def test_the_kustomization_names_what_there_is() -> None:
    named = set(yaml.safe_load((PLACE / "kustomization.yaml").read_text())["resources"])
    # A job is created anew each time.
    assert named | {"training.yaml", "kustomization.yaml"} == {file.name for file in PLACE.glob("*.yaml")}


def test_every_name_that_is_set_exists_and_servers_agree() -> None:
    (configured,) = kinds("ConfigMap")
    told = re.findall(r"--from-literal=(\w+)=", (PLACE / "kustomization.yaml").read_text())
    assert {*configured["data"], *told} <= OWN | OF_THE_STORE
    assert {*configured["data"], *told} >= TOGETHER
    for name, service in COMPOSE["services"].items():
        if service["image"].startswith("cinematch"):
            assert set(service["environment"]) <= OWN | OF_THE_STORE, name
            assert set(service["environment"]) >= TOGETHER, name
    unit = set(re.findall(r"^Environment=(CINEMATCH_\w+)=", UNIT.read_text(), re.MULTILINE))
    assert unit
    assert unit <= OWN


def test_every_command_exists() -> None:
    found = [
        words for _, pod in pods() for container in pod["containers"] for words in commands_in(container["args"])
    ]
    for service in COMPOSE["services"].values():
        command = [word.replace("$$", "$") for word in service.get("command", [])]
        found += commands_in(command) if command else []
    found.append(
        ["cinematch", *re.findall(r"^ExecStart=\S+/cinematch (.*)$", UNIT.read_text(), re.MULTILINE)[0].split()]
    )
    assert len(found) > 8
    assert [words for words in found if not exists(words)] == []
    assert not exists(["cinematch", "artifacts", "posh"])
    assert not exists(["cinematch", "serve", "--train-nothing"])


@pytest.mark.parametrize(("name", "pod"), list(pods()), ids=lambda value: value if isinstance(value, str) else "")
def test_pods_may_do_little_and_take_what_they_say(name: str, pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert "USER 10001:10001" in (ROOT / "Dockerfile").read_text()
    assert pod["automountServiceAccountToken"] is False
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in pod["containers"]:
        assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]
        mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert set(mounted) == volumes
        # What libraries and copies are written to.
        assert {mounted["tmp"], mounted["cache"]} == {"/tmp", "/var/lib/cinematch/cache"}


def test_the_parts_find_each_other() -> None:
    (web,) = (found for found in kinds("Deployment") if found["metadata"]["name"] == "cinematch-web")
    labels = web["spec"]["template"]["metadata"]["labels"]
    (budget,), (scaler,), (ingress,) = (
        kinds("PodDisruptionBudget"),
        kinds("HorizontalPodAutoscaler"),
        kinds("Ingress"),
    )
    services = {found["metadata"]["name"]: found["spec"] for found in kinds("Service")}
    assert services["cinematch-web"]["selector"].items() <= labels.items()
    assert "selector" not in services["cinematch-nobody"]
    assert budget["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert scaler["spec"]["scaleTargetRef"]["name"] == "cinematch-web"
    # A number here would undo the scaler's with each `kubectl apply`.
    assert "replicas" not in web["spec"]
    assert scaler["spec"]["minReplicas"] > budget["spec"]["minAvailable"]
    (container,) = web["spec"]["template"]["spec"]["containers"]
    assert {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")} == {
        "/healthz",
        "/readyz",
    }
    paths = {
        path["path"]: path["backend"]["service"]["name"] for path in ingress["spec"]["rules"][0]["http"]["paths"]
    }
    assert paths == {"/metrics": "cinematch-nobody", "/": "cinematch-web"}
    grace = web["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    # gunicorn's own time for requests under way, after those who send them have heard.
    assert grace > 30 + container["lifecycle"]["preStop"]["sleep"]["seconds"]


def test_compose_has_two_servers_at_the_addresses_that_nginx_knows() -> None:
    services = COMPOSE["services"]
    addresses = [services[name]["networks"]["default"]["ipv4_address"] for name in ("web-1", "web-2")]
    assert services["nginx"]["extra_hosts"] == [f"app:{address}" for address in addresses]
    subnet = ip_network(
        re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", COMPOSE["networks"]["default"]["ipam"]["config"][0]["subnet"])
    )
    plain = [ip_address(re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", address)) for address in addresses]
    assert len(set(plain)) == 2
    assert all(address in subnet for address in plain)
    # Who has none of its own gets none of theirs.
    others = ip_network(
        re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", COMPOSE["networks"]["default"]["ipam"]["config"][0]["ip_range"])
    )
    assert others.subnet_of(subnet)
    assert not any(address in others for address in plain)
    assert "server app:8050 fail_timeout=2s;" in (ROOT / "deploy" / "nginx.conf").read_text()
    for name, service in services.items():
        assert service["mem_limit"], name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        for volume in service.get("volumes", []):
            assert volume.startswith("./") or volume.split(":")[0] in COMPOSE["volumes"], name
    one, two = (set(services[name]["volumes"]) for name in ("web-1", "web-2"))
    shared = {volume.split(":")[1] for volume in one & two}
    assert [Path(services[name]["environment"]["CINEMATCH_API_KEYS_FILE"]).parent for name in ("web-1", "web-2")] == [
        *map(Path, shared)
    ] * 2
    assert {volume.split(":")[1] for volume in one ^ two} == {"/var/lib/cinematch/cache"}
    # It makes a directory for certificates in its home, or ends.
    assert services["store"]["environment"]["HOME"] in services["store"]["tmpfs"]
    # Of Celery's messages none may be thrown away.
    assert "noeviction" in services["redis"]["command"]


def test_spark_trains_on_what_all_of_its_machines_see() -> None:
    services = {name: found for name, found in COMPOSE["services"].items() if name.startswith("spark-")}
    assert {name: found["profiles"] for name, found in services.items()} == {name: ["spark"] for name in services}
    master = re.findall(r"--host (\S+)", " ".join(services["spark-master"]["command"]))
    trainer = services["spark-trainer"]["command"][2]
    assert re.findall(r"--master spark://([^:]+):7077", trainer) == master == ["spark-master"]
    (place,) = set(re.findall(r"--parquet (\S+)", trainer))
    for name in ("spark-worker-1", "spark-worker-2", "spark-trainer"):
        mounted = [volume.split(":")[1] for volume in services[name]["volumes"] if volume.startswith("parquet:")]
        assert len(mounted) == 1, name
        assert place.startswith(mounted[0] + "/")
    assert services["spark-worker-1"]["command"][2] == "spark://spark-master:7077"
    arguments = services["spark-master"]["build"]["args"]
    assert "pyspark==" in (ROOT / arguments["LOCK"]).read_text()
    assert arguments["LOCK"] in (ROOT / ".dockerignore").read_text()


def test_the_unit_can_be_read_and_names_what_there_is(tmp_path: Path) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(UNIT.read_text())
    assert unit.sections() == ["Unit", "Service", "Install"]
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert service["ExecStart"].startswith("/opt/cinematch/bin/cinematch serve")
    assert int(service["TimeoutStopSec"]) > 30
    assert service["ProtectSystem"] == "strict"
    if (analyzer := shutil.which("systemd-analyze")) is not None:
        # The program is installed later than the unit is checked.
        copy = tmp_path / UNIT.name
        copy.write_text(UNIT.read_text().replace("/opt/cinematch/bin/cinematch", "/bin/true"))
        done = subprocess.run([analyzer, "verify", copy], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_what_one_machine_can_be_told_several_can() -> None:
    alone = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["app"]["environment"]
    assert set(alone) <= set(COMPOSE["services"]["web-1"]["environment"])
