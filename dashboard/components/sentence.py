"""A sentence about films, and how it was understood: each thing it asks for can be taken out again."""

import dash_mantine_components as dmc
from dash.development.base_component import Component

from core.views import Reading
from dashboard.components import light as html
from dashboard.components.icons import icon

__all__ = ["reading_chips", "sentence_field"]


def sentence_field(field_id: str, sentence: str, longest: int) -> Component:
    """Return the field in which the sentence is said, of `longest` characters at most."""
    return dmc.TextInput(
        id=field_id,
        label="Say it in a sentence",
        placeholder="like Heat but not like Die Hard, from the 90s",
        value=sentence,
        leftSection=icon("search"),
        debounce=500,
        inputProps={"maxLength": longest},
    )


def reading_chips(reading: Reading | None, field_id: str) -> html.Node | None:
    """Return what a sentence was taken to ask for, and the words that said nothing; None without a sentence.

    Pressing a part takes its words out of the sentence of the field (assets/js/32-sentences.js).
    """
    if reading is None:
        return None
    parts = [
        html.Button(
            [part.told, icon("hide")],
            className="chip chip-remove",
            type="button",
            **{"data-say": reading.without(place), "data-field": field_id, "aria-label": f"Leave out: {part.told}"},
        )
        for place, part in enumerate(reading.parts)
    ]
    note = f"Not understood: {', '.join(reading.unread)}." if reading.unread else ""
    if not parts and not note:
        note = "This says nothing of films."
    notes = [html.Span(note, className="note")] if note else []
    return html.Div([*parts, *notes], className="chips reading")
