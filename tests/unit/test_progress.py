"""Work reports how far it is, and parts of it report as parts."""

from core.progress import part_of, silent


def test_a_part_fills_its_share_of_the_whole() -> None:
    heard: list[tuple[float, str]] = []
    part = part_of(lambda share, text: heard.append((share, text)), 0.5, 1.0, "svd: ")
    inner = part_of(part, 0.0, 0.5, "fold 1, ")
    part(-1.0, "before")
    inner(0.5, "half")
    inner(1.0, "done")
    part(7.0, "after")
    assert heard == [
        (0.5, "svd: before"),
        (0.625, "svd: fold 1, half"),
        (0.75, "svd: fold 1, done"),
        (1.0, "svd: after"),
    ]


def test_silent_says_nothing(capsys) -> None:
    part_of(silent, 0.0, 1.0)(0.5, "half")
    assert capsys.readouterr() == ("", "")
