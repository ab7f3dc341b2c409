"""Controls that narrow a list: genres, years, number of ratings."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html

from dashboard.address import FilterState

__all__ = ["RATING_STEPS", "filter_controls"]

RATING_STEPS = (0, 5, 10, 25, 50, 100)


def filter_controls(
    state: FilterState,
    genre_names: Sequence[str],
    span: tuple[int, int],
    *,
    genres_id: str,
    years_id: str,
    min_ratings_id: str,
    exclude_genres_id: str | None = None,
    all_genres_id: str | None = None,
    max_ratings_id: str | None = None,
) -> list[object]:
    """Return the filter controls, holding `state`.

    Parameters
    ----------
    span : tuple of int
        First and last year of release in the data set.
    exclude_genres_id : str, optional
        Without it films cannot be excluded by genre.
    all_genres_id : str, optional
        Without it one of the genres is enough.
    max_ratings_id : str, optional
        Without it films cannot be too well known.
    """
    controls: list[object] = [
        dmc.MultiSelect(
            id=genres_id,
            label="Genres",
            placeholder="" if state.genres else "Any",
            data=list(genre_names),
            value=list(state.genres),
            clearable=True,
            searchable=True,
        )
    ]
    if all_genres_id:
        controls.append(
            dmc.Checkbox(
                id=all_genres_id, label="All of these genres in one film", checked=state.all_genres, size="sm"
            )
        )
    if exclude_genres_id:
        controls.append(
            dmc.MultiSelect(
                id=exclude_genres_id,
                label="Without",
                placeholder="" if state.exclude_genres else "None excluded",
                data=list(genre_names),
                value=list(state.exclude_genres),
                clearable=True,
                searchable=True,
            )
        )
    controls.append(
        html.Div(
            [
                html.Div("Year of release", className="control-label"),
                dmc.RangeSlider(
                    id=years_id,
                    min=span[0],
                    max=span[1],
                    value=list(state.years or span),
                    minRange=0,
                    step=1,
                    marks=[{"value": year, "label": str(year)} for year in span],
                    thumbFromLabel="From year",
                    thumbToLabel="To year",
                    size="sm",
                    mb="lg",
                ),
            ]
        )
    )
    controls.append(_rated(min_ratings_id, "Rated at least", state.min_ratings))
    if max_ratings_id:
        controls.append(_rated(max_ratings_id, "Rated at most", state.max_ratings or 0))
    return controls


def _rated(component_id: str, label: str, value: int) -> dmc.Select:
    """Return a choice of how often films are rated, 0 for any number; that of the address is offered too."""
    steps = sorted({*RATING_STEPS, value})
    return dmc.Select(
        id=component_id,
        label=label,
        data=[{"value": str(step), "label": f"{step:,} times" if step else "any number of times"} for step in steps],
        value=str(value),
        allowDeselect=False,
    )
