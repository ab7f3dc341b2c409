"""Spans of time in words."""

__all__ = ["span"]

_UNITS = (("year", 365 * 86_400), ("month", 30 * 86_400), ("week", 7 * 86_400), ("day", 86_400), ("hour", 3_600))


def span(seconds: int) -> str:
    """Return a span in whole units, the largest of which there are two, else in hours.

    >>> span(50 * 3_600), span(30 * 3_600), span(20 * 86_400), span(4_000)
    ('2 days', '30 hours', '2 weeks', '1 hour')
    """
    name, length = next(((name, length) for name, length in _UNITS if seconds >= 2 * length), _UNITS[-1])
    count = seconds // length
    return f"{count} {name}{'' if count == 1 else 's'}"
