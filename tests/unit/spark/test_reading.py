"""Places as Spark spells them."""

import pytest

from core.spark.reading import readable, spark_path


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("file:///a%20b/c%23", "file:///a b/c#"),
        ("/a b/50%", "file:///a b/50%"),
        ("s3://bucket/lists", "s3a://bucket/lists"),
        ("hdfs://host/lists", "hdfs://host/lists"),
    ],
)
def test_a_path_is_no_url(place, path):
    assert spark_path(place) == path


def test_a_relative_path_is_one_of_the_directory_one_stands_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert spark_path("exports/toy") == f"file://{tmp_path.resolve()}/exports/toy"


def test_what_would_be_a_pattern_is_read_as_it_stands():
    assert readable("file:///a[1]/{b}*") == r"file:///a\[1\]/\{b\}\*"
