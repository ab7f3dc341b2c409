"""Plotly as the page reads it: with the traces that our figures have.

Its bundle makes all 47 traces and components when it is read, maps and WebGL among them, on the browser's main
thread: 1.25 s. With the two that we use beside `scatter`, which is always there, it takes .13 s.
"""

import logging
import pkgutil
import re
from collections.abc import Mapping
from functools import cache

__all__ = ["PLOTLY", "TRACES", "lean_plotly", "with_traces"]

log = logging.getLogger("cinematch.web")

PLOTLY = "package_data/plotly.min.js"
TRACES = ("bar", "heatmap")
"""What figures may be made of, beside `scatter`."""

_REGISTERED = re.compile(r"\.register\(\[((?:[\w$]+\(\),?)+)\]\)")
_MODULE = re.compile(r"[,;\s}]([\w$]+)=([\w$]+)\((?=\()")
_NAME = re.compile(r'moduleType:"trace",name:"(\w+)"')
_FORWARDED = re.compile(r'\([\w$,]*\)=>\{"use strict";[\w$]+\.exports=([\w$]+)\(\)\}\)')
_FORWARDS = 4

_FACTORY = re.compile(r"(: this, )(\(\) => \{.*\})\)\);\s*$", re.DOTALL)
"""In parentheses the browser compiles it at once, in another thread, in place of twice."""


@cache
def lean_plotly() -> bytes:
    """Return the installed bundle with `TRACES` alone; unchanged, with a warning, where it is built otherwise."""
    source = (pkgutil.get_data("plotly", PLOTLY) or b"").decode("utf-8")
    try:
        return with_traces(source, TRACES).encode("utf-8")
    except ValueError as error:
        log.warning("plotly is served whole, charts come a second later: %s", error)
        return source.encode("utf-8")


def with_traces(source: str, traces: tuple[str, ...]) -> str:
    """Return plotly's minified bundle that registers these traces only.

    Raises
    ------
    ValueError
        When the bundle is not built as known: no list of what it registers, or one of the traces is not in it.
    """
    lists = _REGISTERED.findall(source)
    if len(lists) != 1:
        raise ValueError(f"the bundle has {len(lists)} lists of traces where one is known")
    made: dict[str, tuple[str, int]] = {}
    for found in _MODULE.finditer(source):
        made.setdefault(found[1], (found[2], found.end()))
    modules = {_trace(source, made, name): name for name in re.findall(r"[\w$]+", lists[0])}
    if missing := [trace for trace in traces if trace not in modules]:
        raise ValueError(f"the bundle does not name the trace {missing[0]}")
    kept = ",".join(f"{modules[trace]}()" for trace in traces)
    return _FACTORY.sub(r"\1(\2)));", source.replace(f".register([{lists[0]}])", f".register([{kept}])"))


def _trace(source: str, made: Mapping[str, tuple[str, int]], module: str) -> str | None:
    """Return what trace a module is, going after modules that only hand on another; None where it is none.

    `made` tells by what function each is made, and where that begins.
    """
    for _ in range(_FORWARDS):
        if module not in made:
            return None
        wrapper, begins = made[module]
        forwarded = _FORWARDED.match(source, begins)
        if forwarded is None:
            # What follows is another module.
            named = _NAME.search(source, begins, source.find(f"={wrapper}(", begins))
            return None if named is None else named[1]
        module = forwarded[1]
    return None
