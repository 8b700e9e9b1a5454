"""How the simulation's figures are written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.simulate_workload import Gap


@dataclass(frozen=True, slots=True)
class Table:
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: bool = True  # whether all columns but the first hold figures, which stand to the right


def pair(values: Iterable[str]) -> str:
    """One after the other, or one for both."""
    return " / ".join(dict.fromkeys(values))


def share(part: float) -> str:
    return f"{part * 100:g} %"


def count(value: float) -> str:
    return f"{round(value):,}"


def rate(value: float) -> str:
    return f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Two digits are all that a 99th percentile of a simulation is good for."""
    if seconds >= 3600:
        return "over 1 h"
    value, unit = (seconds, "s") if seconds < 60 else (seconds / 60, "min")
    return f"{value:.1f}".removesuffix(".0") + f" {unit}" if value < 10 else f"{value:.0f} {unit}"


def spread(gap: Gap) -> str:
    return f"{gap.median:g} s in the middle, {gap.mean:.0f} s on average"
