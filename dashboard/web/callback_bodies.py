"""What a browser sends to a callback of Dash has the form that the callback declared; all else was made by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash.dependencies import Output

__all__ = ["fault_of"]


def fault_of(body: object, callbacks: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return what is wrong with the body of a call, None where nothing is.

    Parameters
    ----------
    body : object
        Parsed JSON.
    callbacks : mapping
        `Dash.callback_map`.
    """
    if not isinstance(body, Mapping) or not isinstance(body.get("output"), str):
        return "the body is an object that names its output"
    known = callbacks.get(body["output"])
    if known is None or "callback" not in known:
        return "no callback of the server has this output"
    for part in ("inputs", "state"):
        if not _all_fit(body.get(part, []), [(spec["id"], spec["property"]) for spec in known[part]]):
            return f"its {part} are those that the callback declares, in their order"
    if not known["no_output"] and not _outputs_fit(body.get("outputs"), known["output"]):
        return "its outputs are those that the callback declares"
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(name, str) and "." in name for name in changed):
        return "changedPropIds lists properties by component"
    return None


def _outputs_fit(given: object, declared: Output | Sequence[Output]) -> bool:
    if not isinstance(declared, list | tuple):
        return _fits(given, *_named(declared))
    return _all_fit(given, [_named(output) for output in declared])


def _named(output: Output) -> tuple[str, str]:
    return output.component_id_str(), output.component_property


def _all_fit(given: object, wanted: Sequence[tuple[str, str]]) -> bool:
    if not isinstance(given, list) or len(given) != len(wanted):
        return False
    # Nearly always each is what is declared, to the letter.
    return all(
        (isinstance(one, dict) and (one.get("id"), one.get("property")) == names) or _fits(one, *names)
        for one, names in zip(given, wanted, strict=True)
    )


def _fits(given: object, component: str, prop: str) -> bool:
    """Return whether `given` is the property of a component, or of several where its id is a pattern."""
    if component.startswith("{") and isinstance(given, list):
        return all(isinstance(one, dict) and _is(one, component, prop) for one in given)
    return isinstance(given, dict) and _is(given, component, prop)


def _is(given: Mapping[str, Any], component: str, prop: str) -> bool:
    name, given_prop = given.get("id"), given.get("property")
    # Several callbacks may have one output: a mark behind the name tells them apart.
    if not isinstance(given_prop, str) or given_prop.partition("@")[0] != prop:
        return False
    if component.startswith("{"):
        return isinstance(name, Mapping) and all(isinstance(part, str | int) for part in name.values())
    return name == component
