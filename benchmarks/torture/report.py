"""One table for the eye, and the same as Markdown."""

from __future__ import annotations

from benchmarks.busy import NOBODY, Busy
from benchmarks.torture.races import Races
from benchmarks.torture.storm import Storm, Weather
from benchmarks.torture.verdict import Row

_HEAD = ("database", "way", "sent", "lost", "doubled", "out of order")


class Report:
    """All that was found."""

    def __init__(self, weather: Weather, busy: Busy = NOBODY) -> None:
        self._weather = weather
        self._busy = busy
        self.storms: list[Storm] = []
        self.races: list[Races] = []

    @property
    def bad(self) -> int:
        return (
            sum(one.verdict.bad for one in self.storms)
            + sum(one.is_late for one in self.storms)
            + sum(one.bad for one in self.races)
        )

    def show(self) -> None:
        from rich.console import Console
        from rich.table import Table

        console = Console(width=None if Console().is_terminal else 120)
        table = Table(title="Messages")
        for number, name in enumerate(_HEAD):
            table.add_column(name, justify="left" if number < 2 else "right")
        for database, row in self._rows():
            colour = "red" if row.bad else None
            table.add_row(database, *_cells(row), style=colour)
        if self.storms:
            console.print(table)
        for line in self._lines():
            console.print(line, markup=False, highlight=False)

    def markdown(self) -> str:
        lines = []
        if self.storms:
            lines += [f"| {' | '.join(_HEAD)} |", "| --- | --- | ---: | ---: | ---: | ---: |"]
            lines += [f"| {database} | {' | '.join(_cells(row))} |" for database, row in self._rows()]
            lines.append("")
        return "\n".join([*lines, *(f"- {line}" for line in self._lines())]) + "\n"

    def _rows(self) -> list[tuple[str, Row]]:
        return [(one.database, row) for one in self.storms for row in one.verdict.rows]

    def _lines(self) -> list[str]:
        weather = self._weather
        lines = [
            (
                f"seed {weather.seed}: {weather.faults:.0%} of calls fail, {weather.repeats:.0%} of events "
                f"come twice, {weather.holds:.0%} are held up to {weather.longest_hold:g} s, a socket drops "
                f"every {weather.drop_every:g} s and a bridge is killed every {weather.kill_every:g} s"
            )
        ]
        if self._busy != NOBODY:
            lines.append(f"beside each storm: {self._busy}")
        for one in self.storms:
            facts = "; ".join(f"{name}: {value}" for name, value in one.facts.items())
            count = one.verdict.ai_after_take_over
            lines.append(
                f"{one.database}, {one.bridges} bridge{'s' if one.bridges > 1 else ''}: {facts}; "
                f"AI messages after a take over: {count}"
            )
            lines += [
                f"{one.database}, {row.way}: {text}" for row in one.verdict.rows for text in row.examples
            ]
        return lines + [one.line() for one in self.races]


def _cells(row: Row) -> list[str]:
    return [row.way, *(f"{count:,}" for count in (row.sent, row.lost, row.doubled, row.disordered))]
