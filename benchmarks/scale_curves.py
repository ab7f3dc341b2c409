"""Growth curves as plain SVG: logarithmic axes, one line per algorithm, peers dashed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

__all__ = ["draw_curves", "exponent"]

Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 210, 40, 46
# Okabe and Ito's palette, which colour-blind readers can tell apart, and greys for peers.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00", "#5b3fa0", "#333333")
_GREYS = ("#8c8c8c", "#a8a8a8", "#6f6f6f", "#b9b9b9", "#7d7d7d", "#999999")


def exponent(points: Points) -> float | None:
    """Return the slope of log(value) against log(size) by least squares; None below two points."""
    usable = [(math.log(size), math.log(value)) for size, value in points if size > 0 and value > 0]
    if len(usable) < 2:
        return None
    mean_x = sum(x for x, _ in usable) / len(usable)
    mean_y = sum(y for _, y in usable) / len(usable)
    spread = sum((x - mean_x) ** 2 for x, _ in usable)
    return sum((x - mean_x) * (y - mean_y) for x, y in usable) / spread if spread else None


def draw_curves(
    path: Path, title: str, unit: str, ours: Mapping[str, Points], peers: Mapping[str, Points]
) -> Path | None:
    """Draw values against numbers of ratings; None when there is nothing to draw."""
    every = [point for points in (*ours.values(), *peers.values()) for point in points if point[1] > 0]
    if not every:
        return None
    low_x, high_x = min(x for x, _ in every) / 1.25, max(x for x, _ in every) * 1.25
    low_y = 10 ** math.floor(math.log10(min(y for _, y in every)))
    high_y = 10 ** math.ceil(math.log10(max(y for _, y in every) * 1.001))

    def across(value: float) -> float:
        share = math.log(value / low_x) / math.log(high_x / low_x)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def up(value: float) -> float:
        share = math.log(value / low_y) / math.log(high_y / low_y)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12"><title>{escape(title)}</title>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="22" font-size="15" font-weight="600" fill="#222222">{escape(title)}</text>',
    ]
    decade = low_y
    while decade <= high_y * 1.001:
        y = up(decade)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#e3e3e3"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444444">{decade:g}</text>')
        decade *= 10
    for size in sorted({x for x, _ in every}):
        x = across(size)
        parts.append(f'<path d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="#eeeeee"/>')
        label = f"{size / 1e6:.0f} M"
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle" fill="#444444">{label}</text>'
        )
    parts.append(
        f'<text x="{_LEFT}" y="{_HEIGHT - 8}" fill="#444444">ratings (logarithmic); vertical: {escape(unit)}</text>'
    )
    lines = [
        *((name, points, _COLOURS[number % len(_COLOURS)], "") for number, (name, points) in enumerate(ours.items())),
        *(
            (name, points, _GREYS[number % len(_GREYS)], ' stroke-dasharray="5 4"')
            for number, (name, points) in enumerate(peers.items())
        ),
    ]
    drawn = [(name, [p for p in sorted(points) if p[1] > 0], colour, dash) for name, points, colour, dash in lines]
    drawn = [line for line in drawn if line[1]]
    # Labels stand at the right, in the order of the lines' ends, pushed apart where they would overlap.
    drawn.sort(key=lambda line: up(line[1][-1][1]))
    level = _TOP - 6.0
    for name, points, colour, dash in drawn:
        trace = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{trace}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        parts += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3" fill="{colour}"/>' for x, y in points]
        level = max(level + 15, up(points[-1][1]) + 4)
        parts.append(f'<text x="{_WIDTH - _RIGHT + 10}" y="{level:.1f}" fill="{colour}">{escape(name)}</text>')
    parts.append("</svg>\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), encoding="utf-8")
    return path
