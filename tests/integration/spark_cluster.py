"""A standalone cluster of Spark on this machine: a master and two workers, each a process of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyspark

from tests.servers import ROOT, free_port

_SPARK = Path(pyspark.__file__).parent
_STARTING_S = 60.0
QUICK_JVM = (
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-BytecodeVerificationRemote",
)
"""What makes a virtual machine that lives for seconds start sooner, in two thirds of the CPU time."""


class SparkCluster:
    """Started on entering, stopped on leaving; `master` is its address."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._processes: list[subprocess.Popen[bytes]] = []
        self.master = f"spark://127.0.0.1:{free_port()}"

    def __enter__(self) -> "SparkCluster":
        host = ("--host", "127.0.0.1")
        port = self.master.rpartition(":")[2]
        self._start("master.Master", *host, "--port", port, "--webui-port", "0")
        self._wait("master.Master", "New state: ALIVE")
        for number in range(2):
            work = self._place / f"worker-{number}"
            self._start(
                "worker.Worker",
                *host,
                "--cores",
                "1",
                "--memory",
                "512m",
                "--webui-port",
                "0",
                "--work-dir",
                str(work),
                self.master,
                log=f"worker-{number}",
            )
        # A session waits for them, and starts meanwhile.
        return self

    def __exit__(self, *_: object) -> None:
        children = [
            child for process in self._processes for child in psutil.Process(process.pid).children(recursive=True)
        ]
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(20)
        for child in psutil.wait_procs(children, 10)[1]:
            child.kill()

    def kill_the_executor_of(self, worker: int) -> None:
        """Kill the executor that a Python worker, told by its process id, belongs to, and all its workers."""
        executor = next(one for one in psutil.Process(worker).parents() if one.name() == "java")
        for process in (*executor.children(recursive=True), executor):
            process.send_signal(signal.SIGKILL)
        executor.wait(10)

    def _start(self, role: str, *arguments: str, log: str | None = None) -> None:
        core = next(_SPARK.glob("jars/spark-core_*.jar")).name
        environment = {
            **os.environ,
            "SPARK_HOME": str(_SPARK),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_SCALA_VERSION": core.partition("_")[2].partition("-")[0],
            "PYSPARK_PYTHON": sys.executable,
            "PYTHONPATH": str(ROOT),
        }
        # As spark-class would, but without a virtual machine that only tells how to start this one.
        options = [*QUICK_JVM, "-Xmx128m", "-Dspark.master.rest.enabled=false"]
        command = [_java(), *options, "-cp", f"{_SPARK}/jars/*", f"org.apache.spark.deploy.{role}"]
        with (self._place / f"{log or role}.log").open("wb") as output:
            self._processes.append(
                subprocess.Popen(
                    [*command, *arguments],
                    env=environment,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=self._place,
                )
            )

    def _wait(self, log: str, words: str) -> None:
        file, until = self._place / f"{log}.log", time.monotonic() + _STARTING_S
        while time.monotonic() < until:
            if re.search(words, file.read_text(errors="replace")):
                return
            time.sleep(0.1)
        raise TimeoutError(file.read_text(errors="replace")[-2000:])


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home, "bin", "java")) if home else str(shutil.which("java"))
