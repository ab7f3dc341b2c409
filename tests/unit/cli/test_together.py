"""`cinematch recommend` for several people."""

import pytest


@pytest.fixture(autouse=True)
def trained(run):
    assert run("train", "--no-measure").code == 0


def test_several_users_are_a_group(run):
    found = run("recommend", "--user", "1", "--user", "5", "-n", "3", "--json").json
    assert found["method"] == "average"
    assert [viewer["user_id"] for viewer in found["members"]] == [1, 5]
    assert all(len(item["members"]) == 2 for item in found["items"])


def test_ratings_join_the_group_and_everybodys_stars_are_shown(run):
    done = run("recommend", "--user", "1", "--rate", "10=5", "--group", "least-misery", "-n", "3")
    assert done.code == 0
    for words in ("user 1, you on toy, least-misery", "The Film", "pleased least"):
        assert words in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--user", "1", "--group", "average"), "2 to 5 viewers, not 1"),
        (("--user", "1", "--user", "1"), "User 1 is in the group twice"),
        (("--user", "1", "--user", "2", "--include-rated"), "nobody of it has rated"),
        (("--user", "1", "--group", "dictator"), "least-misery"),
        (("--user", "1", "--rate", "10=5"), "either --user ID or at least one"),
    ],
)
def test_what_is_no_group_is_refused(run, words, message):
    done = run("recommend", *words)
    assert done.code == 2
    assert message in done.err
