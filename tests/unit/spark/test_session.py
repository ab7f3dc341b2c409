"""Without Spark or Java the error says what to install; without being asked for, nothing of Spark is loaded."""

import subprocess
import sys

import pytest

from core.cli import main
from core.errors import ConfigurationError, DataError
from core.recommenders.popularity import Popularity
from core.spark import session
from core.spark.session import spark_session
from core.store.artifact import save_model
from core.testing.toy import toy_dataset


def test_a_missing_package_is_named_with_the_extra(monkeypatch):
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"pyspark and pyarrow.*cinematch\[spark\]"), spark_session():
        pass


def test_missing_java_is_named_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="openjdk-17-jre-headless"), spark_session():
        pass


def test_an_old_java_is_refused(monkeypatch, tmp_path):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="Java 17 or newer, not openjdk version"), spark_session():
        pass


def _refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_wrong_usage_is_refused_before_anything_starts(monkeypatch, capsys, tmp_path):
    data = toy_dataset()
    data.save(tmp_path / "data" / data.name)
    save_model(Popularity().fit(data), tmp_path / "models" / data.name / "popularity")
    monkeypatch.setenv("CINEMATCH_DATASET", data.name)
    monkeypatch.setenv("CINEMATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CINEMATCH_MODELS_DIR", str(tmp_path / "models"))
    assert "Choose local or spark" in _refused(capsys, "train", "--engine", "dask")
    assert "add `--engine spark`" in _refused(capsys, "train", "--master", "spark://host:7077")
    assert "Spark does not fit 'hybrid'" in _refused(capsys, "train", "--engine", "spark", "--algorithms", "hybrid")
    wrong = ("train", "--engine", "spark", "--algorithms", "als", "--spark-conf", "memory")
    assert "spark.executor.memory=4g" in _refused(capsys, *wrong)
    jobs = ("train", "--engine", "spark", "--algorithms", "als", "--jobs", "2", "--with-feedback")
    assert "--jobs is for this machine" in _refused(capsys, *jobs)
    assert "something at" in _refused(capsys, "batch", "-o", str(tmp_path), "--algorithm", "popularity")
    assert "writes to directories" in _refused(capsys, "batch", "-o", "s3://lists/today", "--algorithm", "popularity")


def test_without_spark_nothing_of_it_is_imported():
    code = (
        "import sys, core.cli, core.commands.learning, core.service.cinematch, dashboard.app\n"
        "core.cli.build_app()\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('pyspark', 'pyarrow', 'py4j')"
        " or name.startswith('core.spark')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_an_error_of_ours_that_a_worker_raised_is_told_as_such():
    said = (
        "Py4JJavaError: ...\nTraceback (most recent call last):\ncore.errors.DataError: Export it again.\n\tat java"
    )
    found = session._raised_by_a_worker(RuntimeError(said))
    assert type(found) is DataError
    assert str(found) == "Export it again."
    for other in ("ValueError: core is broken", "core.errors.Nothing: at all"):
        assert session._raised_by_a_worker(RuntimeError(other)) is None


def test_an_address_without_a_file_system_is_told_from_workers_that_gave_up():
    missing = "Caused by: java.lang.ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found"
    assert "spark.jars.packages" in str(session._given_up(RuntimeError(missing)))
    assert "spark.executor.memory" in str(session._given_up(RuntimeError("java.lang.OutOfMemoryError: heap")))
