"""Two people: how alike they are, where they differ, what both love and what one of them has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from core.views import LEAST_COMMON, Interval, Likeness, RatedMovie, SharedFilm
from dashboard.address import href
from dashboard.components.film_data import film_data
from dashboard.components.interval import interval_bar
from dashboard.components.light import Node, own
from dashboard.components.states import empty_state

__all__ = ["Somebody", "nobody", "pair"]

_HOW = (
    "The number is Pearson's correlation of your stars over the films that both rated, as Resnick et al. (1994) use "
    "it for likeness of people: 1 is the same order and distances, 0 no connection, -1 the opposite. To each "
    "variance that of rounding to half stars is added, so that few equal stars do not count as certain. The interval "
    "is Fisher's (1921), of the difference in stars Student's (1908), both at 95%. Much alike are two whose interval "
    "begins above .3, a medium correlation after Cohen (1988)."
)
_MUCH = 0.3


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who is looked at beside the visitor."""

    name: str
    rating_count: int
    mean_rating: float | None
    friend: str | None = None
    """By what the browser knows a friend; None for a user of the data set."""
    user_id: int | None = None


def nobody() -> Component:
    """Return what stands where nobody is looked at."""
    return empty_state(
        "Nobody to look at yet",
        "Send your films to a friend and ask for theirs: they come as a link, and both of you see how alike you are. "
        "Or choose a viewer of the data set.",
    )


def pair(who: Somebody, found: Likeness, mine: int) -> list[Component | Node]:
    """Return what is to be read of two people; `mine` is how many films the visitor has rated."""
    return [
        _head(who),
        *([_alike(who, found)] if mine else [_rate_first(who)]),
        *_films(found, who, mine),
    ]


def _head(who: Somebody) -> Component:
    mean = "" if who.mean_rating is None else f", {who.mean_rating:.1f} stars on average"
    actions = own("FriendPanel", friend=who.friend, on="people") if who.friend else _user_actions(who.user_id)
    return html.Section(
        [
            html.H2(who.name),
            html.P(f"{who.rating_count:,} rating{'' if who.rating_count == 1 else 's'}{mean}.", className="muted"),
            actions,
        ],
        className="person-head stack-sm",
    )


def _user_actions(user: int | None) -> Component:
    return html.Div(
        [
            html.A("Their list", href=href("/recommend", user=user), className="cta", **{"data-nav": "1"}),
            html.A(
                "Watch together",
                href=href("/together", users=user, me=1),
                className="cta cta-quiet",
                **{"data-nav": "1"},
            ),
        ],
        className="friend-actions",
    )


def _rate_first(who: Somebody) -> Component:
    link = html.A("Rate films", href=href("/recommend", mode="me"), className="text-link", **{"data-nav": "1"})
    return html.P(
        [
            "You have rated nothing in this browser yet. ",
            link,
            f", and here stands how alike you and {who.name} are.",
        ],
        className="note",
    )


def _alike(who: Somebody, found: Likeness) -> Component:
    films = f"{found.common:,} film{'' if found.common == 1 else 's'}"
    title = html.H3([f"You and {who.name} ", html.Span(f"{films} in common", className="muted alike-films")])
    if found.correlation is None:
        why = (
            f"From {LEAST_COMMON} films that both rated on there is something to tell."
            if found.common < LEAST_COMMON
            else "One of you gave all of these the same stars: that tells nothing of likeness."
        )
        return html.Section([title, html.P(why)], className="alike stack-sm")
    numbers = [_number("Likeness", found.correlation, -1, 1, ("opposite", "the same taste"))]
    if found.apart is not None:
        numbers.append(_number("Stars apart, on average", found.apart, 0, 4.5, ("none", "4.5 stars")))
    return html.Section(
        [
            title,
            html.P(_verdict(found.correlation, who.name), className="why-text"),
            html.Div(numbers, className="alike-numbers"),
            html.Details([html.Summary("How this is measured"), html.P(_HOW)], className="config"),
        ],
        className="alike stack-sm",
    )


def _verdict(alike: Interval, name: str) -> str:
    if alike.low > 0:
        much = "much alike" if alike.low > _MUCH else "alike"
        return f"You and {name} rate {much}, beyond chance."
    if alike.high < 0:
        return f"What one of you likes the other tends not to: you and {name} rate in opposite ways."
    return f"Whether you and {name} are alike cannot be told yet: the interval holds both yes and no."


def _number(title: str, value: Interval, low: float, high: float, ends: tuple[str, str]) -> Component:
    text = f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f})"
    return html.Div(
        [
            html.Div(
                [
                    html.Span(title, className="control-label"),
                    html.Span(
                        [
                            html.B(f"{value.value:.2f}"),
                            html.Span(f" {value.low:.2f} to {value.high:.2f}", className="muted"),
                        ],
                        className="tabular",
                    ),
                ],
                className="alike-head",
            ),
            interval_bar(value, low, high, f"{title}: {text}, 95% interval"),
            html.Div([html.Span(end) for end in ends], className="slider-ends"),
        ]
    )


def _films(found: Likeness, who: Somebody, mine: int) -> list[Component]:
    names = ["You", who.name]
    columns = [
        _shared("Where you differ most", found.disagreements, names, "Nowhere by a whole star."),
        _shared("What both of you love", found.favourites, names, "No film that both gave four stars or more."),
    ]
    unseen = f"What {who.name} loves and you have not rated" if mine else f"What {who.name} loves"
    return [
        *([html.Div(columns, className="two")] if found.common else []),
        html.Section([html.H3(unseen), _unseen(found.unseen, who.name)], className="stack-sm"),
    ]


def _shared(title: str, films: Sequence[SharedFilm], names: list[str], none: str) -> Component:
    rows = [{**film_data(film), "first": film.first, "second": film.second} for film in films]
    body = own("SharedFilms", films=rows, names=names, label=title) if rows else html.P(none, className="note")
    return html.Section([html.H3(title), body], className="stack-sm")


def _unseen(films: Sequence[RatedMovie], name: str) -> Component | Node:
    if not films:
        return html.P("Nothing that got four stars or more.", className="note")
    rows = [{**film_data(film), "average": film.rating, "whose": name} for film in films]
    return own(
        "FilmList",
        waiting=0,
        list={"films": rows, "className": "rail", "ranked": False, "actions": ["keep"], "asked": None},
    )
