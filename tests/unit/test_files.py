"""A file or a directory is replaced as a whole or not at all."""

import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from core.files import replace_dir, scratch_dir, standing_dir, sweep, write_atomically


@pytest.mark.parametrize("content", [b"\x00new\r\n", "neu: ä\r\n"])
def test_a_file_is_written_as_it_is(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "deep" / "file"
    assert write_atomically(path, content) == path
    assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert [found.name for found in path.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_permission_bits_are_kept(tmp_path: Path, mode: int) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.touch()
    folder.mkdir()
    for path in (file, folder):
        path.chmod(mode)
    write_atomically(file, "new")
    with replace_dir(folder):
        pass
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, folder)] == [mode, mode]


def test_a_new_file_has_the_bits_that_the_process_gives(tmp_path: Path) -> None:
    former = os.umask(0o027)
    try:
        write_atomically(tmp_path / "file", "new")
    finally:
        os.umask(former)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "file")
    write_atomically(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "file").read_text() == "new"


def test_what_is_no_regular_file_is_written_to() -> None:
    script = "from core.files import write_atomically; write_atomically('/dev/stdout', 'through the pipe')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "through the pipe"


def test_an_error_leaves_the_old_and_no_rest(tmp_path: Path) -> None:
    write_atomically(tmp_path / "folder" / "file", "old")
    work = replace_dir(tmp_path / "folder")
    (work.__enter__() / "file").write_text("half")
    stopped = KeyboardInterrupt()
    assert not work.__exit__(KeyboardInterrupt, stopped, None)
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "folder", "a file in place of a directory")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert (tmp_path / "folder" / "file").read_text() == "old"


_SAVED_BY_MANY = """
    import sys
    from pathlib import Path
    from core.files import replace_dir

    for number in range(60):
        with replace_dir(Path(sys.argv[1])) as staging:
            (staging / "a").write_text("x")
"""


def test_writers_of_one_directory_at_once_all_succeed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(_SAVED_BY_MANY), str(tmp_path / "kept")]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4, said
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_sweep_removes_what_killed_writers_of_any_name_left(tmp_path: Path) -> None:
    for name in (".one.0a1b2c3d.tmp", ".two.0a1b2c3d.tmp", "kept.superseded", "alone.superseded", "kept"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (0, 0))
    with replace_dir(tmp_path / "three") as written:
        os.utime(written, (0, 0))
        sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.superseded", "kept", "three"]


# Ends a writer at one line of core/files.py after the other, as a kill or a power cut would, until one comes through.
_KILLED_AT_EVERY_LINE = """
    import itertools, os, sys
    from pathlib import Path
    import core.files
    from core.files import replace_dir, standing_dir, write_atomically

    kind, place = sys.argv[1], Path(sys.argv[2])
    os.fsync = lambda descriptor: None  # a kill loses nothing that was written
    path = place / "kept"
    OLD, NEW = "old" * 10_000, "new" * 20_000

    def write(text):
        if kind == "file":
            write_atomically(path, text)
        else:
            with replace_dir(path) as staging:
                for name in "ab":
                    (staging / name).write_text(text)

    def read():
        if kind == "file":
            return path.read_text()
        texts = {file.read_text() for file in standing_dir(path).iterdir()}
        return texts.pop() if len(texts) == 1 else texts

    def killed_at(line):
        count = itertools.count()
        def trace(frame, event, argument):
            if frame.f_code.co_filename == core.files.__file__ and event == "line" and next(count) == line:
                os._exit(9)
            return trace
        sys.settrace(trace)

    seen = []
    for line in itertools.count():
        write(OLD)
        if (child := os.fork()) == 0:
            killed_at(line)
            write(NEW)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        content = read()
        assert content in (OLD, NEW), (line, content)
        seen.append(content == NEW)
        for left in place.glob(".kept.*.tmp"):
            os.utime(left, (0, 0))
        write(OLD)
        assert read() == OLD
        assert [found.name for found in place.iterdir()] == ["kept"], line
        if status == 0:
            break
    assert len(seen) > 20 and seen == sorted(seen) and seen[-1], seen
"""


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_a_writer_killed_at_any_line_leaves_the_old_or_the_new(tmp_path: Path, kind: str) -> None:
    script = textwrap.dedent(_KILLED_AT_EVERY_LINE)
    done = subprocess.run(
        [sys.executable, "-c", script, kind, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_rest_of_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    with replace_dir(path) as slow:
        os.utime(slow, (0, 0))
        with replace_dir(path) as fast:
            (fast / "by").write_text("the fast one")
        assert slow.is_dir()
        (slow / "by").write_text("the slow one")
    assert (path / "by").read_text() == "the slow one"


def test_what_only_looks_like_a_rest_is_left_alone(tmp_path: Path) -> None:
    names = [".other.0a1b2c3d.tmp", ".kept.notes.tmp", "kept.0a1b2c3d.tmp"]
    for name in names:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    write_atomically(tmp_path / "kept", "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, "kept"])


def test_both_reach_the_disk_before_they_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    sync, replace, rename = os.fsync, Path.replace, Path.rename

    def _synced(descriptor: int) -> None:
        events.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name.split('.')[-1]}")
        sync(descriptor)

    def _shown(move):
        def moved(self: Path, target: Path) -> Path:
            events.append("show")
            return move(self, target)

        return moved

    monkeypatch.setattr("core.files.os.fsync", _synced)
    monkeypatch.setattr(Path, "replace", _shown(replace))
    monkeypatch.setattr(Path, "rename", _shown(rename))
    write_atomically(tmp_path / "file", "new")
    assert events == ["sync tmp", "show", f"sync {tmp_path.name}"]
    events.clear()
    with replace_dir(tmp_path / "folder") as staging:
        (staging / "inner").touch()
    assert events == ["sync inner", "sync tmp", "show", f"sync {tmp_path.name}"]


def test_the_former_directory_stands_in_between_two_renames(tmp_path: Path) -> None:
    assert standing_dir(tmp_path / "kept") == tmp_path / "kept"
    (tmp_path / "kept.superseded").mkdir()
    assert standing_dir(tmp_path / "kept") == tmp_path / "kept.superseded"
    (tmp_path / "kept").mkdir()
    assert standing_dir(tmp_path / "kept") == tmp_path / "kept"


def test_a_scratch_directory_goes_with_its_block_or_with_the_next_of_its_name(tmp_path: Path) -> None:
    left = tmp_path / ".order.0123abcd.tmp"
    left.mkdir()
    os.utime(left, (0, 0))
    with scratch_dir(tmp_path, "order") as one:
        os.utime(one, (0, 0))
        with scratch_dir(tmp_path, "order") as other:
            assert {one, other} == set(tmp_path.iterdir())
        (one / "file").touch()
    assert list(tmp_path.iterdir()) == []
