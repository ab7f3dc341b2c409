"""A session of Spark whose Python workers run what this process runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core import errors
from core.errors import CineMatchError, ConfigurationError, SparkError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["MASTER", "spark_session"]

MASTER = "local[*]"
_OLDEST_JAVA = 17
_HERE = ("127.0.0.1", "localhost", "")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_SCHEDULER = "org.apache.spark.scheduler.TaskSchedulerImpl"
_DEEP_STACK = "-Xss16m"
_PASSED_ON = ("PYTHONPATH", "CINEMATCH_CACHE_DIR", "NUMBA_CACHE_DIR")


@contextmanager
def spark_session(master: str | None = None, settings: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """Yield a session, which is stopped afterwards.

    Where one is there already, as in a notebook, its cluster is used, whatever `master` and `settings` say, and it is
    left as it is.

    Parameters
    ----------
    master : str, optional
        As Spark spells it, ``spark://host:7077``, ``yarn``, ``k8s://...``; by default all processors of this machine.
    settings : mapping of str, optional
        Spark's own, such as ``spark.executor.memory``, which win over those made here.

    Raises
    ------
    ConfigurationError
        Where pyspark, pyarrow or Java is not installed.
    SparkError
        Where no session can be had, or Spark gives up on a job meanwhile.
    CineMatchError
        What a worker raised of our own.
    """
    _check_installed()
    with warnings.catch_warnings():
        # No frame of pandas goes through it here.
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
        with _session(master or MASTER, settings or {}) as session:
            yield session


@contextmanager
def _session(master: str, settings: Mapping[str, str]) -> Iterator[SparkSession]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    # Executors start their workers by this name, the driver's own interpreter where they share a file system.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    before = SparkSession.getActiveSession()
    try:
        session = _beside(before) if before else _started(master, settings)
    except (PySparkException, Py4JError, OSError) as error:
        raise SparkError(
            f"No session of Spark at {master}: {_first_line(error)} Check that its master runs and can be reached."
        ) from error
    try:
        yield session
    except (PySparkException, Py4JError, ConnectionError) as error:
        raise _raised_by_a_worker(error) or _given_up(error) from error
    finally:
        if before is None:
            # A virtual machine that is gone, as the error says by now, has nothing left to stop.
            with suppress(Py4JError, ConnectionError):
                session.stop()


def _given_up(error: BaseException) -> SparkError:
    """Return what ended a job, with what to do about it."""
    if re.search(r"FileSystem not found|No FileSystem for scheme", str(error)):
        return SparkError(
            f"Spark has no file system for that address: {_first_line(error)} Hand it the jar with `--spark-conf "
            "spark.jars.packages=...` (docs/SPARK.md), or name a directory that all machines share."
        )
    return SparkError(
        f"Spark gave up: {_first_line(error)} Look at the workers' logs: they need CineMatch, the same minor version "
        "of Python, and memory (`--spark-conf spark.executor.memory=...`, or spark.driver.memory where it was the "
        "driver)."
    )


def _raised_by_a_worker(error: BaseException) -> CineMatchError | None:
    """Return the error of ours with which a task ended, which travels as the last line of a traceback."""
    found = re.search(r"core\.errors\.(\w+): (.+)", str(error))
    kind = getattr(errors, found[1], None) if found else None
    return kind(found[2]) if found and isinstance(kind, type) and issubclass(kind, CineMatchError) else None


def _check_installed() -> None:
    missing = [name for name in ("pyspark", "pyarrow") if find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"Spark needs {' and '.join(missing)}, which this installation lacks. Install the extra: "
            "pip install 'cinematch[spark]'."
        )
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    remedy = "Install Java 17 or 21 (Debian: apt-get install openjdk-17-jre-headless), or set JAVA_HOME to one."
    try:
        said = subprocess.run([java or "java", "-version"], capture_output=True, text=True, check=True).stderr  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigurationError(f"Spark needs Java, and none answers here ({error}). {remedy}") from error
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < _OLDEST_JAVA:
        raise ConfigurationError(f"Spark needs Java {_OLDEST_JAVA} or newer, not {said.splitlines()[0]}. {remedy}")


def _beside(other: SparkSession) -> SparkSession:
    """Return a session of the same cluster with settings of its own."""
    session = other.newSession()
    session.conf.set("spark.sql.adaptive.enabled", "false")
    return session


def _started(master: str, settings: Mapping[str, str]) -> SparkSession:
    from pyspark.sql import SparkSession

    made = {
        "spark.app.name": "cinematch",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        # Blocks of users and tiles of movies are cut to size here.
        "spark.sql.adaptive.enabled": "false",
        # What a sweep of least squares came from is unpacked by recursion, too deep for the usual stack after ten.
        "spark.driver.defaultJavaOptions": _DEEP_STACK,
        "spark.executor.defaultJavaOptions": _DEEP_STACK,
        **{f"spark.executorEnv.{name}": "1" for name in _ONE_THREAD},
        **{f"spark.executorEnv.{name}": os.environ[name] for name in _PASSED_ON if name in os.environ},
    }
    if master.startswith("local") or (urlsplit(master).hostname or "none") in _HERE:
        made |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    builder = SparkSession.builder.master(master)
    for name, value in {**made, **settings}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    # It says here that no worker has room for a job, and would go on waiting in silence.
    machine: Any = session.sparkContext._jvm
    log4j = machine.org.apache.logging.log4j
    log4j.core.config.Configurator.setLevel(_SCHEDULER, log4j.Level.WARN)
    return session


def _first_line(error: BaseException) -> str:
    lines = [line.strip(" :") for line in str(error).splitlines() if line.strip()]
    # Of a failed job the last line of the worker's traceback tells what it was.
    told = [line for line in lines if re.match(r"(Caused by: )?[\w.]*(Error|Exception)\b", line)]
    line = (told or lines or [type(error).__name__])[-1 if told else 0]
    return line if line.endswith(".") else f"{line}."
