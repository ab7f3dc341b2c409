"""Commands that workers run: training, tuning and measuring, ordered on any machine that reaches Redis.

`cinematch queue train --missing` becomes this module: it orders, follows, and prints what the command has printed.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from callbacks.jobs.asked import AskedJobs
from callbacks.jobs.cluster.manager import make_celery_manager
from core.errors import CineMatchError, ConfigurationError, InvalidInputError
from core.progress import Progress
from core.service.workplace import workplace
from core.settings import load_settings
from core.views import JobView

__all__ = ["add_commands", "main"]

_KIND = "command"
_COMMANDS = ("evaluate", "train", "tune")
_LONGEST_S = 24 * 3600.0
_LOOK_EVERY_S = 1.0
_LOOKS_IN_VAIN = 10
_PROGRESS = re.compile(r"[^:]+: +(\d+)% (.*)")
_TRACE = "Traceback (most recent call last):"
_FRAME = " \n│╭╮╰╯─"
_MOST_PRINTED = 1 << 20
_MOST_SAID = 20
# As a child of the job, it ends when that ends, however that ends.
_AS_CHILD = """
import os
from core.tasks import end_with_parent
end_with_parent(os.getppid())
from core.cli import main
main()
"""


def add_commands(jobs: AskedJobs) -> None:
    """Make known to servers and workers what may be ordered."""
    jobs.add(_KIND, _run, time_limit_s=_LONGEST_S)


def _run(report: Progress, arguments: dict[str, Any]) -> dict[str, Any]:
    words = _checked(arguments["words"])
    named = any(word.partition("=")[0] == "--dataset" for word in words)
    with workplace(None if named else load_settings()) as place:
        if place and words[0] == "train" and "--push" not in words:
            raise InvalidInputError(
                "The worker that took this order serves what is published and keeps no models of its own: what it "
                f"trains has to be published. Order `cinematch queue {' '.join(words)} --push`."
            )
        return _done(words, place, report)


def _done(words: Sequence[str], place: Mapping[str, str], report: Progress) -> dict[str, Any]:
    """Run a command to its end and return what it printed, and what it said beside its progress."""
    said: deque[str] = deque(maxlen=_MOST_SAID)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
        command = subprocess.Popen(  # noqa: S603 - words of our own program, and no shell
            [sys.executable, "-c", _AS_CHILD, *words],
            env={**os.environ, **place},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in command.stderr or ():
            if found := _PROGRESS.match(line):
                report(int(found[1]) / 100, found[2])
            elif text := line.strip(_FRAME):
                said.append(text)
        if command.wait() != 0:
            raise InvalidInputError(_why(list(said)) or f"The command ended with {command.returncode}.")
        printed.seek(0)
        text = printed.read(_MOST_PRINTED + 1)
    if len(text) > _MOST_PRINTED:
        raise InvalidInputError("The command is done, and what it printed is more than can be brought here (1 MB).")
    return {"printed": text, "said": list(said)}


def _why(said: list[str]) -> str:
    """Return why a command failed: all that it said, or the last line of a traceback."""
    lines = said[-1:] if _TRACE in said else said
    return "\n".join(line.removeprefix("cinematch: ") for line in lines)


def _checked(words: Any) -> list[str]:
    """Return the words of a command; InvalidInputError for others than workers run."""
    known = isinstance(words, list) and all(isinstance(word, str) for word in words)
    if not known or not words or words[0] not in _COMMANDS:
        raise InvalidInputError(f"Workers run {', '.join(_COMMANDS)}: write `cinematch queue train --missing`.")
    return list(words)


def main(words: Sequence[str]) -> int:
    """Order a command, follow it to its end, and return the exit code."""
    wanted = _checked(list(words))
    settings = load_settings()
    if settings.redis_url is None:
        raise ConfigurationError("Orders go to workers through Redis: set CINEMATCH_REDIS_URL to what they have.")
    jobs = AskedJobs(make_celery_manager(settings.redis_url, settings.cache_dir, fingerprint=lambda: ""))
    add_commands(jobs)
    key = jobs.ask(_KIND, f"cinematch {' '.join(wanted)}", {"words": wanted})
    _say("Ordered. Ctrl+C leaves it to the workers; the list of jobs on Analytics has it, too.")
    told, in_vain = "", 0
    while (job := _found(jobs, key)) is None or job.live:
        trouble = jobs.trouble()
        in_vain = in_vain + 1 if job is None and trouble is None else 0
        if in_vain == _LOOKS_IN_VAIN:
            _say("Redis knows nothing of the order any more: it may have been started anew. Order it again.")
            return 1
        now = trouble or (f"{job.state}: {job.share:4.0%} {job.text}".strip() if job else "")
        if now != told:
            _say(now)
            told = now
        time.sleep(_LOOK_EVERY_S)
    if job.state != "done":
        _say(job.text or job.state)
        return 1
    result = jobs.result(key)
    if not result:
        _say("It is done, and what it printed is not kept any more.")
        return 1
    for line in result["said"]:
        _say(line)
    sys.stdout.write(result["printed"])
    return 0


def _found(jobs: AskedJobs, key: str) -> JobView | None:
    return next((job for job in jobs.all() if job.key == key), None)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except (ConfigurationError, InvalidInputError) as error:
        _say(f"cinematch: {error}")
        code = 2
    except CineMatchError as error:
        _say(f"cinematch: {error}")
        code = 1
    except KeyboardInterrupt:
        code = os.EX_OK
    sys.exit(code)
