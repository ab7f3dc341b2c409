"""What Dash has to mount of a page, and what is HTML around it."""

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components.light import framed, mounted


def test_html_becomes_a_tree_with_places_for_what_is_mounted() -> None:
    page = html.Div(
        [
            html.H1("Films"),
            html.Section([dcc.Store(id="kept"), "and", html.P("told", id="told")], className="panel"),
            mounted(html.B("plain"), className="note"),
        ]
    )
    frame = framed(page)
    assert (frame["namespace"], frame["type"]) == ("cinematch", "Frame")
    assert [slot["props"]["id"] for slot in frame["props"]["children"]] == ["kept", "told"]
    heading, section, note = frame["props"]["tree"]["props"]["children"]
    assert heading["props"]["children"] == "Films"
    assert section["props"]["children"] == [{"slot": 0}, "and", {"slot": 1}]
    assert section["props"]["className"] == "panel"
    assert (note["type"], note["props"]["className"]) == ("Div", "note")
    assert note["props"]["children"]["props"]["children"] == "plain"


def test_what_is_mounted_frames_what_stands_below_it() -> None:
    outer = framed(html.Div([html.P("around"), html.Span([html.B("in"), dmc.Button("Go", id="go")])], id="outer"))
    assert (outer["namespace"], outer["props"]["id"]) == ("dash_html_components", "outer")
    below = outer["props"]["children"]
    assert below["type"] == "Frame"
    assert [slot["props"]["id"] for slot in below["props"]["children"]] == ["go"]
    assert below["props"]["children"][0]["props"]["children"] == "Go", "text needs no frame"


def test_components_alone_need_no_frame() -> None:
    assert framed(dcc.Store(id="one"))["props"]["id"] == "one"
    assert [one["props"]["id"] for one in framed([dcc.Store(id="one"), dcc.Store(id="two")])] == ["one", "two"]
    assert framed("text") == "text"
    assert framed(None) is None
