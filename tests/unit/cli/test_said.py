"""Sentences and tags on the command line."""

import pytest


@pytest.fixture
def trained(run):
    assert run("train", "--no-measure").code == 0
    return run


def test_a_sentence_makes_a_list_and_its_reading_is_told(trained):
    told = trained("recommend", "--say", "like film 7 but bewildering, since 1960", "-n", "5")
    assert told.code == 0, told.err
    assert "Understood: like The Film 7; from 1960 on. Not understood: bewildering." in told.out
    found = trained("recommend", "--user", "1", "--say", "like film 7", "--json").json
    assert found["reading"]["parts"][0]["value"] == "80"
    assert found["wish"]["closeness"] == 0.4


def test_tags_filter_steer_and_are_listed(trained):
    assert "heist" in trained("tags", "hei").out
    assert trained("tags", "--json").json["items"][0]["films"] == 1
    only = trained("recommend", "--user", "1", "--tags", "fun", "--include-rated", "--json").json
    assert [item["movie_id"] for item in only["items"]] == [10]
    near = ("--near-tags", "heist", "--closeness", "1", "--include-rated")
    assert trained("recommend", "--user", "1", *near, "--json").json["items"][0]["movie_id"] == 20
    assert trained("recommend", "--user", "1", "--near-tags", "heist").code == 2
    assert trained("recommend", "--user", "1", "--user", "2", "--say", "funny").code == 2


def test_a_rating_that_does_not_count_changes_the_list_and_the_reason(run, monkeypatch):
    monkeypatch.setenv("CINEMATCH_ALGORITHMS", "ease")
    assert run("train", "--no-measure").code == 0
    rated, ease = ("--rate", "10=5", "--rate", "20=1"), ("--algorithm", "ease", "--json")
    one = run("recommend", "--rate", "20=1", "--exclude", "10", *ease).json
    assert run("recommend", *rated, "--without", "10", *ease).json["items"] == one["items"]
    assert run("recommend", *rated, *ease).json["items"] != one["items"]
    why = ("explain", "--movie", "30", *ease)
    assert run(*why, *rated, "--without", "10").json["score"] == run(*why, "--rate", "20=1").json["score"]
    assert run("recommend", *rated, "--without", "30", *ease).code == 2
    assert run("recommend", "--say", "like film 7", "--without", "30").code == 2
    assert run("recommend", "--user", "1", "--user", "2", "--without", "10").code == 2
