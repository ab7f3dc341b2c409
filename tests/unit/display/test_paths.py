"""Messages tell which file is meant, and not where it lies."""

import pytest

from core.display.paths import without_directories


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "There is no trained model at /srv/app/models/toy/svd. Train it.",
            "There is no trained model at toy/svd. Train it.",
        ),
        ("Damaged: /a/b/c/manifest.json (no JSON); /a/d: gone", "Damaged: c/manifest.json (no JSON); a/d: gone"),
        ("'/var/lib/cinematch/cache/jobs' is read-only", "'cache/jobs' is read-only"),
        ("See https://example.org/a/b/c and docs/a/b.md, 3/4 of 5/5/5, and /metrics.", None),
        ("Ask GET /api for more", None),
    ],
)
def test_directories_are_left_out(text: str, told: str | None) -> None:
    assert without_directories(text) == (text if told is None else told)
