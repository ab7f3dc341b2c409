"""A standalone cluster of Spark on this machine: a master and two workers, each a process of its own."""

import os
import re
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
        for number in range(2):
            self._wait(f"worker-{number}", "Successfully registered")
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

    def executors(self) -> list[psutil.Process]:
        """Return the processes that run tasks."""
        found = []
        for process in self._processes[1:]:
            for child in psutil.Process(process.pid).children(recursive=True):
                try:
                    if "CoarseGrainedExecutorBackend" in " ".join(child.cmdline()):
                        found.append(child)
                except psutil.NoSuchProcess:
                    continue
        return found

    def kill_an_executor(self) -> int:
        """Kill one that runs tasks, with its Python workers; return its process id."""
        executor = self.executors()[0]
        for process in (*executor.children(recursive=True), executor):
            process.send_signal(signal.SIGKILL)
        executor.wait(10)
        return executor.pid

    def _start(self, role: str, *arguments: str, log: str | None = None) -> None:
        environment = {
            **os.environ,
            "SPARK_HOME": str(_SPARK),
            "SPARK_NO_DAEMONIZE": "1",
            "SPARK_DAEMON_MEMORY": "128m",
            "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
            "PYTHONPATH": str(ROOT),
        }
        with (self._place / f"{log or role}.log").open("wb") as output:
            self._processes.append(
                subprocess.Popen(
                    [str(_SPARK / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}", *arguments],
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
