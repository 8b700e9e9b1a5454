"""Simulated time: what Slack's pace and this bridge's costs allow, from a thousand conversations a day up.

`python -m benchmarks.simulate` runs it, prints the tables and writes them and the plot into docs/scaling.md
and docs/scaling.svg. The same seeds give the same figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

from rich.console import Console
from rich.table import Table as Shown

from benchmarks.simulate_capacity import AI_TARGET, ESCALATED_ONLY, EVERYTHING, IDLE, PEOPLE_TARGET
from benchmarks.simulate_designs import EACH_IN_TURN, URGENT_FIRST, Delays, Design, posts
from benchmarks.simulate_figures import Table, share
from benchmarks.simulate_page import (
    ANSWERS,
    PAGE,
    PICTURE,
    RUN,
    TABLES,
    bullets,
    markdown,
    stamp,
    with_section,
)
from benchmarks.simulate_plot import LONGEST, MOST, Line, plot
from benchmarks.simulate_tables import CHANNELS, WORK, answers


def main() -> None:
    began = process_time()
    console = Console()
    page = PAGE.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        made = table()
        console.print(_shown(name, made))
        page = with_section(page, name, markdown(made))
    findings = answers()
    for finding in findings:
        console.print(finding.replace("**", ""))
    page = with_section(page, ANSWERS, bullets(findings))
    page = with_section(page, RUN, stamp())
    PICTURE.write_text(picture(), encoding="utf-8")
    PAGE.write_text(page, encoding="utf-8")
    console.print(f"{PAGE.name} and {PICTURE.name} written; {process_time() - began:.0f} s of one core")


def picture() -> str:
    many = CHANNELS[-1]
    lines = [
        _line("One channel, each message its own post, in order of time", Design(EACH_IN_TURN)),
        _line("+ the urgent first", Design(URGENT_FIRST)),
        _line("+ a conversation's waiting messages in one post", EVERYTHING),
        _line(f"+ spread over {many} channels", EVERYTHING, channels=many),
        _line("+ no thread before the escalation", ESCALATED_ONLY, channels=many),
    ]
    said = (
        "Seconds from the commit to the screen, in 99 of 100 cases of the two busiest hours; "
        f"{share(WORK.escalated)} of the conversations are escalated"
    )
    drawn = plot(lines, targets=(PEOPLE_TARGET, AI_TARGET), subtitle=said)
    return drawn.replace("<style>", f"{stamp()}\n<style>", 1)


def _line(name: str, design: Design, *, channels: int = 1) -> Line:
    curve = list(_curve(design, most=MOST / channels))
    people = [(a_day * channels, delays.people) for a_day, delays in curve]
    ai = [] if design.escalated_only else [(a_day * channels, delays.ai) for a_day, delays in curve]
    return Line(name, people, ai)


def _curve(design: Design, *, most: float) -> Iterator[tuple[float, Delays]]:
    """Points a factor of two apart, from an idle channel until all are too late."""
    a_day = IDLE
    while True:
        delays = posts(WORK, design, a_day)
        yield a_day, delays
        if delays.people > LONGEST or a_day > most:
            return
        a_day *= 2


def _shown(name: str, table: Table) -> Shown:
    shown = Shown(title=name)
    for index, title in enumerate(table.header):
        shown.add_column(title, justify="right" if index and table.figures else "left")
    for row in table.rows:
        shown.add_row(*row)
    return shown


if __name__ == "__main__":
    main()
