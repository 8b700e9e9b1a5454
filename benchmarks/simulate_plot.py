"""The plot of docs/scaling.md, written as SVG by hand: no plotting library, readable on light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 960, 596
TOP, PLOT_HEIGHT, PLOT_WIDTH = 126, 310, 384
LEFTS = (76, 536)
LEAST, MOST = 100.0, 10_000_000.0
SHORTEST, LONGEST = 1.0, 600.0
ACROSS = ((1e2, "100"), (1e3, "1,000"), (1e4, "10,000"), (1e5, "100,000"), (1e6, "1 M"), (1e7, "10 M"))
UP = ((1.0, "1 s"), (3.0, "3 s"), (10.0, "10 s"), (60.0, "1 min"), (600.0, "10 min"))
# A number at the upper end of its line needs so much room beside the next one's.
APART = 24

# A number on each line, so that nobody needs to tell colours apart.
STYLE = """
  .paper { fill: #ffffff; stroke: #d8dee4 }
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 17px; font-weight: 600 }
  .panel { font-size: 14px; font-weight: 600 }
  .quiet { fill: #59636e; font-size: 12px }
  .grid { stroke: #e6eaee; stroke-width: 1 }
  .target { stroke: #bc4c00; stroke-width: 1.5; stroke-dasharray: 5 4 }
  .goal { fill: #bc4c00; font-size: 12px }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
  .number { fill: #ffffff; font-size: 12px; font-weight: 600; text-anchor: middle }
  @INKS
"""
LIGHT_INKS = ("#6e7781", "#9a6700", "#1a7f64", "#0969da", "#8250df")
DARK = """
    .paper { fill: #0d1117; stroke: #30363d }
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .grid { stroke: #21262d }
    .target { stroke: #f0883e }
    .goal { fill: #f0883e }
    .number { fill: #0d1117 }
    @INKS
"""
DARK_INKS = ("#8b949e", "#d29922", "#3fb68b", "#58a6ff", "#bc8cff")


@dataclass(frozen=True, slots=True)
class Line:
    """One design: (conversations a day, delay in seconds) for each panel; a panel may have none."""

    name: str
    people: Sequence[tuple[float, float]]
    ai: Sequence[tuple[float, float]]


def plot(lines: Sequence[Line], *, targets: tuple[float, float], subtitle: str) -> str:
    """The whole picture. `targets` are the longest delays wanted in the two panels."""
    drawn = [
        _text(28, 36, "title", "How late the thread is, at how many conversations a day"),
        _text(28, 58, "quiet", subtitle),
    ]
    panels = (
        ("Conversations that teammates hold", targets[0], [line.people for line in lines]),
        ("Conversations that the AI holds", targets[1], [line.ai for line in lines]),
    )
    for left, (name, target, curves) in zip(LEFTS, panels, strict=True):
        drawn += _axes(left, name, target)
        drawn += _curves(left, curves)
    for index, line in enumerate(lines):
        x, y = LEFTS[index // 3] + 10, TOP + PLOT_HEIGHT + 82 + (index % 3) * 27
        drawn += [_badge(x, y - 4.5, index), _text(x + 19, y, "", line.name)]
    label = (
        "Delay of the 99th percentile against conversations a day, for five designs; both axes logarithmic."
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" aria-label="{label}">\n'
        f"<style>{_inked(STYLE, LIGHT_INKS)}  @media (prefers-color-scheme: dark) {{"
        f"{_inked(DARK, DARK_INKS)}  }}\n</style>\n"
        f'<rect class="paper" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def _inked(style: str, inks: Sequence[str]) -> str:
    rules = (
        f".s{number} {{ stroke: {ink} }} .f{number} {{ fill: {ink} }}" for number, ink in enumerate(inks, 1)
    )
    return style.replace("@INKS", " ".join(rules))


def _axes(left: float, name: str, target: float) -> list[str]:
    bottom = TOP + PLOT_HEIGHT
    drawn = [_text(left, TOP - 24, "panel", name)]
    goal = _y(target)
    for value, label in UP:
        y = _y(value)
        drawn += [
            f'<line class="grid" x1="{left}" x2="{left + PLOT_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>',
            _text(left - 8, y + 4, "quiet", label, anchor="end"),
        ]
    for value, label in ACROSS:
        x = _x(left, value)
        drawn += [
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}"/>',
            _text(x, bottom + 18, "quiet", label, anchor="middle"),
        ]
    wanted = f"target: {target:.0f} s" if target < 60 else f"target: {target / 60:.0f} min"
    return [
        *drawn,
        _text(left + PLOT_WIDTH / 2, bottom + 38, "quiet", "conversations a day", anchor="middle"),
        f'<line class="target" x1="{left}" x2="{left + PLOT_WIDTH}" y1="{goal:.1f}" y2="{goal:.1f}"/>',
        _text(left + PLOT_WIDTH - 4, goal - 6, "goal", wanted, anchor="end"),
    ]


def _curves(left: float, curves: Sequence[Sequence[tuple[float, float]]]) -> list[str]:
    drawn, ends = [], []
    for index, curve in enumerate(curves):
        points = _inside(curve)
        if points:
            path = " ".join(f"{_x(left, a_day):.1f},{_y(delay):.1f}" for a_day, delay in points)
            drawn.append(f'<polyline class="line s{index + 1}" points="{path}"/>')
            ends.append((_x(left, points[-1][0]), _y(points[-1][1]), index))
    at = float("-inf")
    for x, y, index in sorted(ends, key=lambda end: (round(end[0] / APART), end[2])):
        at = max(x, at + APART)
        drawn.append(_badge(at, y, index))
    return drawn


def _inside(curve: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The part of the curve within the axes, its last piece cut where it leaves them."""
    inside: list[tuple[float, float]] = []
    for a_day, delay in curve:
        if delay > LONGEST or a_day > MOST:
            if inside:
                before, least = inside[-1]
                part = min(
                    log10(LONGEST / least) / log10(delay / least) if delay > least else 1,
                    log10(MOST / before) / log10(a_day / before),
                )
                inside.append((before * (a_day / before) ** part, least * (delay / least) ** part))
            break
        if a_day >= LEAST:
            inside.append((a_day, max(delay, SHORTEST)))
    return inside


def _x(left: float, a_day: float) -> float:
    return left + PLOT_WIDTH * log10(a_day / LEAST) / log10(MOST / LEAST)


def _y(delay: float) -> float:
    return TOP + PLOT_HEIGHT * (1 - log10(delay / SHORTEST) / log10(LONGEST / SHORTEST))


def _badge(x: float, y: float, index: int) -> str:
    return (
        f'<circle class="f{index + 1}" cx="{x:.1f}" cy="{y:.1f}" r="10"/>'
        f'<text class="number" x="{x:.1f}" y="{y + 4.3:.1f}">{index + 1}</text>'
    )


def _text(x: float, y: float, kind: str, words: str, *, anchor: str = "start") -> str:
    at = f'x="{x:.1f}" y="{y:.1f}"'
    return f'<text class="{kind}" {at} text-anchor="{anchor}">{escape(words)}</text>'
