"""One's profile on the server: for another device, out as a file, gone; assets/js/35-profile.js does the work."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.address import href
from dashboard.components.controls import fold

__all__ = ["profile_fold"]


def profile_fold(names_allowed: bool) -> Component:
    """Return the folded panel.

    Parameters
    ----------
    names_allowed : bool
        Whether people may take a name and a passphrase here.
    """
    named = [
        dmc.TextInput(id="profile-name", label="Name", size="sm", inputProps={"autoComplete": "username"}),
        dmc.PasswordInput(id="profile-passphrase", label="Passphrase, four words or more", size="sm"),
        html.Div([_button("Sign in", "sign-in"), _button("Take this name", "name")], className="toolbar"),
    ]
    return fold(
        "person",
        "Your films on other devices",
        [
            html.Div(
                [
                    html.P(id="profile-status", className="note", role="status"),
                    html.P(
                        "This server keeps what you rate, without a name, so that it is not lost with this browser "
                        "and lists can learn from it. Nobody else sees it.",
                        className="note",
                    ),
                    html.Div([_button("Make a code for another device", "code")], className="toolbar"),
                    dmc.TextInput(
                        id="profile-other-code",
                        label="A code of another device",
                        placeholder="7KQM-2XVD-R9TH",
                        size="sm",
                        inputProps={"autoComplete": "one-time-code", "spellCheck": "false"},
                    ),
                    html.Div([_button("Use this code", "redeem")], className="toolbar"),
                    *(named if names_allowed else []),
                    html.Div(
                        [
                            html.A(
                                "Everything as a file",
                                href=href("/api/v1/me/export"),
                                className="text-link",
                                download="cinematch-profile.json",
                            ),
                            _button("Delete everything on the server", "delete"),
                            _button("Keep my films on the server again", "on"),
                        ],
                        className="toolbar",
                    ),
                ],
                **{"data-profile-panel": "1", "data-off": "false"},
            )
        ],
        opened=False,
    )


def _button(label: str, action: str) -> Component:
    return html.Button(label, type="button", className="link-button", **{"data-profile": action})
