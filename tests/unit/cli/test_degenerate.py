"""Data from which hardly anything can be learned: what can be trained is, and what was left out is said."""

from pathlib import Path

import pytest

_COLUMNS = "user=u,movie=m,rating=r"
_TABLES = {
    "one film": [(user, 1, 4) for user in range(30)],
    "one rating each": [(user, user % 7, 1 + user % 5) for user in range(40)],
    "equal ratings": [(user, film, 4) for user in range(12) for film in range(8) if (user + film) % 3],
    "one rating": [(1, 1, 4)],
}


@pytest.mark.parametrize("name", _TABLES)
def test_what_can_be_trained_is_and_the_rest_is_said(run, home: Path, name: str) -> None:
    rows = [f"{user},{film},{stars}" for user, film, stars in _TABLES[name]]
    (home / "r.csv").write_text("\n".join(["u,m,r", *rows]) + "\n")
    assert run("data", "import", "r.csv", "--name", "odd", "--columns", _COLUMNS).code == 0
    done = run("train", "--dataset", "odd", "--algorithms", "popularity,svd,ease")
    assert done.code == 0, done.err
    assert "Warning" not in done.err
    stored = {path.parent.name for path in (home / "models_dir" / "odd").glob("*/manifest.json")}
    told = done.out + done.err
    assert "popularity" in stored
    assert all(key in stored or key in told for key in ("svd", "ease"))
    if name != "equal ratings":
        assert "not measured" in told
    listed = run("recommend", "--dataset", "odd", "--rate", "1=4", "--algorithm", "popularity")
    assert listed.code == 0, listed.err


def test_a_split_by_time_without_times_is_refused(run, home: Path) -> None:
    rows = [f"{user},{film},{1 + film % 5}" for user in range(9) for film in range(8)]
    (home / "r.csv").write_text("\n".join(["u,m,r", *rows]) + "\n")
    assert run("data", "import", "r.csv", "--name", "odd", "--columns", _COLUMNS).code == 0
    for split in ("leave-last", "temporal"):
        done = run(
            "evaluate", "--dataset", "odd", "--algorithms", "popularity", "--protocol", "ranking", "--split", split
        )
        assert done.code == 2
        assert "odd has no timestamps" in done.err
