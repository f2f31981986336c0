"""Line charts as SVG, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 84, 16, 40, 48
ROW = 18  # height of a line of the legend
INK, PALE = "#222222", "#dddddd"


@dataclass(frozen=True)
class Line:
    """One curve; `steps` draws it level until the next point, as a best value is; "" names no legend."""

    name: str
    colour: str
    points: Sequence[tuple[float, float]]
    dashes: str = ""
    steps: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Chart:
    title: str
    across: str
    up: str
    lines: Sequence[Line]
    log_across: bool = False
    log_up: bool = False


@dataclass(frozen=True)
class Axis:
    """Values onto a stretch of the page."""

    low: float
    high: float
    begin: float
    end: float
    log: bool

    def place(self, value: float) -> float:
        low, high, at = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return self.begin + (self.end - self.begin) * (at - low) / (high - low)

    def ticks(self) -> list[float]:
        if not self.log:
            return _even_ticks(self.low, self.high)
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        steps = (1, 2, 5) if self.high / self.low < 1000 else (1,)
        found = [s * 10.0**p for p in powers for s in steps if self.low <= s * 10.0**p <= self.high]
        return found if len(found) > 1 else [self.low, self.high]


def drawing(charts: Sequence[Chart], columns: int = 1) -> str:
    """The charts beside and below each other, one self-contained SVG."""
    rows = math.ceil(len(charts) / columns)
    width, height = WIDTH * min(columns, len(charts)), HEIGHT * rows
    parts = [
        f'<g transform="translate({WIDTH * (i % columns)} {HEIGHT * (i // columns)})">{_chart(c)}</g>'
        for i, c in enumerate(charts)
    ]
    title = escape("; ".join(c.title for c in charts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="{INK}">\n<title>{title}</title>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _chart(chart: Chart) -> str:
    drawn = [_positive(line, chart) for line in chart.lines]
    across = _axis([x for line in drawn for x, _ in line], LEFT, WIDTH - RIGHT, chart.log_across)
    up = _axis([y for line in drawn for _, y in line], HEIGHT - BOTTOM, TOP, chart.log_up)
    return "\n".join(
        [
            _text(LEFT, TOP - 18, chart.title, "start", 'font-size="14" font-weight="bold"'),
            *_grid(across, up),
            _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, chart.across),
            _text(
                16, (TOP + HEIGHT - BOTTOM) / 2, chart.up, "middle", _turned(16, (TOP + HEIGHT - BOTTOM) / 2)
            ),
            *(_curve(line, points, across, up) for line, points in zip(chart.lines, drawn, strict=True)),
            *_legend(chart.lines),
        ]
    )


def _positive(line: Line, chart: Chart) -> list[tuple[float, float]]:
    """What a logarithmic axis can show of the points."""
    return [(x, y) for x, y in line.points if (x > 0 or not chart.log_across) and (y > 0 or not chart.log_up)]


def _axis(values: list[float], begin: float, end: float, log: bool) -> Axis:
    low, high = min(values, default=1.0), max(values, default=2.0)
    if log:
        low, high = low / 1.08, high * 1.08
    else:
        low, high = min(0.0, low), high * 1.04
    return Axis(low, high if high > low else low + 1, begin, end, log)


def _even_ticks(low: float, high: float) -> list[float]:
    step = 10.0 ** math.floor(math.log10((high - low) / 4))
    step *= next(f for f in (1, 2, 5, 10) if (high - low) / (step * f) <= 6)
    first = math.ceil(low / step)
    return [i * step for i in range(first, math.floor(high / step) + 1)]


def _grid(across: Axis, up: Axis) -> list[str]:
    parts = []
    for value in across.ticks():
        x = across.place(value)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{PALE}"/>')
        parts.append(_text(x, HEIGHT - BOTTOM + 16, number(value)))
    for value in up.ticks():
        y = up.place(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{PALE}"/>')
        parts.append(_text(LEFT - 6, y + 4, number(value), "end"))
    return parts


def number(value: float) -> str:
    if value == round(value):
        return f"{round(value):,}"
    return f"{value:.3g}"


def _curve(line: Line, points: list[tuple[float, float]], across: Axis, up: Axis) -> str:
    placed = [(across.place(x), up.place(y)) for x, y in points]
    if not placed:
        return ""
    path = f"M{placed[0][0]:.1f} {placed[0][1]:.1f}"
    for x, y in placed[1:]:
        path += f"H{x:.1f}V{y:.1f}" if line.steps else f"L{x:.1f} {y:.1f}"
    dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{line.colour}"/>' for x, y in placed)
    curve = f'<path d="{path}" fill="none" stroke="{line.colour}" stroke-width="1.6"{dashes}/>'
    return curve + (dots if line.dots else "")


def _legend(lines: Sequence[Line]) -> list[str]:
    named = {line.name: line for line in lines if line.name}
    if len(named) < 2:
        return []
    parts, x = [], WIDTH - RIGHT - 190
    for i, line in enumerate(named.values()):
        y = TOP + 14 + ROW * i
        dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
        parts.append(f'<rect x="{x - 6}" y="{y - 12}" width="196" height="{ROW}" fill="#fff" opacity="0.8"/>')
        parts.append(f'<path d="M{x} {y - 4}h26" stroke="{line.colour}" stroke-width="2"{dashes}/>')
        parts.append(_text(x + 32, y, line.name, "start"))
    return parts


def _text(x: float, y: float, words: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(words)}</text>'


def _turned(x: float, y: float) -> str:
    return f'transform="rotate(-90 {x:.1f} {y:.1f})"'
