"""What is told of the disk adds up: no byte is counted twice."""

import os
from pathlib import Path

from core.service.disk import disk_use
from core.settings import load_settings


def test_files_that_versions_share_are_counted_once_and_copies_are_no_cache(tmp_path: Path) -> None:
    settings = load_settings(dataset="toy", cache_dir=tmp_path / "cache", artifacts_url="s3://bucket/cinematch")
    for version in ("one", "other"):
        (settings.cache_dir / "artifacts" / "toy" / version).mkdir(parents=True)
    copy = settings.cache_dir / "artifacts" / "toy" / "one" / "scores.npy"
    copy.write_bytes(bytes(2_000_000))
    os.link(copy, settings.cache_dir / "artifacts" / "toy" / "other" / "scores.npy")
    (settings.cache_dir / "jobs").write_bytes(bytes(1_000_000))
    assert disk_use(settings, 0).places == {"Published versions": 2.0, "Cache": 1.0}
