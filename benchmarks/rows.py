"""Results: a figure, what stands beside it in the same run, their ratio, and whether the target is met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Better = Literal["less", "more"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should be: at most `limit` where less is better, at least `limit` where more is.

    `of` says what is held to it: the figure itself, or its ratio to what stands beside it.
    """

    limit: float
    of: Literal["figure", "ratio"]


@dataclass(frozen=True, slots=True)
class Row:
    """One result. `beside` names the floor or the rival that was measured in the same run.

    `flaw` is a promise that was broken on the way, such as messages that never came; with one the target is
    missed whatever the figure.
    """

    what: str
    figure: float
    unit: str
    better: Better = "less"
    beside: tuple[str, float] | None = None
    target: Target | None = None
    flaw: str = ""

    @property
    def ratio(self) -> float | None:
        if self.beside is None or not self.beside[1]:
            return None
        return self.figure / self.beside[1]

    @property
    def met(self) -> bool | None:
        """None where there is no target."""
        if self.target is None:
            return False if self.flaw else None
        held = self.figure if self.target.of == "figure" else self.ratio
        if held is None or self.flaw:
            return False
        return held <= self.target.limit if self.better == "less" else held >= self.target.limit

    def cells(self) -> tuple[str, ...]:
        """As columns: what, figure, beside, ratio, target, verdict."""
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return (
            self.what,
            amount(self.figure, self.unit, self.better),
            "" if self.beside is None else f"{self.beside[0]} {amount(self.beside[1], self.unit)}",
            "" if self.ratio is None else amount(self.ratio, "×", self.better),
            self._target(),
            f"{verdict}: {self.flaw}" if self.flaw else verdict,
        )

    def _target(self) -> str:
        if self.target is None:
            return ""
        unit = self.unit if self.target.of == "figure" else "×"
        return f"{'≤' if self.better == 'less' else '≥'} {amount(self.target.limit, unit)}"


COLUMNS = ("what", "figure", "beside", "ratio", "target", "")


def amount(value: float, unit: str, better: Better | None = None) -> str:
    """Three digits and the unit. With `better` the rest is cut to the worse side, never toward a target."""
    if math.isinf(value) or math.isnan(value):
        return "never"
    size = 0 if value == 0 else math.floor(math.log10(abs(value)))
    places = max(0, 2 - size)
    step = 10**places
    # A product such as 1.1 * 100 is a hair off what is meant, and a cut would make a digit of it.
    scaled = round(value * step, 6)
    cut = (math.ceil(scaled) if better == "less" else math.floor(scaled) if better else round(scaled)) / step
    digits = f"{cut:,.{places}f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"{digits}{'' if unit in ('×', '/s') else ' '}{unit}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    if not values:
        return math.inf
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def table(rows: Sequence[Row], *, markdown: bool = False) -> str:
    cells = [COLUMNS, *(row.cells() for row in rows)]
    if markdown:
        lines = [f"| {' | '.join(row)} |" for row in cells]
        lines.insert(1, f"|{' --- |' * len(COLUMNS)}")
        return "\n".join(lines)
    widths = [max(len(row[number]) for row in cells) for number in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
