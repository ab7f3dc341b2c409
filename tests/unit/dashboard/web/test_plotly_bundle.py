"""Plotly is served with what figures are made of, and whole where it is built in another way."""

import logging
import re
from pathlib import Path

import pytest

from dashboard.web import plotly_bundle
from dashboard.web.plotly_bundle import TRACES, lean_plotly, with_traces

_ROOT = Path(__file__).resolve().parents[4]
_BUNDLE = (
    "(f(typeof self ? self : this, () => {"
    'var a=W((p,q)=>{"use strict";q.exports={moduleType:"trace",name:"bar"}});'
    'var b=W((p,q)=>{"use strict";q.exports=a()});'
    'var c=W((p,q)=>{"use strict";q.exports={moduleType:"trace",name:"mesh3d"}});'
    'var d=W((p,q)=>{"use strict";q.exports={moduleType:"component",name:"calendars"}});'
    "var r=core();r.register([b(),c(),d()]);\n}));\n"
)


def test_only_the_traces_asked_for_are_registered() -> None:
    lean = with_traces(_BUNDLE, ("bar",))
    assert "r.register([b()]);" in lean
    assert lean.count("(() => {") == 1
    assert lean.endswith("})));")


@pytest.mark.parametrize(("source", "told"), [("Plotly={}", "0 lists"), (_BUNDLE + _BUNDLE, "2 lists")])
def test_another_build_is_said_to_be_one(source: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        with_traces(source, ("bar",))
    with pytest.raises(ValueError, match="heatmap"):
        with_traces(_BUNDLE, ("bar", "heatmap"))


def test_the_installed_plotly_is_built_as_known(caplog: pytest.LogCaptureFixture) -> None:
    lean_plotly.cache_clear()
    with caplog.at_level(logging.WARNING, "cinematch.web"):
        lean = lean_plotly().decode()
    assert not caplog.records
    (registered,) = re.findall(r"\.register\(\[([^\]]*)\]\)", lean)
    assert registered.count("()") == len(TRACES)


def test_what_is_built_otherwise_is_served_whole_with_a_warning(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plotly_bundle.pkgutil, "get_data", lambda *_: b"Plotly={}")
    lean_plotly.cache_clear()
    assert lean_plotly() == b"Plotly={}"
    assert "served whole" in caplog.text
    lean_plotly.cache_clear()


def test_figures_have_no_other_traces() -> None:
    places = ("dashboard/figures", "dashboard/pages", "dashboard/components")
    sources = [file for place in places for file in (_ROOT / place).rglob("*.py")]
    found = {kind for file in sources for kind in re.findall(r'"type": "(\w+)"', file.read_text(encoding="utf-8"))}
    assert found - {"data", "log"} == {"scatter", *TRACES}
