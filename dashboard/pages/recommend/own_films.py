"""A person's own films: in from other services, with a review before anything is added, and out again."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.display.titles import short_title
from dashboard.address import href
from dashboard.components.controls import fold
from dashboard.components.icons import icon
from dashboard.components.light import own
from dashboard.pages.recommend.ids import Recommend

__all__ = ["EXPORTS", "import_review", "own_films_fold"]

EXPORTS = {
    "letterboxd": ("Letterboxd CSV", "cinematch-films.csv", "text/csv"),
    "watchlist": ("Watchlist CSV", "cinematch-watchlist.csv", "text/csv"),
    "json": ("JSON", "cinematch-films.json", "application/json"),
}
"""Label, file name and media type of each form in which films are taken out."""


def own_films_fold(where: str, *, opened: bool = False) -> Component:
    """Return the folded way in and out; callbacks fill in the review.

    Parameters
    ----------
    where : str
        Where films are kept, in words.
    """
    return fold(
        "download",
        "Bring your films, take them out",
        [
            html.P(
                "Exports of Letterboxd (the whole zip), IMDb, Trakt, MovieLens, Netflix, Simkl, Criticker, TV Time "
                f"or a table with named columns. They are matched here and kept {where}.",
                className="note",
            ),
            dcc.Upload(
                html.Div(
                    [
                        html.Span("Drop files here, or "),
                        html.Button("choose some", type="button", className="link-button"),
                    ]
                ),
                id=Recommend.UPLOAD,
                multiple=True,
                className="drop-zone",
                className_active="drop-zone drop-zone-active",
                style={},
            ),
            dmc.Textarea(id=Recommend.PASTE, label="Or paste a table", autosize=True, minRows=2, maxRows=6),
            html.Button("Read what is pasted", className="link-button", type="button", **{"data-import-paste": "1"}),
            html.P(id=Recommend.IMPORT_STATUS, className="note", role="status"),
            html.Div(id=Recommend.IMPORT_TABLE, **{"data-imports": href("/api/v1/imports")}),
            own("OwnCount", id=Recommend.KEPT),
            html.Div(
                [
                    dmc.Button(
                        label,
                        id=Recommend.take_out(form),
                        variant="default",
                        size="xs",
                        leftSection=icon("download"),
                        **{"aria-label": f"Take my films out as {label}", "data-takes-films": "1"},
                    )
                    for form, (label, _, _) in EXPORTS.items()
                ],
                className="toolbar",
            ),
            html.Button("Delete all my films", className="link-button", type="button", **{"data-forget-films": "1"}),
            dcc.Store(id=Recommend.IMPORT_REVIEW),
            dcc.Store(id=Recommend.UPLOAD_SENT),
            dcc.Download(id=Recommend.TAKE_OUT),
        ],
        opened=opened,
    )


def import_review(review: Mapping[str, Any]) -> Component:
    """Return what was matched, what is doubtful and to be chosen, what is not here; assets/js/28-imports.js adds it.

    Parameters
    ----------
    review : mapping
        The parts of `FilmImport`, each as far as it is shown, with all `counts`; or ``done`` after films were added.
    """
    undo = html.Button("Undo", className="link-button", type="button", **{"data-import-undo": "1"})
    if done := review.get("done"):
        return html.P([str(done), " ", undo], className="note", role="status")
    counts = review["counts"]
    ready = counts["matched"]
    lists = [
        _part("Matched", counts["matched"], [_matched(film) for film in review["matched"]]),
        _part(
            "Doubtful: choose",
            counts["doubtful"],
            [_doubtful(*row) for row in enumerate(review["doubtful"])],
            opened=True,
        ),
        _part("Not in this data set", counts["not_here"], [_named(film) for film in review["not_here"]]),
        _part("Set aside", counts["set_aside"], [f"{row['title']}: {row['why']}" for row in review["set_aside"]]),
        _part("Refused", counts["refused"], [_refused(row) for row in review["refused"]], opened=True),
        _part("Notes", counts["notes"], review["notes"]),
    ]
    button = html.Button(
        f"Add {ready} film{'' if ready == 1 else 's'}",
        type="button",
        className="add-films",
        disabled=not ready,
        **{"data-import-add": "1"},
    )
    failed = [html.P(text, className="note", role="alert") for text in review["failed"]]
    if not review["services"]:
        return html.Div(failed, className="stack-sm")
    source = f"{', '.join(dict.fromkeys(review['services']))}: {review['rows']:,} rows."
    return html.Div([*failed, html.P(source, className="note"), *filter(None, lists), button], className="stack-sm")


def _part(title: str, count: int, rows: Sequence[Any], *, opened: bool = False) -> Component | None:
    if not count:
        return None
    more = [html.Li(f"and {count - len(rows):,} more")] if count > len(rows) else []
    return html.Details(
        [
            html.Summary(f"{title} ({count:,})"),
            html.Ul([*map(html.Li, rows), *more], className="import-rows", tabIndex=0, **{"aria-label": title}),
        ],
        open=opened,
    )


def _named(film: Mapping[str, Any]) -> str:
    year = f" ({film['year']})" if film["year"] else ""
    return f"{film['title'] or 'No title'}{year}"


def _matched(film: Mapping[str, Any]) -> str:
    (choice,) = film["movies"]
    here = short_title(choice["title"])
    said = (
        f"{film['stars']:g} stars"
        if film["stars"]
        else "watched"
        if film["watched"]
        else "waved away"
        if film["hidden"]
        else "to watch"
    )
    meant = "" if film["certainty"] == "exact" else f"{here}, {film['certainty']}; "
    return f"{_named(film)}: {meant}{said}"


def _doubtful(place: int, film: Mapping[str, Any]) -> list[Any]:
    return [
        html.Span(_named(film)),
        *(
            html.Button(
                short_title(choice["title"]),
                type="button",
                className="choice",
                **{"data-choose": str(place), "data-movie": str(choice["movie_id"]), "aria-pressed": "false"},
            )
            for choice in film["movies"]
        ),
    ]


def _refused(row: Mapping[str, Any]) -> str:
    return f"{row['file']}, line {row['line']}: {row['why']}"
