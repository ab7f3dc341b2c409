"""The frame around every page: header, navigation, page, explanation drawer, notifications."""

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.service import people_of
from core.views import goes_on
from dashboard.address import href
from dashboard.components.icons import icon
from dashboard.components.learning_line import learning_line
from dashboard.components.light import own
from dashboard.pages import all_pages
from dashboard.shell_ids import Shell
from dashboard.theme import INDEX_STRING, MANTINE_THEME

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["EMPTY_VISITOR", "INDEX_STRING", "build_layout", "learning_line_of"]

_LEARNING_EVERY_MS = 2000

EMPTY_VISITOR: dict[str, list[Any]] = {"ratings": [], "hidden": [], "watched": []}
"""What a browser keeps of its person; assets/js/20-own-films.js tells the form."""


def build_layout(
    service: "CineMatch", page: Component | None = None, title: str | None = None, route: dict[str, str] | None = None
) -> Component:
    """Return the layout of the application with the page that was opened; callbacks/routing.py fills in others."""
    return dmc.MantineProvider(
        theme=MANTINE_THEME,
        defaultColorScheme="auto",
        children=[
            dcc.Location(id=Shell.URL, refresh="callback-nav"),
            dcc.Store(id=Shell.ROUTE, data=route),
            dcc.Store(id=Shell.TITLE, data=title),
            dcc.Store(id=Shell.VISITOR, storage_type="local", data=EMPTY_VISITOR),
            dcc.Store(id=Shell.WATCHLIST, storage_type="local", data={}),
            dcc.Store(id=Shell.OWN_FILMS),
            dcc.Store(id=Shell.OWN_SETTLED),
            dcc.Store(id=Shell.FILM_LINKS, storage_type="local", data={}),
            dcc.Store(id=Shell.ASK_WHY),
            html.Div(hidden=True, **_marks(service)),
            dmc.NotificationContainer(id=Shell.NOTIFICATIONS, position="bottom-right", autoClose=8000),
            html.A("Skip to content", href="#main", className="skip-link"),
            html.A("Skip to the films", href="#main", className="skip-link skip-to-films", **{"data-skip": "films"}),
            dmc.AppShell(
                id=Shell.APP,
                header={"height": 64},
                navbar={"width": 280, "breakpoint": "md", "collapsed": {"desktop": True, "mobile": True}},
                padding=0,
                children=[
                    dmc.AppShellHeader(_header()),
                    dmc.AppShellNavbar(
                        _navbar(), id=Shell.NAVBAR, className="navbar-closed", **{"aria-label": "Pages"}
                    ),
                    dmc.AppShellMain(
                        [
                            own("Arrival"),
                            *_learning(service),
                            html.Div(
                                id=Shell.PAGE,
                                className="page",
                                children=own("AfterFrame", children=page)
                                if page
                                else html.Div(className="page-wait", **{"aria-hidden": "true"}),
                            ),
                            _footer(service.dataset_view().name),
                        ],
                        id="main",
                        tabIndex=-1,
                    ),
                ],
            ),
            dmc.Drawer(
                id=Shell.WHY_DRAWER,
                title="Why this film?",
                position="right",
                size="min(480px, 100vw)",
                closeButtonProps={"aria-label": "Close the explanation"},
                children=html.Div(id=Shell.WHY_BODY, className="why", **{"aria-live": "polite"}),
            ),
        ],
    )


def _marks(service: "CineMatch") -> dict[str, str]:
    """Return what the page's scripts are told: whose films are meant, and where a profile is kept, if anywhere."""
    kept = {} if people_of(service) is None else {"data-profiles": href("/api/v1/me")}
    return {"data-dataset": service.identity(), "data-root": href("/"), **kept}


def _learning(service: "CineMatch") -> list[Component]:
    """Return the line that says what is being learned, and what asks for it anew while that is so."""
    over = not goes_on(service.learning)
    return [
        html.Div(learning_line_of(service), id=Shell.LEARNING),
        dcc.Store(id=Shell.LEARNED),
        dcc.Interval(id=Shell.LEARNING_TICK, interval=_LEARNING_EVERY_MS, disabled=over),
    ]


def learning_line_of(service: "CineMatch", *, ended: bool = False) -> Component | None:
    """Return what is to be said of learning now; `ended` where something was being learned a moment ago."""
    if service.learning is None and not ended:
        return None
    statuses = service.models()
    default = service.default_algorithm() if any(status.state == "loaded" for status in statuses) else None
    return learning_line(service.learning, {status.key: status.name for status in statuses}, default, ended=ended)


def _header() -> Component:
    return html.Div(
        className="header",
        children=[
            dmc.Burger(id=Shell.BURGER, size="sm", hiddenFrom="md", **{"aria-label": "Open the navigation"}),
            html.A(
                [html.Span(className="brand-mark", **{"aria-hidden": "true"}), "CineMatch"],
                href=href("/"),
                className="brand",
                **{"data-nav": "1"},
            ),
            html.Nav(_links(), className="header-nav", **{"aria-label": "Main"}),
            html.Div(_search(Shell.SEARCH), className="header-search", role="search", **{"aria-label": "All films"}),
            dmc.ColorSchemeToggle(
                lightIcon=icon("sun"),
                darkIcon=icon("moon"),
                variant="subtle",
                color="gray",
                size="lg",
                **{"aria-label": "Switch between dark and light"},
            ),
        ],
    )


def _navbar() -> list[Component]:
    return [
        html.Div(
            _search(Shell.NAV_SEARCH),
            className="navbar-search",
            role="search",
            **{"aria-label": "All films, small screen"},
        ),
        html.Nav([_link("/", "Home"), *_links()], className="navbar-nav", **{"aria-label": "Main, small screen"}),
    ]


def _links() -> list[Component]:
    return [_link(page.path, page.label) for page in all_pages().values() if page.label is not None]


def _link(path: str, label: str) -> Component:
    return html.A(label, href=href(path), className="nav-link", **{"data-nav": "1"})


def _search(component_id: str) -> Component:
    """Return a field that offers films while people type; assets/js/12-suggestions.js moves among them."""
    offered = f"{component_id}-{Shell.SUGGESTIONS}"
    return html.Div(
        [
            dmc.TextInput(
                id=component_id,
                placeholder="Find a film",
                leftSection=icon("search"),
                size="sm",
                debounce=150,
                inputProps={
                    "aria-label": "Find a film",
                    "data-search-page": href("/search"),
                    "enterKeyHint": "search",
                    "autoComplete": "off",
                    "role": "combobox",
                    "aria-autocomplete": "list",
                    "aria-controls": offered,
                    "aria-expanded": "false",
                },
            ),
            html.Div(
                id=offered, className="suggestions", role="listbox", hidden=True, **{"aria-label": "Films found"}
            ),
        ],
        className="suggest",
    )


def _footer(dataset: str) -> Component:
    return html.Footer(
        className="footer",
        children=[
            html.P(f"CineMatch. Recommendations computed here, from the ratings of {dataset}."),
            html.P(
                "F. M. Harper and J. A. Konstan (2015), The MovieLens Datasets: History and Context, "
                "ACM Transactions on Interactive Intelligent Systems 5(4)."
            ),
        ],
    )
